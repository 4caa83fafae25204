//! A fix as the lines that it adds or changes.

use annotate_snippets::Patch;
use ioctlkit_model::{Edit, Fix, SourceMap};

use super::Suggestion;
use super::window::Window;
use crate::place::edits_by_file;

/// The fix's edits as snippets, one for each file; none if there are no edits, or if they
/// contradict each other or the text: a wrong suggestion is worse than none.
pub(super) fn snippets<'a>(fix: &'a Fix, sources: &'a SourceMap) -> Vec<Suggestion<'a>> {
    let by_file = edits_by_file(fix, sources);
    by_file.iter().map(|edits| snippet(edits, sources)).collect::<Option<_>>().unwrap_or_default()
}

/// The edits of one file, or `None` where they are too far apart to show.
fn snippet<'a>(edits: &[&'a Edit], sources: &'a SourceMap) -> Option<Suggestion<'a>> {
    let (first, others) = edits.split_first()?;
    let window = others.iter().try_fold(Window::around(first.span, sources), |window, edit| {
        window.stretched(edit.span)
    })?;
    // A line that is added before another one shows as added; behind the last one it would show
    // as a change to that. And an edit may end where the line behind it begins.
    let wider = window.with_line_behind();
    if !wider.is_short() {
        return None;
    }
    if let Some(patch) = added_lines(&wider, edits) {
        return Some(wider.snippet().patch(patch));
    }
    let window = [window, wider]
        .into_iter()
        .find(|window| edits.iter().all(|edit| window.holds(edit.span)))?;
    let patches =
        edits.iter().map(|edit| Patch::new(window.within(edit.span), edit.replacement.as_str()));
    Some(window.snippet().patches(patches))
}

/// The edits as one insertion of whole lines, if that is what they come to: an edit that ends a
/// declaration and begins another shows as one new line, not as two changed ones.
fn added_lines<'a>(window: &Window<'a>, edits: &[&Edit]) -> Option<Patch<'a>> {
    let before = window.text();
    let mut after = String::with_capacity(before.len());
    let mut copied = 0;
    for edit in edits {
        let bytes = window.within(edit.span);
        after.push_str(before.get(copied..bytes.start)?);
        after.push_str(&edit.replacement);
        copied = bytes.end;
    }
    after.push_str(before.get(copied..)?);
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let added = new.len().checked_sub(old.len()).filter(|added| *added > 0)?;
    let kept = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    if old[kept..] != new[kept + added..] {
        return None;
    }
    if kept == old.len() {
        return None;
    }
    let at: usize = before.split_inclusive('\n').take(kept).map(str::len).sum();
    Some(Patch::new(at..at, new[kept..kept + added].join("\n") + "\n"))
}
