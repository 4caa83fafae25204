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
    let mut unit = Unit::default();
    if original.len() > MAX_LENGTH {
        unit.not_understood.push(NotParsed { function: None, at: Text { start: 0, end: 1 } });
        return unit;
    }
    let masked = mask::mask(original);
    unit.not_understood.extend(masked.unclosed.iter().map(|&at| NotParsed { function: None, at }));
    let mut parser = Parser::new();
    let is_ready = parser.set_language(&tree_sitter_c::LANGUAGE.into()).is_ok();
    for piece in &masked.pieces {
        let broken =
            NotParsed { function: piece.name, at: Text { start: piece.body, end: piece.body + 1 } };
        if piece.kind == PieceKind::Broken || !is_ready {
            unit.not_understood.push(broken);
            continue;
        }
        match tree(&mut parser, &masked, *piece) {
            Some(tree) => Converter::new(&masked, *piece).convert(tree.root_node(), &mut unit),
            None => unit.not_understood.push(broken),
        }
    }
    unit
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
