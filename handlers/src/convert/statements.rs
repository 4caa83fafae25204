//! Statements.
use super::kinds::{Field, Kind};
use super::{Converter, MAX_DEPTH};
use crate::ast::{Binary, Expression, ExpressionKind, Statement, StatementKind, Text};
use crate::mask::Mark;
use tree_sitter::Node;

impl Converter<'_> {
    /// The statements of a compound statement.
    pub(super) fn block(&mut self, node: Node<'_>) -> Vec<Statement> {
        let mut cursor = node.walk();
        let nodes: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        let mut statements = Vec::with_capacity(nodes.len());
        for child in nodes {
            self.statement(child, &mut statements);
        }
        // A brace that the parser made up.
        let last = u32::try_from(node.child_count())
            .ok()
            .and_then(|count| node.child(count.checked_sub(1)?));
        if last.is_some_and(|last| last.is_missing()) {
            self.fail(node);
        }
        statements
    }

    /// A statement that is a part of another one. A label or a case in front of it makes it a block.
    fn nested(&mut self, node: Node<'_>, field: Field) -> Statement {
        match field.of(node) {
            Some(part) => self.nested_statement(part),
            None => self.unknown_statement(node),
        }
    }

    fn nested_statement(&mut self, node: Node<'_>) -> Statement {
        let mut parts = Vec::new();
        self.statement(node, &mut parts);
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                Statement { at: self.at(node), kind: StatementKind::Block(parts) }
            }
        }
    }

    fn unknown_statement(&mut self, node: Node<'_>) -> Statement {
        self.fail(node);
        Statement { at: self.at(node), kind: StatementKind::Unknown }
    }

    /// Adds a statement to a list, with the labels in front of it.
    pub(super) fn statement(&mut self, mut node: Node<'_>, list: &mut Vec<Statement>) {
        while let Kind::LabeledStatement | Kind::AttributedStatement = Kind::of(node) {
            if let Some(label) = Field::Label.of(node) {
                list.push(Statement {
                    at: self.at(label),
                    kind: StatementKind::Label(self.name(label)),
                });
            }
            let count = u32::try_from(node.named_child_count()).unwrap_or(0);
            match count.checked_sub(1).and_then(|last| node.named_child(last)) {
                Some(inner) if count > 1 => node = inner,
                _ => return list.push(self.unknown_statement(node)),
            }
        }
        if node.is_missing() || self.depth >= MAX_DEPTH {
            return list.push(self.unknown_statement(node));
        }
        self.depth += 1;
        let kind = match Kind::of(node) {
            Kind::CaseStatement => {
                self.case(node, list);
                None
            }
            Kind::ExpressionStatement => {
                node.named_child(0).map(|inner| StatementKind::Expression(self.expression(inner)))
            }
            Kind::TypeDefinition
            | Kind::StructSpecifier
            | Kind::UnionSpecifier
            | Kind::EnumSpecifier => None,
            Kind::Declaration => {
                let declarations = self.declarations(node);
                (!declarations.is_empty()).then_some(StatementKind::Declare(declarations))
            }
            _ => Some(self.statement_kind(node)),
        };
        self.depth -= 1;
        if let Some(kind) = kind {
            if node.child_count() > 0 {
                self.check_end(node);
            }
            list.push(Statement { at: self.at(node), kind });
        }
    }

    /// Notes a semicolon or a parenthesis that the parser made up, or an error between the parts.
    fn check_end(&mut self, node: Node<'_>) {
        if !node.has_error() || self.error.is_some() {
            return;
        }
        let mut cursor = node.walk();
        if let Some(wrong) =
            node.children(&mut cursor).find(|child| child.is_missing() || child.is_error())
        {
            self.fail(wrong);
        }
    }

    fn statement_kind(&mut self, node: Node<'_>) -> StatementKind {
        match Kind::of(node) {
            Kind::CompoundStatement => StatementKind::Block(self.block(node)),
            Kind::IfStatement => StatementKind::If {
                condition: self.part(node, Field::Condition),
                then: Box::new(self.nested(node, Field::Consequence)),
                otherwise: Field::Alternative.of(node).map(|clause| match clause.named_child(0) {
                    Some(inner) => Box::new(self.nested_statement(inner)),
                    None => Box::new(self.unknown_statement(clause)),
                }),
            },
            Kind::SwitchStatement => StatementKind::Switch {
                on: self.part(node, Field::Condition),
                body: Box::new(self.nested(node, Field::Body)),
            },
            Kind::WhileStatement => StatementKind::While {
                condition: self.loop_condition(node),
                body: Box::new(self.nested(node, Field::Body)),
            },
            Kind::DoStatement => StatementKind::DoWhile {
                body: Box::new(self.nested(node, Field::Body)),
                condition: self.part(node, Field::Condition),
            },
            Kind::ForStatement => StatementKind::For {
                start: Field::Initializer.of(node).map(|start| Box::new(self.for_start(start))),
                condition: Field::Condition.of(node).map(|condition| self.expression(condition)),
                step: Field::Update.of(node).map(|step| self.expression(step)),
                body: Box::new(self.nested(node, Field::Body)),
            },
            Kind::ReturnStatement => {
                StatementKind::Return(node.named_child(0).map(|value| self.expression(value)))
            }
            Kind::BreakStatement => StatementKind::Break,
            Kind::ContinueStatement => StatementKind::Continue,
            Kind::GotoStatement => {
                if let Some(label) = Field::Label.of(node) {
                    StatementKind::Goto(self.name(label))
                } else {
                    self.fail(node);
                    StatementKind::Unknown
                }
            }
            _ => {
                self.fail(node);
                StatementKind::Unknown
            }
        }
    }

    fn for_start(&mut self, start: Node<'_>) -> Statement {
        let kind = if Kind::of(start) == Kind::Declaration {
            StatementKind::Declare(self.declarations(start))
        } else {
            StatementKind::Expression(self.expression(start))
        };
        Statement { at: self.at(start), kind }
    }

    /// The condition of a loop, or the macro that stands for it.
    fn loop_condition(&mut self, node: Node<'_>) -> Expression {
        let condition = self.part(node, Field::Condition);
        let (name, arguments) = match self.mark(node) {
            Some(Mark::EmptyLoop(name)) => (name, Vec::new()),
            Some(Mark::Loop(name)) => {
                let arguments = match condition.kind {
                    ExpressionKind::Comma(list) => list,
                    _ => vec![condition],
                };
                (name, arguments)
            }
            _ => return condition,
        };
        let end = Field::Condition.of(node).map_or(name.end, |condition| self.at(condition).end);
        let function = Box::new(Expression { at: name, kind: ExpressionKind::Name });
        Expression {
            at: Text { start: name.start, end: end.max(name.end) },
            kind: ExpressionKind::Call { function, arguments },
        }
    }

    /// A case, and then the statements behind it.
    fn case(&mut self, node: Node<'_>, list: &mut Vec<Statement>) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let Some(colon) = children.iter().position(|child| self.masked_text(*child) == b":") else {
            return list.push(self.unknown_statement(node));
        };
        let at = Text { start: self.at(node).start, end: self.at(children[colon]).end };
        let kind = match Field::Value.of(node) {
            Some(value) => {
                let (from, to) = self.case_values(value);
                StatementKind::Case { from, to }
            }
            None => StatementKind::Default,
        };
        if children[..=colon].iter().any(|child| child.is_missing() || child.is_error()) {
            self.fail(node);
        }
        list.push(Statement { at, kind });
        for child in &children[colon + 1..] {
            if child.is_named() {
                self.statement(*child, list);
            }
        }
    }

    fn case_values(&mut self, value: Node<'_>) -> (Expression, Option<Expression>) {
        let is_range = Kind::of(value) == Kind::BinaryExpression
            && Field::Operator
                .of(value)
                .is_some_and(|operator| matches!(self.mark(operator), Some(Mark::Range)));
        let expression = self.expression(value);
        match expression.kind {
            ExpressionKind::Binary { operator: Binary::Either, left, right } if is_range => {
                (*left, Some(*right))
            }
            _ => (expression, None),
        }
    }
}
