//! What has a command number: a command, a plain number, or what a family's commands share.

use ioctlkit_abi::{Abi, AbiId, AbiSet, Direction};
use ioctlkit_model::{
    Argument, Command, Family, FamilyNumber, Interface, Layouts, MacroValue, RawNumber, Span,
    THROUGH_CONSTANT, Type,
};

use ioctlkit_sources::driver;

use crate::against::Item;

/// Something that has a command number.
#[derive(Debug, Clone, Copy)]
pub enum Numbered<'a> {
    /// A command.
    Command(&'a Command),
    /// A plain number.
    Raw(&'a RawNumber),
    /// A family, whose number is that of a size of 0.
    Family(&'a Family, FamilyNumber),
}

/// Every name of an interface that stands for a number, macros included, with the number on x86-64: what
/// the analysis of driver source decides ranges of numbers and type letters with.
pub fn on_x86_64(interface: &Interface) -> Vec<driver::Known> {
    let Some(abi) = Abi::by_name("x86_64").map(Abi::id) else { return Vec::new() };
    let layouts = Layouts::new(interface);
    let commands = Numbered::all(interface)
        .filter_map(|numbered| Some((numbered.name(), numbered.number(&layouts, abi)?)));
    let macros = interface.macros.iter().filter_map(|it| match it.values.get(abi)? {
        MacroValue::Integer(value) => Some((it.name.as_str(), u32::try_from(*value).ok()?)),
        _ => None,
    });
    let known = commands.chain(macros);
    known.map(|(name, number)| driver::Known { name: name.to_owned(), number }).collect()
}

impl<'a> Numbered<'a> {
    /// Everything in an interface that has one: commands, then plain numbers.
    pub fn all(interface: &'a Interface) -> impl Iterator<Item = Self> {
        let commands = interface.commands.iter().map(Self::Command);
        commands.chain(interface.raw_numbers.iter().map(Self::Raw))
    }

    /// The families of an interface whose commands differ in their sizes only.
    pub(crate) fn families(interface: &'a Interface) -> impl Iterator<Item = Self> {
        let families = interface.families.iter();
        families.filter_map(|family| Some(Self::Family(family, family.number?)))
    }

    /// The name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Command(command) => &command.name,
            Self::Raw(raw) => &raw.name,
            Self::Family(family, _) => &family.name,
        }
    }

    /// The name in the source.
    pub fn span(self) -> Span {
        match self {
            Self::Command(command) => command.span,
            Self::Raw(raw) => raw.span,
            Self::Family(family, _) => family.span,
        }
    }

    /// The ABIs that have a definition.
    pub(crate) fn abis(self) -> AbiSet {
        match self {
            Self::Command(command) => command.variants.abis(),
            Self::Raw(raw) => raw.variants.abis(),
            Self::Family(..) => AbiSet::ALL,
        }
    }

    /// The number on an ABI that has it.
    pub fn number(self, layouts: &Layouts<'_>, abi: AbiId) -> Option<u32> {
        match self {
            Self::Command(command) => Some(layouts.number(command, abi)?.number),
            Self::Raw(raw) => raw.variants.get(abi).copied(),
            Self::Family(_, FamilyNumber { direction, type_letter, nr }) => {
                let encoding = abi.abi().encoding;
                Some(encoding.encode_as_c(direction, type_letter.into(), nr.into(), 0))
            }
        }
    }

    pub(crate) fn item(self) -> Item {
        match self {
            Self::Command(_) => Item::Command,
            Self::Raw(_) => Item::RawNumber,
            Self::Family(..) => Item::Family,
        }
    }

    /// The name in C that the definition states.
    pub fn c_name(self) -> Option<&'a str> {
        match self {
            Self::Command(command) => command.c_name.as_deref(),
            Self::Raw(_) | Self::Family(..) => None,
        }
    }

    /// The direction, where every definition has the same.
    pub(crate) fn direction(self) -> Option<Direction> {
        match self {
            Self::Command(command) => {
                let mut all = command.variants.iter().map(|(_, body)| body.direction);
                let first = all.next()?;
                all.all(|other| other == first).then_some(first)
            }
            Self::Raw(_) => None,
            Self::Family(_, number) => Some(number.direction),
        }
    }

    /// Whether it is a constant that nothing says to be a command.
    pub(crate) fn is_constant(self) -> bool {
        matches!(self, Self::Raw(raw) if raw.through == THROUGH_CONSTANT)
    }

    /// The type letter and the nr, where every definition has the same.
    pub(crate) fn place(self) -> Option<(u32, u32)> {
        match self {
            Self::Command(command) => {
                let mut all = command.variants.iter().map(|(_, body)| (body.type_letter, body.nr));
                let first = all.next()?;
                all.all(|other| other == first).then_some(first)
            }
            Self::Raw(_) => None,
            Self::Family(_, number) => Some((number.type_letter.into(), number.nr.into())),
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
