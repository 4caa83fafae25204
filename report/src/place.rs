//! Spans as the formats give them: a path, and lines and columns that exist.

use std::borrow::Cow;
use std::ops::Range;

use ioctlkit_model::{Edit, Fix, Language, Position, Problem, SourceFile, SourceMap, Span};

/// Where something is. Lines and columns count from 1, columns count characters, and the end is
/// the place behind the last character.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextRange<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl<'a> TextRange<'a> {
    /// The place of `span`, moved into the file where it lies outside.
    pub(crate) fn of(span: Span, sources: &'a SourceMap) -> Self {
        let file = sources.file(span.file);
        // A listing's lines are not those of the object, which has none.
        let is_object = file.language() == Language::Object;
        let bytes = if is_object { 0..0 } else { bytes_within(span, &file.text) };
        Self {
            file,
            start: file.position(bytes.start as u32),
            end: file.position(bytes.end as u32),
        }
    }

    /// Whether the file has lines and columns.
    pub(crate) fn has_lines(&self) -> bool {
        self.file.language() != Language::Object
    }

    /// The path as it is shown.
    pub(crate) fn path(&self) -> Cow<'a, str> {
        self.file.path.to_string_lossy()
    }
}

/// The bytes of `span` that exist in `text`, on character boundaries: at the end of the text for
/// a span that lies past it, empty for one that ends before it starts.
pub(crate) fn bytes_within(span: Span, text: &str) -> Range<usize> {
    let start = floor_boundary(text, span.start as usize);
    let end = floor_boundary(text, span.end as usize);
    start..end.max(start)
}

/// The last character boundary at or before `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The path that a problem is about, as it is shown.
pub(crate) fn problem_path<'a>(
    problem: &'a Problem,
    sources: &'a SourceMap,
) -> Option<Cow<'a, str>> {
    match (problem.span, &problem.path) {
        (Some(span), _) => Some(sources.path(span).to_string_lossy()),
        (None, Some(path)) => Some(path.to_string_lossy()),
        (None, None) => None,
    }
}

/// The edits of a fix, in order, for each of its files; none if they contradict each other or the text: a
/// wrong suggestion is worse than none.
pub(crate) fn edits_by_file<'a>(fix: &'a Fix, sources: &SourceMap) -> Vec<Vec<&'a Edit>> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    if !edits.iter().all(|edit| exists(edit, sources)) || edits.windows(2).any(overlap) {
        return Vec::new();
    }
    edits.chunk_by(|a, b| a.span.file == b.span.file).map(<[_]>::to_vec).collect()
}

fn exists(edit: &Edit, sources: &SourceMap) -> bool {
    let bytes = bytes_within(edit.span, &sources.file(edit.span.file).text);
    bytes == (edit.span.start as usize..edit.span.end as usize)
}

fn overlap(pair: &[&Edit]) -> bool {
    pair[0].span.file == pair[1].span.file && pair[0].span.end > pair[1].span.start
}
