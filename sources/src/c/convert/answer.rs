//! What the functions that [`crate::c::jobs::probe`] wrote answer about a command.

// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use clang_sys::*;
use ioctlkit_abi::Direction;
use ioctlkit_model::{Argument, CommandBody, Constant, Encoder, MacroValue, Span, Type};

use crate::c::convert::Converter;
use crate::c::convert::enumerations::is_signed;
use crate::c::driver::arguments::DependsOn;
use crate::c::driver::clang::{Cursor, Ty};
use crate::c::files::Loaded;
use crate::c::jobs::probe;
use crate::c::lex::scan::{Token, tokens};

/// What a probe answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A command: everything but the place of its definition.
    Command(Called),
    /// A number that no call stands behind.
    Number(u32),
    /// What the macro comes to on the target of this parse, as a signed number of 64 bits, and what of that
    /// target it depends on.
    Value(i64, DependsOn),
    /// An expression around these commands: around one that it keeps, or one that chooses among several.
    Around(Vec<Called>),
}

/// What the probes of a unit answered.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// About candidates, by their numbers.
    pub(crate) commands: Vec<(usize, Answer)>,
    /// About macros that are no commands, by theirs.
    pub(crate) macros: Vec<(usize, MacroValue, DependsOn)>,
}

/// What `_IOC` was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) direction: Direction,
    pub(crate) type_letter: u32,
    pub(crate) nr: u32,
    pub(crate) argument: Argument,
}

impl Called {
    /// The body of a command, given its place.
    pub(crate) fn body(self, span: Span, through: String) -> CommandBody {
        let Self { direction, type_letter, nr, argument } = self;
        CommandBody {
            span,
            through,
            direction,
            type_letter,
            nr,
            argument,
            encoder: Encoder::Kernel,
        }
    }
}

impl<'tu> Converter<'_, 'tu> {
    /// The command that a function of the probes holds for a macro that is called.
    pub(super) fn macro_command(&mut self, function: Cursor<'tu>) -> MacroValue {
        let span = self.nowhere();
        match self.answer(function) {
            Some(Answer::Command(called)) => MacroValue::Command(called.body(span, String::new())),
            Some(Answer::Number(number)) => MacroValue::Integer(i128::from(number)),
            _ => MacroValue::Other,
        }
    }

    /// What an enumeration of the probes says of a macro that is no command.
    pub(super) fn macro_value(
        &self,
        declared: Cursor<'tu>,
    ) -> Option<(usize, MacroValue, DependsOn)> {
        let enumerator = declared.children().into_iter().next()?;
        let name = enumerator.spelling();
        let number = name.strip_prefix(probe::MACRO)?.parse().ok()?;
        // Where there is no value, only that it is defined was asked.
        let Some(value) = enumerator.children().into_iter().next() else {
            return Some((number, MacroValue::Other, DependsOn::Nothing));
        };
        let signed = is_signed(declared.enum_integer().canonical().kind());
        Some((number, MacroValue::Integer(enumerator.enumerator(signed)), self.depends_on(value)))
    }

    /// What the function around a command's macro holds.
    pub(super) fn answer(&mut self, function: Cursor<'tu>) -> Option<Answer> {
        let answer = self.expression(descend(function)?);
        self.convert_pending();
        Some(answer)
    }

    fn expression(&mut self, expression: Cursor<'tu>) -> Answer {
        let expression = bare(expression);
        match expression.kind() {
            CXCursor_CallExpr if expression.spelling() == probe::CALLED => {
                self.called(expression).map_or(Answer::Around(Vec::new()), Answer::Command)
            }
            // `dir == 0 ? _IOR(…) : _IOW(…)`, where the compiler can tell which.
            CXCursor_ConditionalOperator => {
                let children = expression.children();
                let [condition, then, otherwise] = children[..] else {
                    return Answer::Around(Vec::new());
                };
                match condition.evaluate() {
                    Some(0) => self.expression(otherwise),
                    Some(_) => self.expression(then),
                    None => self.any_of(&[then, otherwise]),
                }
            }
            // The value tells which one it is: older libclangs do not.
            CXCursor_GenericSelectionExpr => self.any_of(&expression.children()),
            CXCursor_StmtExpr => match last_statement(expression) {
                Some(last) => self.expression(last),
                None => Answer::Around(Vec::new()),
            },
            // `_IOW(…) | 0`: what the operator does with the number shows in the value.
            CXCursor_BinaryOperator => {
                let children = expression.children();
                let inner: Vec<Answer> =
                    children.into_iter().map(|one| self.expression(one)).collect();
                match &inner[..] {
                    [Answer::Number(_), Answer::Number(_)] => number(expression),
                    [command, Answer::Number(_)] | [Answer::Number(_), command] => {
                        Answer::Around(commands_in(command).to_vec())
                    }
                    _ => Answer::Around(Vec::new()),
                }
            }
            _ => number(expression),
        }
    }

    /// The commands among which an expression chooses in a way that is not seen.
    fn any_of(&mut self, expressions: &[Cursor<'tu>]) -> Answer {
        let mut found = Vec::new();
        for expression in expressions {
            found.extend_from_slice(commands_in(&self.expression(*expression)));
        }
        Answer::Around(found)
    }

    fn called(&mut self, call: Cursor<'tu>) -> Option<Called> {
        let arguments = call.arguments();
        let [direction, type_letter, nr, rest @ ..] = &arguments[..] else { return None };
        let direction = match direction.evaluate()? {
            0 => Direction::None,
            probe::READ => Direction::Read,
            probe::WRITE => Direction::Write,
            value if value == probe::READ | probe::WRITE => Direction::ReadWrite,
            _ => return None,
        };
        let type_letter = u32::try_from(type_letter.evaluate()?).ok()?;
        let nr = u32::try_from(nr.evaluate()?).ok()?;
        let argument = match rest {
            [] => Argument::None,
            [size] => self.argument(*size, direction)?,
            _ => return None,
        };
        Some(Called { direction, type_letter, nr, argument })
    }

    fn argument(&mut self, size: Cursor<'tu>, direction: Direction) -> Option<Argument> {
        // `char[N]`, where only the text tells what N is elsewhere.
        if self.has_sized_enumerator(size) {
            return None;
        }
        let ty = size.ty();
        if ty.kind() == CXType_Pointer {
            let pointee = ty.pointee();
            // `_IOR(…, sizeof(x))`: the type of the expression that stands for sizeof.
            if let Some(inner) = sizeof_member(pointee) {
                return Some(Argument::SizeOfType(self.pointee_of(inner)));
            }
            let named = named_type(size);
            return Some(Argument::Type(self.spelled(pointee, named)));
        }
        if let Some(inner) = sizeof_member(ty) {
            return Some(Argument::Type(self.pointee_of(inner)));
        }
        // `offsetof(struct s, rest)` is the compiler's for its own target.
        if self.asks_for_size(size) {
            return None;
        }
        let size = u64::try_from(size.evaluate()?).ok()?;
        if size == 0 && direction == Direction::None {
            return Some(Argument::None);
        }
        Some(Argument::Size(Constant::Known(size)))
    }

    /// The type that the member of a `sizeof` stand-in points to.
    fn pointee_of(&mut self, member: Cursor<'tu>) -> Type {
        let named = named_type(member);
        self.spelled(member.ty().pointee(), named)
    }

    /// A type of which `__typeof__` hides the names: `named` is the declaration that it mentions.
    fn spelled(&mut self, ty: Ty<'tu>, named: Option<Cursor<'tu>>) -> Type {
        let canonical = ty.canonical();
        let Some(named) = named else { return self.ty(canonical) };
        self.rename(canonical, named)
    }

    fn rename(&mut self, canonical: Ty<'tu>, named: Cursor<'tu>) -> Type {
        if canonical.same(named.ty().canonical()) {
            return self.declared(named);
        }
        match canonical.kind() {
            CXType_Pointer => {
                Type::Pointer(Box::new(self.rename(canonical.pointee().canonical(), named)))
            }
            CXType_ConstantArray => {
                let element = self.rename(canonical.element().canonical(), named);
                let count = canonical.count().unwrap_or(0);
                Type::Array(Box::new(element), Constant::Known(count))
            }
            _ => self.ty(canonical),
        }
    }
}

