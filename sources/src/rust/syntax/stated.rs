//! What the derives' attributes say beyond numbers and layouts, and what that means: how an
//! argument goes to the driver, what it may hold, what comes back.

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{
    Capability, Command as Found, CommandBody, Contract, Differences, Group, NamedConstant,
    Passing, PointsTo, Purpose, Returns, Role, Span, Values, Variants,
};
use ioctlkit_syntax as syntax;

use super::derive::{self, Identity};
use super::item::{Ex, ExKind, Generic, Item, Kind, Ty};
use super::lower::{Origin, name_of};
use crate::rust::evaluate::build::Builder;
use crate::rust::evaluate::constants::{Env, literal, type_argument};
use crate::rust::recognise::commands::Named;
use crate::rust::resolve::prelude;
use crate::rust::resolve::world::{FileIndex, World};

/// What is said of a command's call.
#[derive(Debug, PartialEq)]
pub(crate) struct Command {
    payload: Payload,
    direction: Direction,
    returns: Option<Ty>,
    min_size: Option<Ex>,
    capability: Option<Capability>,
    mode: Option<Direction>,
    docs: Vec<String>,
}

/// How the argument goes to the driver.
#[derive(Debug, PartialEq)]
enum Payload {
    Nothing,
    Pointer(Ty),
    Value(Ty),
    Buffer(Ty),
}

/// What is said of a member.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Member {
    role: Role,
    default: Option<Ex>,
    points_to: Option<PointedTo>,
    values: Constraint,
    docs: Vec<String>,
}

/// What is behind an address.
#[derive(Debug, PartialEq)]
struct PointedTo {
    element: Ty,
    count: Option<String>,
    is_writable: bool,
}

/// Which values the driver takes.
#[derive(Debug, PartialEq, Default)]
enum Constraint {
    #[default]
    None,
    Flags(Ex),
    Range(Ex, Ex),
    Listed(Vec<Ex>),
}

impl Constraint {
    /// Its expressions, in order.
    fn each(&self, visit: &mut dyn FnMut(&Ex)) {
        match self {
            Self::None => {}
            Self::Flags(mask) => visit(mask),
            Self::Range(first, last) => [first, last].into_iter().for_each(visit),
            Self::Listed(values) => values.iter().for_each(visit),
        }
    }
}

/// The constants that an expression names, each once.
fn names(ex: &Ex, found: &mut Vec<String>) {
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
pub(crate) fn command(origin: Origin<'_>, found: &syntax::Command) -> Command {
    Command {
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
    let of_type = match ty.path().map(super::item::Path::last) {
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
        Some(PointedTo { element: type_argument(path)?.clone(), count, is_writable })
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

impl World<'_> {
    /// What a definition says of a command's call.
    pub(crate) fn contract(&mut self, found: &derive::Command, env: &Env) -> Contract {
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

    /// Adds the public integer constants of source that defines an interface.
    pub(crate) fn define_constants(&mut self) {
        let published = std::mem::take(&mut self.published);
        if self.builder.interface.groups.is_empty() {
            return;
        }
        for (scope, item, docs) in published {
            let Kind::Constant(Some(ty), Some(value), _) = &item.kind else { continue };
            let Some((bits, signed)) = ty.path().and_then(|path| prelude::integer(path.last()))
            else {
                continue;
            };
            if let Some(number) = self.number(value, &Env::of(scope)) {
                let file = self.scope(scope).file;
                let abis = self.abis;
                self.builder.constant(file, &item, abis, number, |name, span| NamedConstant {
                    name,
                    span,
                    bits: bits as u8,
                    signed,
                    variants: Variants::default(),
                    docs,
                });
            }
        }
    }

    /// The commands of an enum with the derive, as one.
    pub(crate) fn group_of(&mut self, file: FileIndex, item: &Item, interface: &derive::Interface) {
        let span = self.builder.span(file, item.name_place);
        if self.builder.interface.groups.iter().any(|known| known.span == span) {
            return;
        }
        let of_enum = |command: &derive::Command| format!("{}::{}", item.name, command.name);
        self.builder.interface.groups.push(Group {
            name: item.name.clone(),
            span,
            device: interface.device.clone(),
            path: interface.path.clone(),
            prefix: interface.prefix.clone(),
            type_constant: interface.type_letter.as_ref().and_then(|letter| {
                let mut constants = Vec::new();
                names(letter, &mut constants);
                constants.pop()
            }),
            docs: interface.docs.clone(),
            commands: interface.commands.iter().map(of_enum).collect(),
        });
    }
}

impl Builder {
    /// Adds what the commands of a family have in common but for their length.
    pub(crate) fn of_any_length(
        &mut self,
        named: &Named<'_>,
        abis: AbiSet,
        body: CommandBody,
        contract: Contract,
        differences: Differences,
    ) {
        let span = self.span(named.file, named.name_place);
        let families = &mut self.interface.families;
        let Some(family) = families.iter_mut().find(|family| family.span == span) else { return };
        let command = family.of_any_length.get_or_insert_with(|| {
            Box::new(Found {
                name: named.name.to_owned(),
                c_name: named.c_name.map(str::to_owned),
                span,
                variants: Variants::default(),
                contract: Some(contract),
                differences,
            })
        });
        command.variants.add(abis, body);
    }

    /// Adds a named constant, or what it is on more ABIs.
    pub(crate) fn constant(
        &mut self,
        file: FileIndex,
        item: &Item,
        abis: AbiSet,
        value: i128,
        new: impl FnOnce(String, Span) -> NamedConstant,
    ) {
        let span = self.span(file, item.name_place);
        let constants = &mut self.interface.constants;
        let index = constants.iter().position(|known| known.span == span).unwrap_or_else(|| {
            constants.push(new(item.name.clone(), span));
            constants.len() - 1
        });
        constants[index].variants.add(abis, value);
    }
}

fn returns(ty: Option<&Ty>) -> Returns {
    let Some(ty) = ty else { return Returns::Nothing };
    match ty.path().map(super::item::Path::last) {
        Some("OwnedFd") => Returns::Fd(None),
        Some(name) if prelude::has_type(name) => Returns::Value,
        Some(name) => Returns::Fd(Some(name.to_owned())),
        None => Returns::Value,
    }
}
