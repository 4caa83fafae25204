//! What has a command number: a command, or a plain number.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Argument, Command, Interface, Layouts, RawNumber, Span, Type};

use crate::against::Item;

/// Something that has a command number.
#[derive(Debug, Clone, Copy)]
pub enum Numbered<'a> {
    /// A command.
    Command(&'a Command),
    /// A plain number.
    Raw(&'a RawNumber),
}

impl<'a> Numbered<'a> {
    /// Everything in an interface that has one: commands, then plain numbers.
    pub fn all(interface: &'a Interface) -> impl Iterator<Item = Self> {
        let commands = interface.commands.iter().map(Self::Command);
        commands.chain(interface.raw_numbers.iter().map(Self::Raw))
    }

    /// The name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Command(command) => &command.name,
            Self::Raw(raw) => &raw.name,
        }
    }

    /// The name in the source.
    pub fn span(self) -> Span {
        match self {
            Self::Command(command) => command.span,
            Self::Raw(raw) => raw.span,
        }
    }

    /// The number on an ABI that has it.
    pub fn number(self, layouts: &Layouts<'_>, abi: AbiId) -> Option<u32> {
        match self {
            Self::Command(command) => Some(layouts.number(command, abi)?.number),
            Self::Raw(raw) => raw.variants.get(abi).copied(),
        }
    }

    pub(crate) fn item(self) -> Item {
        match self {
            Self::Command(_) => Item::Command,
            Self::Raw(_) => Item::RawNumber,
        }
    }

    /// The name in C that the definition states.
    pub(crate) fn c_name(self) -> Option<&'a str> {
        match self {
            Self::Command(command) => command.c_name.as_deref(),
            Self::Raw(_) => None,
        }
    }

    /// The type of its argument on an ABI, as far as the definition says.
    pub fn argument(self, abi: AbiId) -> Option<&'a Type> {
        let Self::Command(command) = self else { return None };
        match &command.variants.get(abi)?.argument {
            // A pointer that was given as the type: what it points to is meant.
            Argument::Type(Type::Pointer(to)) => Some(to),
            argument => argument.ty(),
        }
    }
}
