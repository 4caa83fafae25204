//! Places in a text as editors count them: lines from 0, and columns in units of UTF-16.

use std::ops::Range;

use lsp_types::Position;

/// A line may be as long as the text: units are counted by blocks of so many bytes.
const BLOCK: usize = 4096;

/// Where the lines of a text are.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// The first byte of each line.
    starts: Vec<usize>,
    /// How many units of UTF-16 begin before each block.
    units: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            // A carriage return ends a line by itself, too.
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        let counted = bytes.chunks(BLOCK).scan(0, |before, block| {
            *before += units(block);
            Some(*before)
        });
        Self { starts, units: std::iter::once(0).chain(counted).collect() }
    }

    /// Where a byte is; past the end, the end.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let column = self.units_before(text, offset) - self.units_before(text, self.starts[line]);
        Position { line: line as u32, character: column as u32 }
    }

    /// The range of some bytes.
    pub(super) fn range(&self, text: &str, bytes: Range<usize>) -> lsp_types::Range {
        lsp_types::Range {
            start: self.position(text, bytes.start),
            end: self.position(text, bytes.end.max(bytes.start)),
        }
    }

    /// The byte at a position. Behind the end of a line it is that end, and behind the last line that of the
    /// text; in the middle of a character, its beginning.
    pub(super) fn offset(&self, text: &str, position: Position) -> usize {
        let Some(line) = self.line(text, position.line) else { return text.len() };
        let wanted = self.units_before(text, line.start) + position.character as usize;
        // The block in which that many units are reached, if it is behind the beginning of the line.
        let block = self.units.partition_point(|before| *before <= wanted).saturating_sub(1);
        let mut at = (block * BLOCK).clamp(line.start, line.end);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let mut before = self.units_before(text, at);
        for c in text[at..line.end].chars() {
            before += c.len_utf16();
            if before > wanted {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    /// The bytes of a line (from 0) without its end; none behind the last line.
    pub(super) fn line(&self, text: &str, line: u32) -> Option<Range<usize>> {
        let start = *self.starts.get(line as usize)?;
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(text.len());
        Some(start..start + text[start..end].trim_end_matches(['\r', '\n']).len())
    }

    fn units_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        self.units[block] + units(&text.as_bytes()[block * BLOCK..offset])
    }
}

/// How many units of UTF-16 begin in these bytes.
fn units(bytes: &[u8]) -> usize {
    let of = |byte: &u8| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
    bytes.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_units_of_utf_16() {
        let text = "aé😀b\r\nx\ry";
        let lines = Lines::of(text);
        for (offset, place) in
            [(0, at(0, 0)), (1, at(0, 1)), (3, at(0, 2)), (7, at(0, 4)), (8, at(0, 5))]
        {
            assert_eq!(lines.position(text, offset), place, "{offset}");
            assert_eq!(lines.offset(text, place), offset, "{offset}");
        }
        // In the middle of a surrogate pair.
        assert_eq!(lines.offset(text, at(0, 3)), 3);
        assert_eq!(lines.position(text, 10), at(1, 0));
        assert_eq!(lines.position(text, 12), at(2, 0));
    }

    #[test]
    fn what_is_out_of_range_is_the_end_of_the_line_or_of_the_text() {
        let text = "ab\r\ncd";
        let lines = Lines::of(text);
        assert_eq!(lines.offset(text, at(0, 99)), 2);
        assert_eq!(lines.offset(text, at(1, u32::MAX)), 6);
        assert_eq!(lines.offset(text, at(u32::MAX, 0)), 6);
        assert_eq!(lines.position(text, 99), at(1, 2));
        assert_eq!(Lines::of("").position("", 0), at(0, 0));
    }

    #[test]
    fn a_long_line_is_counted_by_blocks() {
        let text = format!("x\n{}b", "é😀".repeat(9_000));
        let lines = Lines::of(&text);
        let end = at(1, 27_000);
        assert_eq!(lines.position(&text, text.len() - 1), end);
        assert_eq!(lines.offset(&text, end), text.len() - 1);
    }

    proptest! {
        #[test]
        fn a_place_comes_back(text in "[a\r\né😀]{0,60}", repeat in 1_usize..300) {
            let text = text.repeat(repeat);
            let lines = Lines::of(&text);
            for (offset, c) in text.char_indices().step_by(97) {
                // A pair that ends a line is one end.
                if c != '\n' {
                    prop_assert_eq!(lines.offset(&text, lines.position(&text, offset)), offset);
                }
            }
        }
    }
}
