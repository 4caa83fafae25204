//! Edits as the lines that they take away and add.

use std::fmt::Write as _;

use ioctlkit_model::{Edit, Fix, Language, SourceFile, SourceMap, Span};
use similar::{ChangeTag, TextDiff};

use crate::page::{line, lines};
use crate::place::{bytes_within, edits_by_file};

/// Lines between edits that one piece shows, and around them.
const AROUND: u32 = 2;
/// Larger pieces are left to `--diff`, in bytes.
const LARGEST: usize = 16 << 10;

/// What a fix changes; empty where it has no edits, or where they contradict each other or the text.
pub(super) fn of_fix(fix: &Fix, sources: &SourceMap) -> String {
    let mut html = String::new();
    for edits in edits_by_file(fix, sources) {
        let Some(first) = edits.first() else { continue };
        let file = sources.file(first.span.file);
        let is_near =
            |a: &&Edit, b: &&Edit| file.line(b.span.start) <= file.line(a.span.end) + 2 * AROUND;
        for piece in edits.chunk_by(is_near) {
            html += &of_piece(piece, file);
        }
    }
    html
}

fn of_piece(edits: &[&Edit], file: &SourceFile) -> String {
    let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return String::new() };
    let from = file.line(first.span.start).saturating_sub(AROUND).max(1);
    let to = (file.line(last.span.end) + AROUND).min(file.line_count());
    let (start, end) = (file.line_range(from).start, file.line_range(to).end);
    let added: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
    if end - start + added > LARGEST {
        return "<p class=\"quiet\">The edit is too long for this page: \
                <code>ioctl-lint check --diff</code> shows it.</p>\n"
            .to_owned();
    }
    let text = |from: usize, to: usize| file.text.get(from..to).unwrap_or_default();
    let mut new = String::new();
    let mut at = start;
    for edit in edits {
        new += text(at, edit.span.start as usize);
        new += &edit.replacement;
        at = edit.span.end as usize;
    }
    new += text(at, end);
    html(file, from, text(start, end), &new)
}

/// The comment that allows a finding where it is; empty for what takes no comments.
pub(super) fn of_suppression(code: &str, span: Span, sources: &SourceMap) -> String {
    let file = sources.file(span.file);
    let comment = match file.language() {
        Language::C => format!("/* ioctl-lint: allow({code}) why this is right */"),
        Language::Rust => format!("// ioctl-lint: allow({code}) why this is right"),
        Language::List | Language::Object => return String::new(),
    };
    let mut number = file.line(bytes_within(span, &file.text).start as u32);
    let of = |number: u32| file.text.get(file.line_range(number)).unwrap_or_default();
    // A comment within a macro of several lines would be part of it.
    while number > 1 && of(number - 1).trim_end().ends_with('\\') {
        number -= 1;
    }
    let old = of(number);
    if old.len() > LARGEST {
        return String::new();
    }
    let indent: String = old.chars().take_while(|c| c.is_whitespace()).collect();
    html(file, number, old, &format!("{indent}{comment}\n{old}"))
}

fn html(file: &SourceFile, from: u32, old: &str, new: &str) -> String {
    let path = file.path.to_string_lossy();
    let mut html = format!(
        "<pre class=\"diff\" tabindex=\"0\"><span class=\"no\">{}:{from}</span>\n",
        line(&path)
    );
    for change in TextDiff::from_lines(old, new).iter_all_changes() {
        let (sign, class) = match change.tag() {
            ChangeTag::Delete => ('-', "drop"),
            ChangeTag::Insert => ('+', "add"),
            ChangeTag::Equal => (' ', "same"),
        };
        let text = change.value().trim_end_matches(['\n', '\r']);
        let _ = writeln!(html, "<span class=\"{class}\">{sign}{}</span>", lines(text));
    }
    html + "</pre>\n"
}
