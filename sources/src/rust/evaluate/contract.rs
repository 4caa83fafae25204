//! What a definition with the derive says of a command's call and of a member, worked out.

use ioctlkit_model::{Contract, Passing, PointsTo, Purpose, Returns, Values};

use super::Evaluator;
use super::constants::{Env, literal};
use crate::rust::resolve::prelude;
use crate::rust::syntax::derive::{self, Identity};
use crate::rust::syntax::item::{Ex, ExKind, Generic, Path, Ty};
use crate::rust::syntax::stated::{Constraint, Member, Payload};

/// The constants that an expression names, each once.
pub(crate) fn names(ex: &Ex, found: &mut Vec<String>) {
    match &ex.bare().kind {
        ExKind::Path(path) if !found.iter().any(|known| known == path.last()) => {
            found.push(path.last().to_owned());
        }
        ExKind::Unary(_, operand) => names(operand, found),
        ExKind::Binary(_, left, right) => {
            names(left, found);
            names(right, found);
        }
        _ => {}
    }
}

/// `T` of `Flexible<T>`, which is `T` with elements behind it, and whether it was one.
fn without_elements(ty: Ty) -> (Ty, bool) {
    if let Some(path) = ty.path()
        && path.last() == "Flexible"
        && let [Generic::Type(inner)] = path.arguments()
    {
        return (inner.clone(), true);
    }
    (ty, false)
}

impl Evaluator<'_> {
    /// What a definition says of a command's call.
    pub(crate) fn contract(&mut self, found: &derive::DerivedCommand, env: &Env) -> Contract {
        let stated = &found.stated;
        let passing = match &stated.payload {
            Payload::Nothing => Passing::Nothing,
            Payload::Value(ty) => Passing::Value(self.ty(ty, env)),
            Payload::Buffer(ty) => Passing::Buffer(self.ty(ty, env)),
            Payload::Pointer(ty) => match without_elements(ty.clone()) {
                (ty, true) => Passing::Flexible(self.ty(&ty, env)),
                (ty, false) => Passing::Pointer(self.ty(&ty, env)),
            },
        };
        let last_nr = match &found.identity {
            Identity::Range(_, last) => self.small(last, env),
            Identity::Nr(_) | Identity::Number(..) => None,
        };
        let min_size = stated.min_size.as_ref().and_then(|value| self.number(value, env));
        Contract {
            name: found.name.clone(),
            passing,
            direction: stated.direction,
            returns: returns(stated.returns.as_ref()),
            last_nr,
            min_size: min_size.and_then(|size| u64::try_from(size).ok()),
            capability: stated.capability.clone(),
            mode: stated.mode,
            docs: stated.docs.clone(),
        }
    }

    fn small(&mut self, value: &Ex, env: &Env) -> Option<u32> {
        self.number(value, env).and_then(|number| u32::try_from(number).ok())
    }

    /// What a definition says of a member. A value that is not known before the program is
    /// compiled restricts nothing.
    pub(crate) fn purpose(&mut self, stated: &Member, env: &Env) -> Purpose {
        let points_to = stated.points_to.as_ref().map(|to| PointsTo {
            element: self.element(&to.element, env),
            count: to.count.clone(),
            is_writable: to.is_writable,
        });
        let mut number = |ex: &Ex| self.value(ex, env).as_ref().and_then(literal);
        let values = match &stated.values {
            Constraint::None => None,
            Constraint::Flags(mask) => {
                number(mask).and_then(|mask| u64::try_from(mask).ok()).map(Values::Flags)
            }
            Constraint::Range(first, last) => match (number(first), number(last)) {
                (Some(first), Some(last)) => Some(Values::Range { first, last }),
                _ => None,
            },
            Constraint::Listed(values) => {
                values.iter().map(&mut number).collect::<Option<Vec<_>>>().map(Values::Listed)
            }
        };
        let default = stated.default.as_ref().and_then(&mut number);
        let mut constants = Vec::new();
        stated.values.each(&mut |ex| names(ex, &mut constants));
        Purpose {
            default,
            points_to,
            role: stated.role.clone(),
            values: values.unwrap_or_default(),
            constants,
            docs: stated.docs.clone(),
        }
    }
}
fn returns(ty: Option<&Ty>) -> Returns {
    let Some(ty) = ty else { return Returns::Nothing };
    match ty.path().map(Path::last) {
        Some("OwnedFd") => Returns::Fd(None),
        Some(name) if prelude::has_type(name) => Returns::Value,
        Some(name) => Returns::Fd(Some(name.to_owned())),
        None => Returns::Value,
    }
}
