//! The text that was read, and places in it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A file that this process has read. No two have the same, whatever reads them and on whatever thread: a
/// place stays what it is when the files of several readings come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u64);

impl FileId {
    /// One that no file has.
    fn unused() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// First byte past the end.
    pub end: u32,
}

/// A place as people and editors count it, both from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One file's text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The whole text; of a compiled object a listing of what was read of it.
    pub text: Arc<str>,
    /// The `#include` directives of a header, in order.
    pub includes: Vec<Include>,
    /// Where the `#ifndef` and the `#define` of an include guard stand, as one range.
    pub guard: Option<Range<u32>>,
    /// Where the comments are, delimiters included, in order.
    pub comments: Vec<Range<u32>>,
    language: Language,
    line_starts: OnceLock<Vec<u32>>,
    /// For each line, from 1 at place 0: the first at or below it with code that only lines with
    /// comments stand before; 0 for none.
    code_from: OnceLock<Vec<u32>>,
    /// How many characters stand before each block of the text.
    characters: OnceLock<Vec<u32>>,
}

/// An `#include`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// What is included, as it is spelled between the marks.
    pub name: String,
    /// The bytes of the directive, without the end of its line.
    pub at: Range<u32>,
    /// Whether it stands under a condition; an include guard is none.
    pub conditional: bool,
    /// Whether a condition on `__KERNEL__` keeps programs from it.
    pub kernel_only: bool,
}

/// A line may be as long as the file: characters are counted by blocks of so many bytes.
const BLOCK: usize = 4096;

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'t> {
    /// Its first byte in the file.
    pub start: u32,
    /// Its text, delimiters included.
    pub text: &'t str,
}

impl Comment<'_> {
    /// The first byte past its end.
    pub fn end(self) -> u32 {
        self.start + self.text.len() as u32
    }
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// C: a header.
    C,
    /// Rust: a file whose name ends in `.rs`.
    Rust,
    /// None: a list of names and numbers, in whatever language.
    List,
    /// None: a compiled object.
    Object,
}

impl Language {
    fn by_name(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension == "rs" => Self::Rust,
            _ => Self::C,
        }
    }
}

impl SourceFile {
    /// The language: of source by the file's name.
    pub fn language(&self) -> Language {
        self.language
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0)
                .chain(self.text.match_indices('\n').map(|(at, _)| at as u32 + 1))
                .collect()
        })
    }

    /// Where the byte `offset` is; past the end, the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line(offset as u32);
        let start = self.line_range(line).start;
        let column = if offset - start < BLOCK {
            characters(&self.text.as_bytes()[start..offset])
        } else {
            self.characters_before(offset) - self.characters_before(start)
        };
        Position { line, column: column + 1 }
    }

    /// How many characters begin before an offset.
    fn characters_before(&self, offset: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let blocks = self.characters.get_or_init(|| {
            let counted = bytes.chunks(BLOCK).scan(0, |before, block| {
                *before += characters(block);
                Some(*before)
            });
            std::iter::once(0).chain(counted).collect()
        });
        let block = offset / BLOCK;
        blocks[block] + characters(&bytes[block * BLOCK..offset])
    }

    /// The line (from 1) that the byte `offset` is on, without what its column would cost: a file
    /// may be one long line.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|start| *start <= offset) as u32
    }

    /// The bytes of line `line` (from 1) without its end, as a range; empty past the last line.
    pub fn line_range(&self, line: u32) -> Range<usize> {
        let starts = self.line_starts();
        let Some(start) = starts.get(line.saturating_sub(1) as usize) else {
            return self.text.len()..self.text.len();
        };
        let start = *start as usize;
        let end = starts.get(line as usize).map_or(self.text.len(), |next| *next as usize - 1);
        start..end.max(start)
    }

    /// The first byte of the line behind the one that the byte `offset` is on, if there is one.
    pub fn next_line(&self, offset: u32) -> Option<u32> {
        self.line_starts().get(self.line(offset) as usize).copied()
    }

    /// The first byte of the line that the byte `offset` is on.
    pub fn line_start(&self, offset: u32) -> u32 {
        self.line_range(self.line(offset)).start as u32
    }

    /// The comments, in order.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        self.comments.iter().filter_map(|comment| {
            let text = self.text.get(comment.start as usize..comment.end as usize)?;
            Some(Comment { start: comment.start, text })
        })
    }

    /// Whether a line (from 1) has anything but white space and comments.
    pub fn has_code(&self, line: u32) -> bool {
        let place = line.checked_sub(1).and_then(|place| self.code_from().get(place as usize));
        place == Some(&line)
    }

    fn is_code(&self, line: u32) -> bool {
        let line = self.line_range(line);
        let is_blank = |from: usize, to: usize| {
            self.text.get(from..to).is_none_or(|text| text.trim().is_empty())
        };
        let mut at = line.start;
        for comment in self.comments_on(&line) {
            if !is_blank(at, comment.start as usize) {
                return true;
            }
            at = comment.end as usize;
        }
        !is_blank(at, line.end)
    }

    /// The first line with code below `line` that only comments stand between.
    pub fn code_below(&self, line: u32) -> Option<u32> {
        self.code_from().get(line as usize).copied().filter(|line| *line != 0)
    }

    /// A block of comments may be as long as the file, and so may a line: the answer is worked out for
    /// all at once.
    fn code_from(&self) -> &[u32] {
        self.code_from.get_or_init(|| {
            let mut below = 0;
            let mut from: Vec<u32> = (1..=self.line_count())
                .rev()
                .map(|line| {
                    if self.is_code(line) {
                        below = line;
                    } else if self.comments_on(&self.line_range(line)).next().is_none() {
                        below = 0;
                    }
                    below
                })
                .collect();
            from.reverse();
            from
        })
    }

    /// The comments of which a part is on a line.
    fn comments_on(&self, line: &Range<usize>) -> impl Iterator<Item = &Range<u32>> {
        let first = self.comments.partition_point(|comment| comment.end as usize <= line.start);
        let end = line.end;
        self.comments[first..].iter().take_while(move |comment| (comment.start as usize) <= end)
    }

    /// How many lines the file has.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }
}

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

