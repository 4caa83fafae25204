//! Types as the text spells them, and the sizes that expressions give.

use std::rc::Rc;

use ioctlkit_model::Amount;

use super::{Frame, Run};
use crate::ast::{Expression, ExpressionKind, TypeName};
use crate::value::{CommandPart, Value};

/// A type's name with one space between its words.
pub(crate) fn spelled(text: &str) -> String {
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| !matches!(*word, "const" | "volatile")).collect();
    words.join(" ")
}

impl<'p> Run<'p> {
    /// What a pointer of this type points to, unless that is `void` or another pointer.
    pub(super) fn pointee(&self, frame: &Frame<'p>, ty: &TypeName) -> Option<Rc<str>> {
        if ty.pointers != 1 || ty.is_function {
            return None;
        }
        let base = spelled(self.str(frame, ty.base));
        (base != "void").then(|| base.into())
    }

    /// The type of an expression, as it is spelled, with its `*`s.
    pub(super) fn type_of(
        &self,
        frame: &Frame<'p>,
        expression: &Expression,
    ) -> Option<(Rc<str>, u8)> {
        match &expression.kind {
            ExpressionKind::Name => {
                let id = frame.variable(self.str(frame, expression.at))?;
                let ty = self.variables.get(&id)?;
                Some((ty.base.clone(), ty.ty.pointers))
            }
            ExpressionKind::Dereference(inner) => {
                let (base, pointers) = self.type_of(frame, inner)?;
                Some((base, pointers.checked_sub(1)?))
            }
            ExpressionKind::Index { of, .. } => {
                let (base, pointers) = self.type_of(frame, of)?;
                Some((base, pointers.saturating_sub(1)))
            }
            ExpressionKind::AddressOf(inner) => {
                let (base, pointers) = self.type_of(frame, inner)?;
                Some((base, pointers.saturating_add(1)))
            }
            ExpressionKind::Cast { ty, .. } => {
                Some((spelled(self.str(frame, ty.base)).into(), ty.pointers))
            }
            _ => None,
        }
    }

    /// How many bytes an expression says.
    pub(super) fn amount(&self, frame: &Frame<'p>, size: &Expression, value: &Value) -> Amount {
        if *value == Value::CommandPart(CommandPart::Size) {
            return Amount::CommandSize;
        }
        let text = || spelled(self.str(frame, size.at));
        match &size.kind {
            ExpressionKind::SizeOfType(_) | ExpressionKind::SizeOf(_) => {
                self.sized(frame, size).map_or_else(|| Amount::Expression(text()), Amount::Type)
            }
            ExpressionKind::Cast { value: inner, .. } => self.amount(frame, inner, value),
            _ => match value {
                Value::SizeOf(ty) => Amount::Type(ty.to_string()),
                Value::Constant(constant) => match constant.number {
                    Some(number) => Amount::Bytes(number.unsigned_abs()),
                    // A variable that holds what the structure gives.
                    None if constant.is_offset() => Amount::Expression(constant.text.to_string()),
                    None => Amount::Expression(text()),
                },
                _ => Amount::Expression(text()),
            },
        }
    }

    /// The type whose size `sizeof` is, where that is not an array.
    pub(super) fn sized(&self, frame: &Frame<'p>, size: &Expression) -> Option<String> {
        match &size.kind {
            ExpressionKind::SizeOfType(ty) => {
                Some(with_pointers(&spelled(self.str(frame, ty.base)), ty.pointers))
            }
            ExpressionKind::SizeOf(inner) if !self.is_array(frame, inner) => {
                let (base, pointers) = self.type_of(frame, inner)?;
                Some(with_pointers(&base, pointers))
            }
            _ => None,
        }
    }

    fn is_array(&self, frame: &Frame<'p>, expression: &Expression) -> bool {
        let ExpressionKind::Name = expression.kind else { return false };
        let id = frame.variable(self.str(frame, expression.at));
        id.and_then(|id| self.variables.get(&id)).is_some_and(|declared| declared.ty.is_array)
    }

    /// The pointer type that an expression gives to what it is assigned.
    pub(super) fn declared_pointee(
        &self,
        frame: &Frame<'p>,
        target: &Expression,
    ) -> Option<Rc<str>> {
        let (base, pointers) = self.type_of(frame, target)?;
        (pointers == 1 && &*base != "void").then_some(base)
    }
}

fn with_pointers(base: &str, pointers: u8) -> String {
    if pointers == 0 {
        return base.to_owned();
    }
    format!("{base} {}", "*".repeat(usize::from(pointers)))
}
