//! The text that stands for an object: what was read of it, in C, so that people can be shown a
//! place.

use std::fmt::Write as _;
use std::path::Path;

use ioctlkit_abi::Placement;
use ioctlkit_model::{FileId, SourceMap, Span};

/// A listing in the making.
pub(super) struct Listing {
    text: String,
    sources: SourceMap,
    file: FileId,
}

impl Listing {
    /// An empty listing of the file at `path`.
    pub(super) fn new(path: &Path) -> Self {
        let mut sources = SourceMap::default();
        let file = sources.add_object(path.into(), "".into());
        Self { text: String::new(), sources, file }
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
        self.span(from + within.start..from + within.end)
    }

    /// Adds a member's declaration and its place, and yields where the declaration and the name are.
    pub(super) fn member(
        &mut self,
        ty: &str,
        name: &str,
        bits: Option<u64>,
        place: Placement,
    ) -> (Span, Span) {
        // C has the bounds of an array behind the name.
        let (ty, bounds) = ty.split_at(ty.find('[').unwrap_or(ty.len()));
        self.text.push('\t');
        let start = self.text.len();
        self.text.push_str(ty);
        self.text.push(' ');
        let name_start = self.text.len();
        self.text.push_str(name);
        let end = self.text.len();
        self.text.push_str(bounds);
        let byte = place.offset_bits / 8;
        // Writing to a string does not fail.
        let _ = match bits {
            Some(width) => {
                let bit = place.offset_bits % 8;
                writeln!(self.text, ":{width}; /* byte {byte}, bit {bit} */")
            }
            None => writeln!(self.text, "; /* byte {byte} */"),
        };
        (self.span(start..end), self.span(name_start..end))
    }

    fn span(&self, bytes: std::ops::Range<usize>) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file: self.file, start: at(bytes.start), end: at(bytes.end) }
    }

    /// Adds a line without a place.
    pub(super) fn plain(&mut self, line: std::fmt::Arguments<'_>) {
        self.line(line, 0..0);
    }

    /// The finished listing, as the one file of a map.
    pub(super) fn into_sources(mut self) -> SourceMap {
        self.sources.file_mut(self.file).text = self.text.into();
        self.sources
    }
}
