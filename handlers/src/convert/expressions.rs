//! Expressions.
use super::kinds::{Field, Kind};
use super::{Converter, MAX_DEPTH};
use crate::ast::{Binary, Designator, Expression, ExpressionKind, Item, Text, Unary};
use crate::mask::Mark;
use tree_sitter::Node;

impl Converter<'_> {
    /// An expression; one that is missing is unknown.
    pub(super) fn part(&mut self, node: Node<'_>, field: Field) -> Expression {
        match field.of(node) {
            Some(part) => self.expression(part),
            None => self.unknown(node),
        }
    }

    /// What makes no sense.
    pub(super) fn unknown(&mut self, node: Node<'_>) -> Expression {
        self.fail(node);
        Expression { at: self.at(node), kind: ExpressionKind::Unknown }
    }

    pub(super) fn expression(&mut self, mut node: Node<'_>) -> Expression {
        while Kind::of(node) == Kind::ParenthesizedExpression
            || Kind::of(node) == Kind::ExtensionExpression
        {
            match Self::only_child(node) {
                Some(inner) => node = inner,
                None => return self.unknown(node),
            }
        }
        if node.is_missing() || self.depth >= MAX_DEPTH {
            return self.unknown(node);
        }
        self.depth += 1;
        let kind = self.expression_kind(node);
        self.depth -= 1;
        match kind {
            Some(kind) => Expression { at: self.expression_place(node, &kind), kind },
            None => self.unknown(node),
        }
    }

    /// A name is where it stands in the original.
    fn expression_place(&self, node: Node<'_>, kind: &ExpressionKind) -> Text {
        match kind {
            ExpressionKind::Name => self.name(node),
            ExpressionKind::Type(ty) => ty.base,
            _ => self.at(node),
        }
    }

    /// The one named child of a node that has no other, comments aside.
    fn only_child(node: Node<'_>) -> Option<Node<'_>> {
        let mut cursor = node.walk();
        let mut found = None;
        for child in node.named_children(&mut cursor) {
            if found.is_some() || child.is_error() {
                return None;
            }
            found = Some(child);
        }
        found
    }

    fn boxed(&mut self, node: Node<'_>, field: Field) -> Box<Expression> {
        Box::new(self.part(node, field))
    }

    fn optional_boxed(&mut self, node: Node<'_>, field: Field) -> Option<Box<Expression>> {
        field.of(node).map(|part| Box::new(self.expression(part)))
    }

    fn expression_kind(&mut self, node: Node<'_>) -> Option<ExpressionKind> {
        Some(match Kind::of(node) {
            Kind::Identifier | Kind::TypeIdentifier => match self.mark(node) {
                Some(Mark::Type(ty)) => ExpressionKind::Type(ty),
                Some(Mark::Opaque) => ExpressionKind::Unknown,
                Some(Mark::Operator) => ExpressionKind::Operator,
                _ => ExpressionKind::Name,
            },
            Kind::True | Kind::False | Kind::Null => ExpressionKind::Name,
            Kind::NumberLiteral => self.number(node),
            Kind::CharLiteral => ExpressionKind::Number,
            Kind::StringLiteral | Kind::ConcatenatedString => ExpressionKind::String,
            Kind::CallExpression => self.call(node),
            Kind::FieldExpression => ExpressionKind::Member {
                of: self.boxed(node, Field::Argument),
                name: self.at(Field::Member.of(node)?),
                is_arrow: self.operator(node) == b"->",
            },
            Kind::SubscriptExpression => ExpressionKind::Index {
                of: self.boxed(node, Field::Argument),
                index: self.boxed(node, Field::Index),
            },
            Kind::UnaryExpression => self.unary(node)?,
            Kind::PointerExpression => {
                let operand = self.boxed(node, Field::Argument);
                if self.operator(node) == b"&" {
                    ExpressionKind::AddressOf(operand)
                } else {
                    ExpressionKind::Dereference(operand)
                }
            }
            Kind::BinaryExpression => ExpressionKind::Binary {
                operator: binary(self.operator(node))?,
                left: self.boxed(node, Field::Left),
                right: self.boxed(node, Field::Right),
            },
            Kind::AssignmentExpression => {
                let operator = self.operator(node);
                ExpressionKind::Assign {
                    operator: if operator == b"=" {
                        None
                    } else {
                        Some(binary(operator.strip_suffix(b"=")?)?)
                    },
                    target: self.boxed(node, Field::Left),
                    value: self.boxed(node, Field::Right),
                }
            }
            Kind::UpdateExpression => self.step(node)?,
            Kind::ConditionalExpression => ExpressionKind::Conditional {
                condition: self.boxed(node, Field::Condition),
                then: self.optional_boxed(node, Field::Consequence),
                otherwise: self.boxed(node, Field::Alternative),
            },
            Kind::CastExpression | Kind::CompoundLiteralExpression => ExpressionKind::Cast {
                ty: self.type_descriptor(Field::Type.of(node)?),
                value: self.boxed(node, Field::Value),
            },
            Kind::SizeofExpression => match Field::Type.of(node) {
                Some(ty) => ExpressionKind::SizeOfType(self.type_descriptor(ty)),
                None => ExpressionKind::SizeOf(self.boxed(node, Field::Value)),
            },
            Kind::AlignofExpression
            | Kind::OffsetofExpression
            | Kind::GenericExpression
            | Kind::GnuAsmExpression => ExpressionKind::Unknown,
            Kind::CommaExpression => ExpressionKind::Comma(self.commas(node)),
            Kind::InitializerList => ExpressionKind::Initialiser(self.items(node)),
            Kind::CompoundStatement => ExpressionKind::Block(self.block(node)),
            _ => return None,
        })
    }

    pub(super) fn operator(&self, node: Node<'_>) -> &[u8] {
        Field::Operator.of(node).map_or(b"", |operator| self.masked_text(operator))
    }

    /// The parser takes a sign for a part of the number.
    fn number(&self, node: Node<'_>) -> ExpressionKind {
        if !self.masked_text(node).starts_with(b"-") {
            return ExpressionKind::Number;
        }
        let mut at = self.at(node);
        at.start += 1;
        let operand = Box::new(Expression { at, kind: ExpressionKind::Number });
        ExpressionKind::Unary { operator: Unary::Minus, operand }
    }

    fn unary(&mut self, node: Node<'_>) -> Option<ExpressionKind> {
        let operand = self.boxed(node, Field::Argument);
        self.unary_of(node, operand)
    }

    fn unary_of(&self, node: Node<'_>, operand: Box<Expression>) -> Option<ExpressionKind> {
        if let Some(Mark::Cast(ty)) = self.mark(node) {
            return Some(ExpressionKind::Cast { ty, value: operand });
        }
        let operator = match self.operator(node) {
            b"!" => Unary::Not,
            b"-" => Unary::Minus,
            b"~" => Unary::Complement,
            b"+" => return Some(operand.kind),
            _ => return None,
        };
        Some(ExpressionKind::Unary { operator, operand })
    }

    /// `!x++` is `!(x++)`; the parser has it the other way round.
    fn step(&mut self, node: Node<'_>) -> Option<ExpressionKind> {
        let mut argument = Field::Argument.of(node)?;
        let is_postfix = argument.start_byte() == node.start_byte();
        let mut outer = Vec::new();
        while is_postfix
            && Kind::of(argument) == Kind::UnaryExpression
            && (outer.len() as u32) < MAX_DEPTH - self.depth
        {
            outer.push(argument);
            argument = Field::Argument.of(argument)?;
        }
        let at = Text { start: self.at(argument).start, end: self.at(node).end };
        let mut kind = ExpressionKind::Step(Box::new(self.expression(argument)));
        let mut start = at.start;
        for node in outer.into_iter().rev() {
            let operand = Box::new(Expression { at: Text { start, end: at.end }, kind });
            kind = self.unary_of(node, operand)?;
            start = self.at(node).start;
        }
        Some(kind)
    }

    fn call(&mut self, node: Node<'_>) -> ExpressionKind {
        let function = Field::Function.of(node);
        let is_size =
            function.is_some_and(|function| matches!(self.mark(function), Some(Mark::SizeOf)));
        let mut arguments = self.arguments(node);
        if is_size && arguments.len() == 1 {
            let argument = arguments.remove(0);
            return match argument.kind {
                ExpressionKind::Type(ty) => ExpressionKind::SizeOfType(ty),
                _ => ExpressionKind::SizeOf(Box::new(argument)),
            };
        }
        ExpressionKind::Call { function: self.boxed(node, Field::Function), arguments }
    }

    fn arguments(&mut self, node: Node<'_>) -> Vec<Expression> {
        let Some(list) = Field::Arguments.of(node) else { return Vec::new() };
        let mut cursor = list.walk();
        let arguments: Vec<Node<'_>> = list.named_children(&mut cursor).collect();
        arguments.into_iter().map(|argument| self.expression(argument)).collect()
    }

    /// `a, (b, c)`, as the parser has it, is a list.
    pub(super) fn commas(&mut self, mut node: Node<'_>) -> Vec<Expression> {
        let mut list = Vec::new();
        loop {
            list.push(self.part(node, Field::Left));
            match Field::Right.of(node) {
                Some(right) if Kind::of(right) == Kind::CommaExpression => node = right,
                Some(right) => {
                    list.push(self.expression(right));
                    return list;
                }
                None => {
                    list.push(self.unknown(node));
                    return list;
                }
            }
        }
    }

    fn items(&mut self, node: Node<'_>) -> Vec<Item> {
        let mut cursor = node.walk();
        let nodes: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        nodes
            .into_iter()
            .map(|item| {
                if Kind::of(item) == Kind::InitializerPair {
                    Item { designator: self.designator(item), value: self.part(item, Field::Value) }
                } else {
                    Item { designator: None, value: self.expression(item) }
                }
            })
            .collect()
    }

    fn designator(&mut self, pair: Node<'_>) -> Option<Designator> {
        let designator = Field::Designator.of(pair)?;
        Some(match Kind::of(designator) {
            Kind::FieldDesignator => {
                // The place covers the names behind the first one, too.
                let mut at = self.at(designator.named_child(0)?);
                let mut cursor = pair.walk();
                for more in pair.children_by_field_id(
                    std::num::NonZero::new(Field::Designator.id())?,
                    &mut cursor,
                ) {
                    if Kind::of(more) != Kind::FieldDesignator {
                        break;
                    }
                    at.end = self.at(more).end;
                }
                Designator::Member(at)
            }
            Kind::FieldIdentifier => Designator::Member(self.at(designator)),
            Kind::SubscriptDesignator => {
                Designator::Index(self.expression(designator.named_child(0)?))
            }
            // The first index of a range stands for it.
            Kind::SubscriptRangeDesignator => {
                Designator::Index(self.part(designator, Field::Start))
            }
            _ => {
                self.fail(designator);
                return None;
            }
        })
    }
}

/// The operator that is spelled so.
fn binary(spelled: &[u8]) -> Option<Binary> {
    Some(match spelled {
        b"+" => Binary::Add,
        b"-" => Binary::Subtract,
        b"*" => Binary::Multiply,
        b"/" => Binary::Divide,
        b"%" => Binary::Remainder,
        b"<<" => Binary::ShiftLeft,
        b">>" => Binary::ShiftRight,
        b"&" => Binary::And,
        b"|" => Binary::Or,
        b"^" => Binary::Xor,
        b"==" => Binary::Equal,
        b"!=" => Binary::NotEqual,
        b"<" => Binary::Less,
        b"<=" => Binary::LessOrEqual,
        b">" => Binary::Greater,
        b">=" => Binary::GreaterOrEqual,
        b"&&" => Binary::Both,
        b"||" => Binary::Either,
        _ => return None,
    })
}
