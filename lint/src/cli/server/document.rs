//! A text that an editor has open.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use lsp_server::Request;
use lsp_types::{Position, TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use ioctlkit_model::{Comment, Language};
use ioctlkit_sources::reading::{self, limit};
use ioctlkit_sources::{c, rust};

use super::analysis::Analysis;
use super::lines::Lines;
use super::uri;

/// An open text, and what is known of it.
pub(super) struct Document {
    /// As the editor names it.
    pub(super) uri: Uri,
    /// The file that it is the text of; none for what was never saved.
    pub(super) path: Option<PathBuf>,
    language: Language,
    pub(super) version: i32,
    pub(super) text: Arc<str>,
    pub(super) lines: Lines,
    /// Whether the file has that text.
    is_on_disk: bool,
    /// What was found in this version.
    pub(super) analysis: Option<Arc<Analysis>>,
    /// Questions that wait for the analysis.
    pub(super) waiting: Vec<Request>,
}

impl Document {
    pub(super) fn open(item: TextDocumentItem) -> Self {
        let text: Arc<str> = item.text.into();
        let is_source = matches!(item.language_id.as_str(), "c" | "cpp" | "rust");
        let mut document = Self {
            path: uri::path(&item.uri).filter(|_| is_source),
            uri: item.uri,
            language: if item.language_id == "rust" { Language::Rust } else { Language::C },
            version: item.version,
            lines: Lines::of(&text),
            text,
            is_on_disk: false,
            analysis: None,
            waiting: Vec::new(),
        };
        document.compare_with_disk();
        document
    }

    /// Makes changes, in their order. The version after them is `version`.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let start = self.lines.offset(&self.text, range.start);
                    let end = self.lines.offset(&self.text, range.end).max(start);
                    [&self.text[..start], &change.text, &self.text[end..]].concat()
                }
            };
            self.text = text.into();
            self.lines = Lines::of(&self.text);
        }
        self.version = version;
        self.is_on_disk = false;
        self.analysis = None;
    }

    /// The place of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.text, offset)
    }

    /// The range of some bytes.
    pub(super) fn range(&self, bytes: Range<usize>) -> lsp_types::Range {
        self.lines.range(&self.text, bytes)
    }

    /// The byte at a position.
    pub(super) fn offset(&self, position: Position) -> usize {
        self.lines.offset(&self.text, position)
    }

    /// The identifier that a byte is in, or right behind.
    pub(super) fn word(&self, offset: usize) -> Option<&str> {
        self.word_range(offset).and_then(|range| self.text.get(range))
    }

    /// The bytes of that identifier.
    pub(super) fn word_range(&self, offset: usize) -> Option<Range<usize>> {
        word_around(&self.text, offset)
    }

    /// What a look at the comment says that a byte is in, or right behind.
    pub(super) fn with_comment_at<T>(
        &self,
        offset: usize,
        look: impl Fn(Comment<'_>, usize) -> Option<T>,
    ) -> Option<T> {
        let comments = match self.language {
            Language::Rust => rust::comments(&self.text),
            _ => c::comments(&self.text),
        };
        let around =
            |place: &Range<u32>| (place.start as usize..=place.end as usize).contains(&offset);
        comments.into_iter().filter(around).find_map(|place| {
            let text = self.text.get(place.start as usize..place.end as usize)?;
            look(Comment { start: place.start, text }, offset)
        })
    }

    /// The words that an attribute of a derive may have at a byte.
    pub(super) fn expected_in_attribute(&self, offset: usize) -> Option<rust::Expected> {
        (self.language == Language::Rust).then(|| rust::expected_at(&self.text, offset))?
    }

    /// The place behind the semicolon or comma with which a declaration goes on at `end`; without either, `end`.
    pub(super) fn behind(&self, end: usize) -> usize {
        let ends = self.text.get(end..).is_some_and(|rest| rest.starts_with([';', ',']));
        end + usize::from(ends)
    }

    /// Looks whether the file has this text.
    pub(super) fn compare_with_disk(&mut self) {
        let on_disk =
            self.path.as_ref().and_then(|path| reading::read_bytes(path, limit::SOURCE).ok());
        self.is_on_disk = on_disk.is_some_and(|bytes| bytes == self.text.as_bytes());
    }

    /// The path and the text, where the file has another one.
    pub(super) fn unsaved(&self) -> Option<(&PathBuf, &str)> {
        self.path.as_ref().filter(|_| !self.is_on_disk).map(|path| (path, &*self.text))
    }
}

/// The identifier that a place is in, or right behind.
fn word_around(text: &str, offset: usize) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let before = text[..offset].char_indices().rev().take_while(|(_, c)| is_part(*c));
    let start = before.last().map_or(offset, |(at, _)| at);
    let after = text[offset..].find(|c| !is_part(c));
    let end = after.map_or(text.len(), |length| offset + length);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use lsp_types::Range;

    use super::*;

    fn document(text: &str) -> Document {
        Document::open(TextDocumentItem {
            uri: Uri::from_str("file:///no/such/a.h").unwrap(),
            language_id: "c".into(),
            version: 1,
            text: text.into(),
        })
    }

    fn change(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let at = |(line, character)| Position { line, character };
        let range = Some(Range { start: at(from), end: at(to) });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.into() }
    }

    #[test]
    fn changes_are_made_one_behind_the_other() {
        let mut document = document("é int a;\nint b;\n");
        document.change(
            2,
            vec![
                change((0, 2), (0, 5), "long"),
                change((1, 4), (1, 5), "c"),
                change((9, 9), (9, 9), "x"),
            ],
        );
        assert_eq!(&*document.text, "é long a;\nint c;\nx");
        assert_eq!(document.version, 2);
        document.change(3, vec![change((1, 5), (0, 0), "backwards")]);
        assert_eq!(&*document.text, "é long a;\nint cbackwards;\nx", "nothing is replaced");
    }

    #[test]
    fn what_is_no_source_is_not_read() {
        let markdown = TextDocumentItem {
            uri: Uri::from_str("file:///a.md").unwrap(),
            language_id: "markdown".into(),
            version: 1,
            text: String::new(),
        };
        assert_eq!(Document::open(markdown).path, None);
    }

    #[test]
    fn the_word_at_a_place_is_found_from_both_of_its_ends() {
        assert_eq!(word_around("a foo b", 2), Some(2..5));
        assert_eq!(word_around("a foo b", 5), Some(2..5));
        assert_eq!(word_around("é_x", 0), Some(0..4));
        assert_eq!(word_around("( )", 1), None);
        assert_eq!(word_around("", 0), None);
    }
}
