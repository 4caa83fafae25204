//! The lines of a file that a snippet shows, and spans within them.

use std::ops::Range;

use annotate_snippets::{Origin, Snippet};
use ioctlkit_model::{FileId, SourceFile, SourceMap, Span};

use super::harmless_path;
use crate::place::bytes_within;

/// How many lines a snippet may reach over to show a second place: one that is further away gets
/// a snippet of its own.
const REACH: u32 = 40;

/// Lines that are longer than this together, in bytes, are cut: to lay one out takes its length, for each
/// finding.
const LONGEST: usize = 16 << 10;

/// What of a line that is cut stays in front of a span and behind its beginning, in bytes.
const AROUND: usize = 200;

/// A range of whole lines of a file, or a piece of a line that is too long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    id: FileId,
    file: &'a SourceFile,
    /// From 1, both included.
    first: u32,
    last: u32,
    /// The piece that is left of a line that was cut, by its first byte and the one past its end.
    cut: Option<(usize, usize)>,
}

impl<'a> Window<'a> {
    /// The lines of `span`.
    pub(super) fn around(span: Span, sources: &'a SourceMap) -> Self {
        let file = sources.file(span.file);
        let (first, last) = lines(span, file);
        let whole = Self { id: span.file, file, first, last, cut: None };
        if whole.bytes().len() <= LONGEST {
            return whole;
        }
        let line = file.line_range(first);
        let start = bytes_within(span, &file.text).start;
        let is_boundary = |at: &usize| file.text.is_char_boundary(*at);
        let from = (start.saturating_sub(AROUND).max(line.start)..=start).find(is_boundary);
        let to = (start..=(start + AROUND).min(line.end)).rev().find(is_boundary);
        let (from, to) = (from.unwrap_or(start), to.unwrap_or(start));
        Self { last: first, cut: Some((from, to)), ..whole }
    }

    /// The window made large enough for `span` too, if that is within reach.
    pub(super) fn stretched(self, span: Span) -> Option<Self> {
        if span.file != self.id || self.cut.is_some() {
            return None;
        }
        let (first, last) = lines(span, self.file);
        let (first, last) = (first.min(self.first), last.max(self.last));
        let is_near = last - first <= REACH.max(self.last - self.first);
        Some(Self { first, last, ..self }).filter(|wider| is_near && wider.bytes().len() <= LONGEST)
    }

    /// The window with the line behind it, if there is one.
    pub(super) fn with_line_behind(self) -> Self {
        Self { last: (self.last + 1).min(self.file.line_count()), ..self }
    }

    /// Whether so many lines are still a suggestion and not half a file.
    pub(super) fn is_short(&self) -> bool {
        self.last - self.first <= REACH && self.cut.is_none() && self.bytes().len() <= LONGEST
    }

    /// Whether the whole of `span` is within the window.
    pub(super) fn holds(&self, span: Span) -> bool {
        let window = self.bytes();
        let bytes = bytes_within(span, &self.file.text);
        span.file == self.id && window.start <= bytes.start && bytes.end <= window.end
    }

    /// The place of a span in a line that was cut: the snippet knows no longer where it stands.
    pub(super) fn place(&self, span: Span) -> Option<Origin<'a>> {
        self.cut?;
        let at = self.file.position(bytes_within(span, &self.file.text).start as u32);
        let origin = Origin::path(harmless_path(&self.file.path.to_string_lossy()));
        Some(origin.line(at.line as usize).char_column(at.column as usize))
    }

    /// A snippet of these lines, without an annotation.
    pub(super) fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        let snippet = Snippet::source(self.text()).line_start(self.first as usize);
        if self.cut.is_some() {
            return snippet;
        }
        snippet.path(harmless_path(&self.file.path.to_string_lossy()))
    }

    /// The text of these lines, without the line end of the last one.
    pub(super) fn text(&self) -> &'a str {
        self.file.text.get(self.bytes()).unwrap_or("")
    }

    /// The bytes of [`Window::text`] that belong to `span`, which may be none.
    pub(super) fn within(&self, span: Span) -> Range<usize> {
        let window = self.bytes();
        let bytes = bytes_within(span, &self.file.text);
        let start = bytes.start.clamp(window.start, window.end) - window.start;
        let end = bytes.end.clamp(window.start, window.end) - window.start;
        start..end
    }

    fn bytes(&self) -> Range<usize> {
        if let Some((from, to)) = self.cut {
            return from..to;
        }
        let start = self.file.line_range(self.first).start;
        let end = self.file.line_range(self.last).end;
        let text = self.file.text.get(start..end).unwrap_or("");
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }
}

/// The first and the last line that `span` touches.
fn lines(span: Span, file: &SourceFile) -> (u32, u32) {
    let bytes = bytes_within(span, &file.text);
    // A span that ends with a line's end does not touch the line behind it.
    let last_byte = if bytes.is_empty() { bytes.start } else { bytes.end - 1 };
    (file.line(bytes.start as u32), file.line(last_byte as u32))
}
