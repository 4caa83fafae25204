//! What is written in a block, and beside a strip of what has no room in its block.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "characters are counted to a thousand, and no length is below 0"
)]

use super::blocks::{Block, Kind};
use crate::visible::on_one_line;

/// A character of a label, in a monospaced font of 12 units.
pub(super) const CHARACTER: f64 = 7.3;
/// Fewer characters of a name say nothing.
const FEWEST: usize = 4;
/// A character of an offset, in one of 10 units.
const DIGIT: f64 = 6.1;
/// How many characters a line of names has at most, and how many lines there are.
const LONGEST: usize = 158;
const LINES: usize = 5;

/// A text that fits into its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    Along(String),
    /// From the bottom to the top.
    Upright(String),
}

impl Label {
    /// The name: along the block, upright where it is too narrow for that, or as much of it as there is
    /// room for. Of padding, its size.
    pub(super) fn of(block: &Block<'_>, width: f64, height: f64) -> Option<Self> {
        let text = match block.kind {
            Kind::Hole | Kind::Tail if block.bits.is_multiple_of(8) => (block.bits / 8).to_string(),
            Kind::Hole | Kind::Tail => format!("{} bits", block.bits),
            Kind::Member { .. } | Kind::Alternatives(_) => name(block),
        };
        let length = text.chars().count() as f64 * CHARACTER;
        let room = ((width - 4.0) / CHARACTER).max(0.0) as usize;
        if length + 4.0 <= width {
            Some(Self::Along(text))
        } else if length + 4.0 <= height && width >= 14.0 {
            Some(Self::Upright(text))
        } else if room >= FEWEST && !matches!(block.kind, Kind::Hole | Kind::Tail) {
            Some(Self::Along(shortened(&text, room)))
        } else {
            None
        }
    }
}

/// What a reader sees who points at a block.
pub(super) fn title(block: &Block<'_>) -> String {
    let Block { kind, offset_bits, bits, is_bit_field, .. } = block;
    let in_bits = *is_bit_field || offset_bits % 8 != 0 || bits % 8 != 0;
    let place = if in_bits {
        format!("at {}:{}, {bits} bits", offset_bits / 8, offset_bits % 8)
    } else {
        format!("at byte {}, {} bytes", offset_bits / 8, bits / 8)
    };
    match kind {
        Kind::Member { declaration, .. } => format!("{declaration}; {place}"),
        Kind::Alternatives(count) => format!("{count} alternatives; {place}"),
        Kind::Hole => format!("hole; {place}"),
        Kind::Tail => format!("padding at the end; {place}"),
    }
}

/// The blocks by offset and name, in lines that are as long as a picture is wide.
pub(super) fn beside<'b>(blocks: impl Iterator<Item = &'b Block<'b>>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut left_out = 0;
    for block in blocks {
        let entry = shortened(&format!("{} {}", place(block), name(block)), LONGEST);
        let length = entry.chars().count();
        let is_full = lines.len() == LINES;
        match lines.last_mut() {
            _ if left_out > 0 => left_out += 1,
            Some(line) if line.chars().count() + 3 + length <= LONGEST => {
                line.push_str(" · ");
                line.push_str(&entry);
            }
            _ if is_full => left_out += 1,
            _ => lines.push(entry),
        }
    }
    if left_out > 0 {
        lines.push(format!("and {left_out} more"));
    }
    lines
}

/// Where a block begins, in bytes; a bit-field has the bit, too.
fn place(block: &Block<'_>) -> String {
    let (byte, bit) = (block.offset_bits / 8, block.offset_bits % 8);
    if block.is_bit_field || bit != 0 { format!("{byte}:{bit}") } else { byte.to_string() }
}

fn name(block: &Block<'_>) -> String {
    match block.kind {
        Kind::Member { name: Some(name), .. } => on_one_line(name).into_owned(),
        Kind::Member { declaration, name: None } => on_one_line(declaration).into_owned(),
        Kind::Alternatives(count) => format!("{count} alternatives"),
        Kind::Hole => "hole".into(),
        Kind::Tail => "padding".into(),
    }
}

/// Whether a block is wide enough for the offset in its corner.
pub(super) fn has_room_for_offset(text: &str, width: f64) -> bool {
    width >= (FEWEST as f64 * CHARACTER).max(text.len() as f64 * DIGIT) + 4.0
}

/// A text of at most that many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}