/// The files of one reading, or of several.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<(FileId, SourceFile)>,
    places: BTreeMap<FileId, u32>,
}

impl SourceMap {
    /// Adds a file.
    pub fn add(&mut self, path: PathBuf, text: Arc<str>) -> FileId {
        let language = Language::by_name(&path);
        self.push(path, text, language)
    }

    /// Adds a list of numbers.
    pub fn add_list(&mut self, path: PathBuf, text: Arc<str>) -> FileId {
        self.push(path, text, Language::List)
    }

    /// Adds a compiled object, with a listing of what was read of it.
    pub fn add_object(&mut self, path: PathBuf, listing: Arc<str>) -> FileId {
        self.push(path, listing, Language::Object)
    }

    fn push(&mut self, path: PathBuf, text: Arc<str>, language: Language) -> FileId {
        let file = SourceFile {
            path,
            text,
            includes: Vec::new(),
            guard: None,
            comments: Vec::new(),
            language,
            line_starts: OnceLock::new(),
            code_from: OnceLock::new(),
            characters: OnceLock::new(),
        };
        let id = FileId::unused();
        self.put(id, file);
        id
    }

    fn put(&mut self, id: FileId, file: SourceFile) {
        self.places.insert(id, self.files.len() as u32);
        self.files.push((id, file));
    }

    /// Takes in the files of another reading, behind its own. What it has already stays as it is.
    pub fn append(&mut self, other: Self) {
        for (id, file) in other.files {
            if !self.places.contains_key(&id) {
                self.put(id, file);
            }
        }
    }

    /// Forgets files that nothing refers to.
    pub fn retain(&mut self, mut keeps: impl FnMut(FileId) -> bool) {
        self.files.retain(|(id, _)| keeps(*id));
        let places = self.files.iter().zip(0..).map(|((id, _), place)| (*id, place));
        self.places = places.collect();
    }

    /// The position of a file in this map, from 0. Reports list places in this order.
    ///
    /// # Panics
    /// If the file is of none of these readings.
    pub fn place(&self, id: FileId) -> usize {
        self.places[&id] as usize
    }

    /// Shows every file under another path.
    pub fn rename(&mut self, mut path: impl FnMut(&Path) -> PathBuf) {
        for (_, file) in &mut self.files {
            file.path = path(&file.path);
        }
    }

    /// The file.
    ///
    /// # Panics
    /// If it is of none of these readings.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[self.place(id)].1
    }

    /// The file, for the front end that reads it.
    ///
    /// # Panics
    /// As [`SourceMap::file`].
    pub fn file_mut(&mut self, id: FileId) -> &mut SourceFile {
        let place = self.place(id);
        &mut self.files[place].1
    }

    /// The path of the file that `span` is in.
    pub fn path(&self, span: Span) -> &Path {
        &self.file(span.file).path
    }

    /// Where `span` begins.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }

    /// The text of `span`; empty where the span is out of bounds.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Every file with its id, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FileId, &SourceFile)> {
        self.files.iter().map(|(id, file)| (*id, file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_long_line_are_counted_in_characters() {
        let text = format!("// é\n{}x", "é=".repeat(5_000));
        let mut sources = SourceMap::default();
        let id = sources.add("a.h".into(), text.as_str().into());
        let column = |offset: usize| sources.file(id).position(offset as u32);
        assert_eq!(column(text.len() - 1), Position { line: 2, column: 10_001 });
        assert_eq!(column(6 + 3 * 2_000), Position { line: 2, column: 4_001 });
        assert_eq!(column(5), Position { line: 1, column: 5 });
    }

    #[test]
    fn code_below_skips_comments_but_no_empty_line() {
        let text = "// a\n/* b\n\n c */\nint x; // y\n// d\n\nint z;\n/* e */ int w;\n// f";
        let mut sources = SourceMap::default();
        let id = sources.add("a.h".into(), text.into());
        let range = |comment: &str| {
            let at = text.find(comment).unwrap();
            at as u32..(at + comment.len()) as u32
        };
        let comments = ["// a", "/* b\n\n c */", "// y", "// d", "/* e */", "// f"].map(range);
        sources.file_mut(id).comments = comments.into();
        let file = sources.file(id);
        let code: Vec<u32> = (1..12).filter(|line| file.has_code(*line)).collect();
        assert_eq!(code, [5, 8, 9]);
        assert_eq!(file.code_below(1), Some(5));
        assert_eq!(file.code_below(4), Some(5));
        assert_eq!(file.code_below(6), None);
        assert_eq!(file.code_below(10), None);
        assert_eq!(file.code_below(12), None);
    }

    #[test]
    fn a_place_is_the_same_among_the_files_of_another_reading() {
        let (mut first, mut second) = (SourceMap::default(), SourceMap::default());
        let behind = second.add("b.h".into(), "x b y".into());
        let before = first.add("a.h".into(), "aaa".into());
        first.append(second.clone());
        first.append(second);
        let span = Span { file: behind, start: 2, end: 3 };
        assert_eq!(first.text(span), "b");
        assert_eq!(first.path(span), Path::new("b.h"));
        let files: Vec<FileId> = first.iter().map(|(file, _)| file).collect();
        assert_eq!(files, [before, behind]);
        assert_eq!([first.place(before), first.place(behind)], [0, 1]);
    }
}
