//! What the text of a candidate says where the compiler's answer holds for its own target only.

use std::collections::HashMap;
use std::sync::LazyLock;

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{Argument, CommandBody, Constant, Expression, Type};

use super::job::Session;
use crate::c::convert::Arena;
use crate::c::lex::expression::{Macro, Names, parse_expression};
use crate::c::redefined::OwnNames;
use crate::own_encoder::{Size, take_apart};

/// What the text of a candidate says that its `_IOC` is given.
pub(super) struct ByText {
    direction: Direction,
    type_letter: u32,
    nr: u32,
    pub(super) argument: Argument,
}

impl ByText {
    pub(super) fn agrees_with(&self, body: &CommandBody) -> bool {
        (self.direction, self.type_letter, self.nr) == (body.direction, body.type_letter, body.nr)
    }
}

/// Reads a candidate whose size only an expression tells: `_IOC(_IOC_READ, 'x', 1, 2 * sizeof(long))`. One that
/// chooses, as `sizeof(long) == 8 ? A : B` does, is several.
pub(super) fn commands_by_text(session: &Session<'_>, arena: &Arena, at: usize) -> Vec<ByText> {
    let candidate = &session.macros.candidates[at];
    let file = &session.files.loaded[candidate.file];
    let define = candidate.define(session.files);
    let names = session.macros.redefined.names(session.files, candidate.file);
    let names = KernelsIoc(Typed { names, arena });
    let mut found = Vec::new();
    if let Some(read) = parse_expression(file.slice(&define.body), &names) {
        add(&read, define.behind, &mut found);
    }
    found
}

fn add(read: &Expression, behind: u32, found: &mut Vec<ByText>) {
    if let Expression::Conditional(_, then, otherwise) = read {
        add(then, behind, found);
        add(otherwise, behind, found);
        return;
    }
    let Some(parts) = take_apart(read, Encoding::Generic) else { return };
    let argument = match parts.size {
        Size::None => return,
        Size::Type(ty) => Argument::Type(ty),
        Size::Bytes(size) => Argument::Size(Constant::Known(size)),
        Size::Expression(size) => Argument::Size(Constant::Expression(Box::new(size))),
    };
    found.push(ByText {
        direction: parts.direction,
        type_letter: u32::from(parts.type_letter),
        nr: u32::from(parts.nr) + behind,
        argument,
    });
}

/// The argument of a command whose size nobody knows, by the text of the command.
pub(super) fn unknown_size(text: &str) -> Argument {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Argument::Type(Type::Unknown(text.into()))
}

/// What the names in a number of a header's own mean.
pub(super) struct Typed<'a> {
    pub(super) names: OwnNames<'a>,
    pub(super) arena: &'a Arena,
}

impl Names for Typed<'_> {
    fn macro_named(&self, name: &str) -> Macro<'_> {
        self.names.macro_named(name)
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        self.arena.typedef_named(name)
    }

    fn record(&self, tag: &str) -> Option<Type> {
        self.arena.record_tagged(tag)
    }
}

/// The same where `_IOC` and its family are the kernel's, packed as `asm-generic/ioctl.h` does: only the parts
/// count, which are the same on every architecture.
struct KernelsIoc<'a>(Typed<'a>);

/// The family, with parameters and texts.
static FAMILY: LazyLock<HashMap<&str, (Vec<String>, &str)>> = LazyLock::new(|| {
    let ioc = [
        ("_IOC", "d t n s", "(((d) << 30) | ((t) << 8) | (n) | ((s) << 16))"),
        ("_IO", "t n", "_IOC(0U, t, n, 0)"),
        ("_IOR", "t n s", "_IOC(2U, t, n, sizeof(s))"),
        ("_IOW", "t n s", "_IOC(1U, t, n, sizeof(s))"),
        ("_IOWR", "t n s", "_IOC(3U, t, n, sizeof(s))"),
        ("_IOC_TYPECHECK", "t", "sizeof(t)"),
    ];
    let parameters = |names: &str| names.split(' ').map(str::to_owned).collect();
    ioc.into_iter().map(|(name, names, text)| (name, (parameters(names), text))).collect()
});

impl Names for KernelsIoc<'_> {
    fn macro_named(&self, name: &str) -> Macro<'_> {
        match name {
            "_IOC_NONE" => Macro::Object("0U"),
            "_IOC_WRITE" => Macro::Object("1U"),
            "_IOC_READ" => Macro::Object("2U"),
            _ => match FAMILY.get(name) {
                Some((parameters, text)) => Macro::Function(parameters, text),
                None => self.0.macro_named(name),
            },
        }
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        self.0.typedef(name)
    }

    fn record(&self, tag: &str) -> Option<Type> {
        self.0.record(tag)
    }
}
