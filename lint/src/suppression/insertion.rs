//! Where a suppression of a finding goes, and how it is written there.

use ioctlkit_model::{Edit, Finding, Interface, Language, SourceFile, SourceMap, Span};

use super::coverage::{self, Definitions};
use super::directives;

/// What stands where the reason belongs, until somebody writes it.
const REASON: &str = "TODO: say why this may stay";

/// The edit that allows a finding in place, with a reason to be replaced: a comment on a line of its own above
/// the finding's line, or above the definition that it is in.
///
/// None where no comment can cover the finding: it is about no source, or in the middle of what a comment cannot
/// be put into.
pub fn insertion(interface: &Interface, finding: &Finding) -> Option<Edit> {
    let file = interface.sources.file(finding.span.file);
    let definitions = Definitions::of_file(interface, finding.span.file);
    let own = file.line(finding.span.start);
    let heads = definitions.heads_around(finding.span.start);
    std::iter::once(own)
        .chain(heads)
        .filter_map(|line| comment_above(file, finding, line))
        .find(|edit| covers(interface, finding, edit))
}

/// A comment above a line (from 1).
fn comment_above(file: &SourceFile, finding: &Finding, line: u32) -> Option<Edit> {
    let code = finding.rule.code;
    let words = format!("ioctl-lint: allow({code}) {REASON}");
    let comment = match file.language() {
        Language::C => format!("/* {words} */"),
        Language::Rust => format!("// {words}"),
        Language::List | Language::Object => return None,
    };
    let range = file.line_range(line);
    let text = file.text.get(range.clone())?;
    let indentation = &text[..text.len() - text.trim_start().len()];
    let start = range.start as u32;
    let span = Span { file: finding.span.file, start, end: start };
    Some(Edit { span, replacement: format!("{indentation}{comment}\n") })
}

/// Whether the finding is allowed in the text as it would be.
fn covers(interface: &Interface, finding: &Finding, edit: &Edit) -> bool {
    let at = edit.span.start;
    let length = edit.replacement.len() as u32;
    let before = interface.sources.file(finding.span.file);
    let mut text = before.text.to_string();
    text.insert_str(at as usize, &edit.replacement);
    let mut sources = SourceMap::default();
    let id = sources.add(before.path.clone(), text.into());
    let comments = match before.language() {
        Language::C => ioctlkit_sources::c::comments(&sources.file(id).text),
        Language::Rust => ioctlkit_sources::rust::comments(&sources.file(id).text),
        Language::List | Language::Object => return false,
    };
    sources.file_mut(id).comments = comments;
    let file = sources.file(id);
    // A comment in a macro's definition would end it.
    let above = file.text[..at as usize].trim_end_matches(['\r', '\n']);
    if above.len() < at as usize && above.ends_with('\\') {
        return false;
    }
    let moved = |place: u32| if place < at { place } else { place + length };
    let definitions =
        Definitions::of_file(interface, finding.span.file).below(file.line(at), at, length);
    let place = moved(finding.span.start);
    file.comments().filter(|comment| (at..at + length).contains(&comment.start)).any(|comment| {
        let is_whole = comment.end() <= at + length;
        let is_read = matches!(directives(comment).as_slice(), [Ok(_)]);
        let coverage = coverage::of_comment(file, &definitions, comment);
        is_whole && is_read && coverage.ranges().iter().any(|range| range.contains(&place))
    })
}
