//! From the parser's tree to functions and variables.
mod declarations;
mod expressions;
mod kinds;
mod statements;

use crate::ast::{NotParsed, Text, Unit};
use crate::mask::{Mark, Masked, Piece, PieceKind};
use kinds::Kind;
use tree_sitter::Node;

/// How deep statements and expressions may be nested in a function.
const MAX_DEPTH: u32 = 200;

/// Converts the tree of a piece.
pub(crate) struct Converter<'a> {
    masked: &'a Masked,
    piece: Piece,
    depth: u32,
    /// The first place that makes no sense.
    error: Option<Text>,
}

impl<'a> Converter<'a> {
    pub(crate) fn new(masked: &'a Masked, piece: Piece) -> Self {
        Self { masked, piece, depth: 0, error: None }
    }

    /// Adds what the tree holds.
    pub(crate) fn convert(mut self, root: Node<'_>, unit: &mut Unit) {
        let mut cursor = root.walk();
        let mut name = self.piece.name;
        if root.kind_id() == u16::MAX {
            self.error = Some(self.at(root));
        }
        for node in root.children(&mut cursor) {
            match (Kind::of(node), self.piece.kind) {
                (Kind::FunctionDefinition, PieceKind::Function) => {
                    if let Some(mut function) = self.function(node) {
                        name = Some(function.name);
                        function.is_understood = self.error.is_none();
                        unit.functions.push(function);
                    } else {
                        self.fail(node);
                    }
                }
                (Kind::Declaration, PieceKind::Variable) => {
                    unit.variables.extend(self.variables(node));
                }
                (Kind::ExpressionStatement, _) if node.child_count() == 1 => {}
                _ => self.fail(node),
            }
        }
        if self.error.is_none() && root.has_error() {
            self.error = Some(self.at(root));
        }
        if let Some(at) = self.error {
            unit.not_understood.push(NotParsed { function: name, at });
            if let Some(function) =
                unit.functions.last_mut().filter(|function| Some(function.name) == name)
            {
                function.is_understood = false;
            }
        }
    }

    /// The place of a node.
    fn at(&self, node: Node<'_>) -> Text {
        let start = self.piece.at.start;
        Text { start: start + node.start_byte() as u32, end: start + node.end_byte() as u32 }
    }

    /// What stands in the masked text for something else at the start of a node.
    fn mark(&self, node: Node<'_>) -> Option<Mark> {
        self.masked.marks.get(&self.at(node).start).copied()
    }

    /// The place of a name.
    fn name(&self, node: Node<'_>) -> Text {
        match self.mark(node) {
            Some(Mark::Name(place)) => place,
            _ => self.at(node),
        }
    }

    /// The masked text of a node.
    fn masked_text(&self, node: Node<'_>) -> &'a [u8] {
        let at = self.at(node);
        &self.masked.text[at.start as usize..at.end as usize]
    }

    /// Notes that a node makes no sense.
    fn fail(&mut self, node: Node<'_>) {
        let at = self.at(node);
        self.error.get_or_insert(at);
    }
}