/// The expression that is cast to void in a probe.
fn descend(function: Cursor<'_>) -> Option<Cursor<'_>> {
    let body = function.children().into_iter().find(|c| c.kind() == CXCursor_CompoundStmt)?;
    let cast = body.children().into_iter().next()?;
    cast.children().into_iter().next_back()
}

/// The commands that an answer is about.
fn commands_in(answer: &Answer) -> &[Called] {
    match answer {
        Answer::Command(called) => std::slice::from_ref(called),
        Answer::Around(called) => called,
        Answer::Number(_) | Answer::Value(..) => &[],
    }
}

/// What `({ …; x; })` comes to.
fn last_statement(expression: Cursor<'_>) -> Option<Cursor<'_>> {
    let block = expression.children().into_iter().find(|c| c.kind() == CXCursor_CompoundStmt)?;
    block.children().into_iter().next_back()
}

/// A number, where the compiler knows one.
fn number(expression: Cursor<'_>) -> Answer {
    let value = expression.evaluate().and_then(|value| u32::try_from(value).ok());
    value.map_or(Answer::Around(Vec::new()), Answer::Number)
}

/// What stands in parentheses and behind casts.
pub(super) fn bare(cursor: Cursor<'_>) -> Cursor<'_> {
    let mut cursor = cursor;
    for _ in 0..64 {
        if !matches!(
            cursor.kind(),
            CXCursor_ParenExpr | CXCursor_CStyleCastExpr | CXCursor_UnexposedExpr
        ) {
            break;
        }
        match cursor.children().into_iter().next_back() {
            Some(inner) => cursor = inner,
            None => break,
        }
    }
    cursor
}

/// The declaration that a cast's or a member's type mentions by name.
fn named_type(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let mut cursor = cursor;
    while matches!(cursor.kind(), CXCursor_ParenExpr | CXCursor_UnexposedExpr) {
        cursor = cursor.children().into_iter().next_back()?;
    }
    cursor
        .children()
        .into_iter()
        .find(|child| child.kind() == CXCursor_TypeRef)
        .and_then(Cursor::referenced)
}

/// The member that the stand-in for `sizeof` has, if `ty` is one.
fn sizeof_member(ty: Ty<'_>) -> Option<Cursor<'_>> {
    let canonical = ty.canonical();
    if canonical.kind() != CXType_Record {
        return None;
    }
    canonical.declaration()?.children().into_iter().find(|child| {
        child.kind() == CXCursor_FieldDecl && child.spelling() == probe::SIZEOF_MEMBER
    })
}

/// The macro that the text of a command begins with.
pub(crate) fn define_through(file: &Loaded, text: &std::ops::Range<u32>) -> String {
    tokens(file.slice(text))
        .find_map(|(_, token)| match token {
            Token::Word(word) => Some(word.to_owned()),
            _ => None,
        })
        .unwrap_or_default()
}
