//! From the text of a C file to its functions.
use crate::ast::{NotParsed, Text, Unit};
use crate::convert::Converter;
use crate::mask::{self, Masked, Piece, PieceKind};
use std::ops::ControlFlow;
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// The longest file that is read, in bytes.
pub const MAX_LENGTH: usize = 8 << 20;

/// Reads a C file. Never fails: what was not understood is listed.
pub fn parse(original: &str) -> Unit {
    let outline = Outline::new(original);
    let mut unit = outline.read(|_| true);
    unit.not_understood.splice(0..0, outline.not_understood());
    unit
}

/// A C file of which only the functions and variables are known that it has. That takes a tenth of the
/// time that it takes to read them.
#[derive(Debug)]
pub struct Outline {
    /// Nothing where the file is too long.
    masked: Option<Masked>,
}

/// Something at the scope of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlined {
    /// A function with a body, and its name where that is clear without reading it.
    Function(Option<Text>),
    /// Variables with an initialiser.
    Variables,
}

impl Outline {
    /// Splits a C file.
    pub fn new(original: &str) -> Self {
        Self { masked: (original.len() <= MAX_LENGTH).then(|| mask::mask(original)) }
    }

    /// What the file has, in the order of the text.
    pub fn items(&self) -> impl Iterator<Item = Outlined> {
        let pieces = self.masked.iter().flat_map(|masked| &masked.pieces);
        pieces.map(|piece| outlined(*piece))
    }

    /// Where the items are.
    pub fn places(&self) -> impl Iterator<Item = Text> {
        self.masked.iter().flat_map(|masked| &masked.pieces).map(|piece| piece.at)
    }

    /// Reads one item, by its place among the items.
    pub fn read_one(&self, wanted: usize) -> Unit {
        let mut place = 0;
        self.read(|_| {
            place += 1;
            place == wanted + 1
        })
    }

    /// What of the file as a whole was not understood: its length, and conditionals that nothing closes.
    pub fn not_understood(&self) -> Vec<NotParsed> {
        match &self.masked {
            Some(masked) => {
                masked.unclosed.iter().map(|&at| NotParsed { function: None, at }).collect()
            }
            None => vec![NotParsed { function: None, at: Text { start: 0, end: 1 } }],
        }
    }

    /// Reads the wanted ones of the items.
    pub fn read(&self, mut is_wanted: impl FnMut(Outlined) -> bool) -> Unit {
        let mut unit = Unit::default();
        let Some(masked) = &self.masked else { return unit };
        let mut parser = Parser::new();
        let is_ready = parser.set_language(&tree_sitter_c::LANGUAGE.into()).is_ok();
        for piece in masked.pieces.iter().filter(|piece| is_wanted(outlined(**piece))) {
            let is_whole = is_ready && piece.kind != PieceKind::Broken;
            if let Some(tree) = is_whole.then(|| tree(&mut parser, masked, *piece)).flatten() {
                Converter::new(masked, *piece).convert(tree.root_node(), &mut unit);
            } else {
                let at = Text { start: piece.body, end: piece.body + 1 };
                unit.not_understood.push(NotParsed { function: piece.name, at });
            }
        }
        unit
    }
}

fn outlined(piece: Piece) -> Outlined {
    match piece.kind {
        PieceKind::Variable => Outlined::Variables,
        PieceKind::Function | PieceKind::Broken => Outlined::Function(piece.name),
    }
}

/// Parses a piece, as long as that takes time in proportion to its length.
fn tree(parser: &mut Parser, masked: &Masked, piece: Piece) -> Option<Tree> {
    let text = &masked.text[piece.at.start as usize..piece.at.end as usize];
    // A call comes after each hundred steps of the parser.
    let mut calls_left = 2_000 + text.len() / 4;
    let mut progress = |_: &ParseState| match calls_left.checked_sub(1) {
        Some(left) => {
            calls_left = left;
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut |at, _| &text[at..], None, Some(options));
    if tree.is_none() {
        parser.reset();
    }
    tree
}
