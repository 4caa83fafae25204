//! What the derives' attributes say beyond numbers and layouts: how an argument goes to the driver,
//! what it may hold, what comes back.

use ioctlkit_abi::Direction;
use ioctlkit_model::{Capability, HandlePurpose, Role};
use ioctlkit_syntax as syntax;

use super::item::{Ex, Path, Ty};
use super::lower::{Origin, name_of};

/// What is said of a command's call.
#[derive(Debug, PartialEq)]
pub(crate) struct StatedCall {
    pub(crate) payload: Payload,
    pub(crate) direction: Direction,
    pub(crate) returns: Option<Ty>,
    pub(crate) min_size: Option<Ex>,
    pub(crate) capability: Option<Capability>,
    pub(crate) mode: Option<Direction>,
    pub(crate) docs: Vec<String>,
}

/// How the argument goes to the driver.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload {
    Nothing,
    Pointer(Ty),
    Value(Ty),
    Buffer(Ty),
}

/// What is said of a member.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Member {
    pub(crate) role: Role,
    pub(crate) default: Option<Ex>,
    pub(crate) points_to: Option<PointedTo>,
    pub(crate) values: Constraint,
    pub(crate) docs: Vec<String>,
}

/// What is behind an address.
#[derive(Debug, PartialEq)]
pub(crate) struct PointedTo {
    pub(crate) element: Ty,
    pub(crate) count: Option<String>,
    pub(crate) is_writable: bool,
}

/// Which values the driver takes.
#[derive(Debug, PartialEq, Default)]
pub(crate) enum Constraint {
    #[default]
    None,
    Flags(Ex),
    Range(Ex, Ex),
    Listed(Vec<Ex>),
}

impl Constraint {
    /// Its expressions, in order.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(&Ex)) {
        match self {
            Self::None => {}
            Self::Flags(mask) => visit(mask),
            Self::Range(first, last) => [first, last].into_iter().for_each(visit),
            Self::Listed(values) => values.iter().for_each(visit),
        }
    }
}

/// A direction of the grammar.
pub(crate) fn direction(word: syntax::Direction) -> Direction {
    match word {
        syntax::Direction::None => Direction::None,
        syntax::Direction::Read => Direction::Read,
        syntax::Direction::Write => Direction::Write,
        syntax::Direction::ReadWrite => Direction::ReadWrite,
    }
}

/// What a command's attributes say of its call.
pub(crate) fn command(origin: Origin<'_>, found: &syntax::Command) -> StatedCall {
    StatedCall {
        payload: match &found.payload {
            syntax::Payload::None => Payload::Nothing,
            syntax::Payload::Pointer(ty) => Payload::Pointer(origin.ty(ty)),
            syntax::Payload::Value(ty) => Payload::Value(origin.ty(ty)),
            syntax::Payload::Buffer(ty) => Payload::Buffer(origin.ty(ty)),
        },
        direction: direction(found.direction),
        returns: found.returns.as_ref().map(|ty| origin.ty(ty)),
        min_size: found.min_size.as_ref().map(|value| origin.ex(value)),
        capability: found
            .access
            .capability
            .as_ref()
            .and_then(|name| Capability::new(&name.value())),
        mode: found.access.mode.map(direction),
        docs: found.docs.clone(),
    }
}

/// What a member's attributes and its type say of it.
pub(crate) fn member(origin: Origin<'_>, found: &syntax::Member) -> Member {
    let ty = origin.ty(&found.ty);
    let of_type = match ty.path().map(Path::last) {
        Some("Reserved") => Role::Reserved,
        Some("UserPtr" | "UserConstPtr") => Role::UserPointer,
        _ => Role::Plain,
    };
    let points_to = ty.path().and_then(|path| {
        let is_writable = match path.last() {
            "UserPtr" => true,
            "UserConstPtr" => false,
            _ => return None,
        };
        let count = match &found.role {
            syntax::Role::Buffer { count } => Some(name_of(count)),
            _ => None,
        };
        Some(PointedTo { element: path.type_argument()?.clone(), count, is_writable })
    });
    Member {
        default: found.default.as_ref().map(|value| origin.ex(value)),
        points_to,
        role: match &found.role {
            syntax::Role::Plain | syntax::Role::Anonymous => of_type,
            syntax::Role::Reserved => Role::Reserved,
            syntax::Role::Size => Role::Size,
            syntax::Role::Flexible { count } => Role::Flexible { count: name_of(count) },
            syntax::Role::Buffer { .. } => Role::UserPointer,
            syntax::Role::Fd => Role::Fd,
            syntax::Role::Handle { object, purpose } => Role::Handle {
                object: name_of(object),
                purpose: match purpose {
                    syntax::HandlePurpose::Creates => HandlePurpose::Creates,
                    syntax::HandlePurpose::Uses => HandlePurpose::Uses,
                    syntax::HandlePurpose::Destroys => HandlePurpose::Destroys,
                },
            },
        },
        values: match &found.constraint {
            syntax::Constraint::None => Constraint::None,
            syntax::Constraint::Flags(mask) => Constraint::Flags(origin.ex(mask)),
            syntax::Constraint::Range(range) => {
                Constraint::Range(origin.ex(&range.start), origin.ex(&range.end))
            }
            syntax::Constraint::Values(values) => {
                Constraint::Listed(values.iter().map(|value| origin.ex(value)).collect())
            }
        },
        docs: found.docs.clone(),
    }
}
