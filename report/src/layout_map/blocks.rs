//! What of a strip is drawn where: members side by side, the alternatives of a union one below the other.
#![expect(clippy::cast_precision_loss, reason = "lines are counted to LINES")]

use crate::layout_rows::{Row, What};

/// A rectangle of a strip.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block<'a> {
    pub(super) kind: Kind<'a>,
    /// From the beginning of the structure, in bits.
    pub(super) offset_bits: u64,
    pub(super) bits: u64,
    pub(super) is_bit_field: bool,
    /// Where it begins and ends from top to bottom, as parts of the strip from 0 to 1.
    pub(super) top: f64,
    pub(super) bottom: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Member {
        declaration: &'a str,
        name: Option<&'a str>,
    },
    /// More alternatives than there is room for.
    Alternatives(usize),
    Hole,
    Tail,
}

/// How many lines of members a strip may show one below the other.
pub(super) const LINES: usize = 8;

/// The blocks of a strip, and how many lines they stand in.
pub(super) fn of(rows: &[Row], is_union: bool) -> (Vec<Block<'_>>, usize) {
    let mut rest = rows;
    let children = parsed(&mut rest);
    let whole = Node { row: None, is_union, children };
    let lines = whole.lines();
    let mut blocks = Vec::new();
    whole.place(0.0, 1.0, &mut blocks);
    (blocks, lines)
}

/// A line with those inside it.
struct Node<'a> {
    /// `None` for the structure itself.
    row: Option<&'a Row>,
    is_union: bool,
    children: Vec<Self>,
}

fn parsed<'a>(rows: &mut &'a [Row]) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    while let Some((row, rest)) = rows.split_first() {
        *rows = rest;
        let opens = match &row.what {
            What::Close => break,
            What::Member { declaration, .. } => declaration.ends_with('{'),
            What::Hole | What::Tail => false,
        };
        let is_union = matches!(&row.what,
            What::Member { declaration, .. } if declaration.starts_with("union"));
        let children = if opens { parsed(rows) } else { Vec::new() };
        nodes.push(Node { row: Some(row), is_union: opens && is_union, children });
    }
    nodes
}

impl<'a> Node<'a> {
    /// How many lines it needs.
    fn lines(&self) -> usize {
        let each = self.children.iter().map(Self::lines);
        if self.is_union {
            let all = each.sum();
            if all > LINES { 1 } else { usize::max(all, 1) }
        } else {
            each.max().unwrap_or(1)
        }
    }

    fn place(&self, top: f64, bottom: f64, blocks: &mut Vec<Block<'a>>) {
        if self.children.is_empty() {
            blocks.extend(self.row.and_then(|row| Block::of(row, top, bottom)));
            return;
        }
        if !self.is_union {
            self.children.iter().for_each(|child| child.place(top, bottom, blocks));
            return;
        }
        let all: usize = self.children.iter().map(Self::lines).sum();
        if all > LINES {
            let bits = self.children.iter().filter_map(|child| child.row).map(|row| row.bits);
            let offset_bits =
                self.children.iter().filter_map(|child| child.row).map(|row| row.offset_bits);
            blocks.push(Block {
                kind: Kind::Alternatives(self.children.len()),
                offset_bits: self
                    .row
                    .map_or_else(|| offset_bits.min().unwrap_or(0), |row| row.offset_bits),
                bits: self.row.map_or_else(|| bits.max().unwrap_or(0), |row| row.bits),
                is_bit_field: false,
                top,
                bottom,
            });
            return;
        }
        // At most LINES of them, which a float holds exactly.
        let line = (bottom - top) / all as f64;
        let mut next = top;
        for child in &self.children {
            let end = next + line * child.lines() as f64;
            child.place(next, end, blocks);
            next = end;
        }
    }
}

impl<'a> Block<'a> {
    /// Nothing for the end of an anonymous structure.
    fn of(row: &'a Row, top: f64, bottom: f64) -> Option<Self> {
        let kind = match &row.what {
            What::Member { declaration, name } => {
                Kind::Member { declaration, name: name.as_deref() }
            }
            What::Close => return None,
            What::Hole => Kind::Hole,
            What::Tail => Kind::Tail,
        };
        let Row { offset_bits, bits, is_bit_field, .. } = *row;
        Some(Self { kind, offset_bits, bits, is_bit_field, top, bottom })
    }
}
