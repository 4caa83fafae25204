//! The text that stands for an object: what was read of it, in C, so that people can be shown a
//! place.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use ioctlkit_model::{FileId, SourceMap, Span};

/// A listing in the making.
pub(super) struct Listing {
    text: String,
    file: FileId,
}

impl Listing {
    /// An empty listing of the file at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self { text: String::new(), file: SourceMap::default().add_object(path.into(), "".into()) }
    }

    pub(super) fn file(&self) -> FileId {
        self.file
    }

    /// Adds a line, and yields the place of its part `within`.
    pub(super) fn line(
        &mut self,
        line: std::fmt::Arguments<'_>,
        within: std::ops::Range<usize>,
    ) -> Span {
        let from = self.text.len();
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
        let at = |offset: usize| u32::try_from(from + offset).unwrap_or(u32::MAX);
        Span { file: self.file, start: at(within.start), end: at(within.end) }
    }

    /// Adds a line without a place.
    pub(super) fn plain(&mut self, line: std::fmt::Arguments<'_>) {
        self.line(line, 0..0);
    }

    /// The finished listing, as the one file of a map.
    pub(super) fn into_sources(self, path: &Path) -> SourceMap {
        let mut sources = SourceMap::default();
        let text: Arc<str> = self.text.into();
        // The first file of a map has the same id in each.
        let file = sources.add_object(path.into(), text);
        debug_assert_eq!(file, self.file);
        sources
    }
}
