//! Commands of two versions, on every ABI that has both.

use std::collections::{BTreeSet, HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet, Decoded};
use ioctlkit_model::{
    Command, FamilyNumber, Interface, Layouts, MacroValue, RawNumber, RecordId, Span, Variants,
};

use super::carriers;
use super::extensible::{self, Extensible};
use super::pairing::NamedPair;
use super::{RecordChange, Versions, pairing};
use crate::abis::by_value;
use crate::against::Numbered;
use crate::against::trust::Trust;

/// A command that is not what it was.
#[derive(Debug, Clone)]
pub struct CommandChange<'a> {
    /// Its name in the old version.
    pub name: &'a str,
    /// The name in the old version's definition, in the sources of that version.
    pub old_span: Span,
    /// What became of it.
    pub fate: Fate<'a>,
}

/// What became of a command.
#[derive(Debug, Clone)]
pub enum Fate<'a> {
    /// No header defines it any more.
    Removed {
        /// The command that has its number on every ABI now, if there is one.
        renamed: Option<&'a str>,
        /// The ABIs that had it.
        abis: AbiSet,
        /// The ABIs on which no command has its number any more.
        gone: AbiSet,
    },
    /// It has another number.
    Renumbered {
        /// The name in the new version's definition.
        span: Span,
        /// The ABIs on which both have numbers.
        abis: AbiSet,
        /// How the numbers differ, each with its ABIs.
        changes: Vec<NumberChange>,
        /// The command that has its old number now.
        taken_by: Option<&'a str>,
        /// Whether the size alone differs, because of a structure whose change is reported.
        through: bool,
        /// Why the argument may grow, if it may.
        extensible: Option<Extensible>,
    },
}

/// One way in which a number changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberChange {
    /// The ABIs.
    pub abis: AbiSet,
    /// What the number said.
    pub old: Shape,
    /// What it says.
    pub new: Shape,
    /// The numbers on the first of the ABIs, where both are known: without the argument's size, the other
    /// parts still are.
    pub numbers: Option<(u32, u32)>,
}

/// What a command's number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The direction, or `None` where the bits are no direction.
    pub direction: Option<ioctlkit_abi::Direction>,
    /// The type letter.
    pub type_letter: u8,
    /// The number within the type.
    pub nr: u8,
    /// The argument's size, in bytes.
    pub size: u16,
}

impl From<Decoded> for Shape {
    fn from(decoded: Decoded) -> Self {
        let Decoded { direction, type_letter, nr, size } = decoded;
        Self { direction, type_letter, nr, size }
    }
}

impl NumberChange {
    /// Whether the size alone differs.
    pub fn is_of_size(&self) -> bool {
        Shape { size: 0, ..self.old } == Shape { size: 0, ..self.new }
    }

    /// Whether the argument grew and all else is as it was.
    pub fn is_growth(&self) -> bool {
        self.is_of_size() && self.new.size > self.old.size
    }
}

/// What came of comparing commands.
#[derive(Debug, Default)]
pub(super) struct Compared<'a> {
    pub(super) changes: Vec<CommandChange<'a>>,
    /// Names of commands of which it is not known what became.
    pub(super) unknown: HashSet<&'a str>,
}

/// Compares the commands of two versions.
pub(super) fn compare<'a>(
    versions: &'a Versions,
    named: &[NamedPair<'a>],
    old: &Layouts<'a>,
    new: &Layouts<'a>,
) -> Compared<'a> {
    let numbers = Numbers::of(versions, new);
    let values = values(versions.new_version());
    let not_worked_out = pairing::not_worked_out(versions.new_version());
    let (was, is) =
        (Trust::of_architectures(versions.old()), Trust::of_architectures(versions.new_version()));
    let not_understood: BTreeSet<&str> =
        versions.new_version().not_understood.iter().map(|unknown| &*unknown.name).collect();
    let mut compared = Compared::default();
    for (ours, theirs) in named.iter().copied() {
        let name = ours.name();
        let fate = match (theirs, values.get(name)) {
            (Some(theirs), _) => {
                let trusted = was.of_number(ours).intersection(is.of_number(theirs));
                let among = trusted.intersection(new.interface().abis);
                let number = |abi| known(theirs, new, abi);
                renumbered((ours, old), (theirs.span(), &number), among, &numbers, versions)
            }
            (None, _) if not_understood.contains(name) => {
                compared.unknown.insert(name);
                None
            }
            // An enumerator or a literal of that name keeps programs compiling.
            (None, Some(value)) => {
                let among = was.of_number(ours).intersection(new.interface().abis);
                let number = |abi| value.variants.get(abi).copied().map(Known::Number);
                renumbered((ours, old), (value.span, &number), among, &numbers, versions)
            }
            (None, None) if is_hidden(ours, versions) || not_worked_out.contains_key(name) => {
                compared.unknown.insert(name);
                None
            }
            (None, None) => Some(removed(ours, old, &numbers, versions)),
        };
        let change = |fate| CommandChange { name, old_span: ours.span(), fate };
        compared.changes.extend(fate.map(change));
    }
    compared
}

/// Whether the new version may define a command of that name, which it does not show: it could not be read
/// as a whole, or on none of the ABIs that had the command.
fn is_hidden(command: Numbered<'_>, versions: &Versions) -> bool {
    let path = versions.old_path(command.span().file);
    let read = versions.new_version().abis.intersection(versions.read_on(path));
    versions.hides(path) || read.intersection(command.abis()).is_empty()
}

/// Marks the commands whose number changed with the size of a structure that they carry, since
/// that is reported for the structure.
pub(super) fn attribute(
    commands: &mut [CommandChange<'_>],
    interface: &Interface,
    records: &[RecordChange<'_>],
) {
    let relaid: BTreeSet<RecordId> = records
        .iter()
        .filter(|record| !record.relaid().is_empty())
        .map(|record| record.new)
        .collect();
    let by_name: HashMap<&str, &Command> =
        interface.commands.iter().map(|command| (command.name.as_str(), command)).collect();
    for change in commands {
        let Fate::Renumbered { changes, through, .. } = &mut change.fate else { continue };
        let carried = by_name.get(change.name).map(|command| carriers::records(interface, command));
        *through = changes.iter().all(NumberChange::is_of_size)
            && carried.is_some_and(|carried| carried.iter().any(|id| relaid.contains(id)));
    }
}

/// Each command of the old version with that of the new one which has its name, or else its number.
pub(super) fn pairs<'a>(
    versions: &'a Versions,
    named: &[NamedPair<'a>],
    changes: &[CommandChange<'a>],
) -> Vec<(&'a Command, &'a Command)> {
    let heirs: HashMap<&str, &str> = changes
        .iter()
        .filter_map(|change| match change.fate {
            Fate::Removed { renamed: Some(heir), .. } => Some((change.name, heir)),
            _ => None,
        })
        .collect();
    let new = &versions.new_version().commands;
    let by_name: HashMap<&str, &Command> =
        new.iter().map(|command| (command.name.as_str(), command)).collect();
    named
        .iter()
        .filter_map(|pair| match *pair {
            (Numbered::Command(was), Some(Numbered::Command(is))) => Some((was, is)),
            (Numbered::Command(was), None) => {
                let heir = heirs.get(was.name.as_str())?;
                Some((was, *by_name.get(heir)?))
            }
            _ => None,
        })
        .collect()
}

/// What is known of a number on an ABI.
#[derive(Debug, Clone, Copy)]
enum Known {
    Number(u32),
    /// All but the size of the argument.
    Without(Shape),
}

fn known(numbered: Numbered<'_>, layouts: &Layouts<'_>, abi: AbiId) -> Option<Known> {
    if let Numbered::Family(_, FamilyNumber { direction, type_letter, nr }) = numbered {
        return Some(Known::Without(Shape {
            direction: Some(direction),
            type_letter,
            nr,
            size: 0,
        }));
    }
    if let Some(number) = numbered.number(layouts, abi) {
        return Some(Known::Number(number));
    }
    let Numbered::Command(command) = numbered else { return None };
    let body = command.variants.get(abi)?;
    Some(Known::Without(Shape {
        direction: Some(body.direction),
        // As the macros pack them.
        type_letter: (body.type_letter | body.nr >> 8) as u8,
        nr: body.nr as u8,
        size: 0,
    }))
}

/// What a constant is on each ABI, as a command's number.
struct Value {
    span: Span,
    variants: Variants<u32>,
}

/// The constants with plain values, by name: those that are commands are found among these.
fn values(interface: &Interface) -> HashMap<&str, Value> {
    let mut values: HashMap<&str, Value> = HashMap::new();
    // The kernel takes 32 bits of what a program passes.
    let as_number = |value: i128| (value.cast_unsigned() & u128::from(u32::MAX)) as u32;
    for found in &interface.macros {
        let mut variants = Variants::default();
        for (abis, value) in found.values.iter() {
            if let MacroValue::Integer(value) = value {
                variants.add(abis, as_number(*value));
            }
        }
        if !variants.is_empty() {
            values.entry(&found.name).or_insert(Value { span: found.span, variants });
        }
    }
    for found in &interface.enums {
        for (abis, body) in found.variants.iter() {
            for one in &body.enumerators {
                let value = values
                    .entry(&one.name)
                    .or_insert_with(|| Value { span: found.span, variants: Variants::default() });
                value.variants.add(abis, as_number(one.value));
            }
        }
    }
    values
}

/// The numbers of every command by ABI, each with the header that defines it.
struct Numbers<'a>(Vec<HashMap<(u32, &'a str), &'a str>>);

impl<'a> Numbers<'a> {
    fn of(versions: &'a Versions, layouts: &Layouts<'a>) -> Self {
        let interface = layouts.interface();
        let path = |span: Span| versions.new_path(span.file);
        let on = |abi: AbiId| {
            let commands = interface.commands.iter();
            let of_commands = commands.filter_map(|command: &'a Command| {
                let number = layouts.number(command, abi)?.number;
                Some(((number, path(command.span)), command.name.as_str()))
            });
            let raw = interface.raw_numbers.iter();
            let plain = raw.filter_map(|raw: &'a RawNumber| {
                Some(((*raw.variants.get(abi)?, path(raw.span)), raw.name.as_str()))
            });
            plain.chain(of_commands).collect()
        };
        Self(AbiSet::ALL.iter().map(on).collect())
    }

    /// The command that has the number in that header: elsewhere it is a stranger's.
    fn name(&self, number: u32, path: &'a str, abi: AbiId) -> Option<&'a str> {
        self.0.get(abi.index())?.get(&(number, path)).copied()
    }
}

fn removed<'a>(
    command: Numbered<'a>,
    layouts: &Layouts<'_>,
    now: &Numbers<'a>,
    versions: &'a Versions,
) -> Fate<'a> {
    let path = versions.old_path(command.span().file);
    // A header that was not read on an ABI defines nothing there, which says nothing.
    let read = layouts.interface().abis.intersection(versions.read_on(path));
    let heirs = by_value(read, |abi| {
        command.number(layouts, abi).map(|number| now.name(number, path, abi))
    });
    let gone = heirs
        .iter()
        .filter(|(_, heir)| heir.is_none())
        .fold(AbiSet::EMPTY, |all, (abis, _)| all.union(abis));
    let renamed = match (heirs.len(), heirs.first()) {
        (1, Some(Some(name))) => Some(*name),
        _ => None,
    };
    Fate::Removed { renamed, abis: heirs.abis(), gone }
}

/// What became of a command of the old version whose name has these numbers in the new one, on the
/// ABIs of `among` that both have.
fn renumbered<'a>(
    (ours, old): (Numbered<'a>, &Layouts<'a>),
    (span, number): (Span, &dyn Fn(AbiId) -> Option<Known>),
    among: AbiSet,
    now: &Numbers<'a>,
    versions: &'a Versions,
) -> Option<Fate<'a>> {
    let within = among.intersection(old.interface().abis);
    let both = |abi: AbiId| Some((known(ours, old, abi)?, number(abi)?));
    let abis: AbiSet = within.iter().filter(|abi| both(*abi).is_some()).collect();
    let mut changes: Vec<NumberChange> = Vec::new();
    for abi in abis {
        let Some(both) = both(abi) else { continue };
        let Some((was, is, numbers)) = difference(both, abi) else { continue };
        match changes.iter_mut().find(|change| change.old == was && change.new == is) {
            Some(change) => change.abis.insert(abi),
            None => {
                changes.push(NumberChange { abis: AbiSet::only(abi), old: was, new: is, numbers });
            }
        }
    }
    if changes.is_empty() {
        return None;
    }
    let extensible = match ours {
        Numbered::Command(command) => extensible::command(command),
        Numbered::Raw(_) | Numbered::Family(..) => None,
    };
    let path = versions.old_path(ours.span().file);
    let taken_by = changes.iter().find_map(|change| {
        let (old, _) = change.numbers?;
        now.name(old, path, change.abis.first()?).filter(|name| *name != ours.name())
    });
    Some(Fate::Renumbered { span, abis, changes, taken_by, through: false, extensible })
}

/// What two numbers say, and the numbers where both are known.
type Difference = (Shape, Shape, Option<(u32, u32)>);

/// How two numbers differ on an ABI. Where the size of one is not known, the other parts are compared.
fn difference((was, is): (Known, Known), abi: AbiId) -> Option<Difference> {
    let shape = |known: Known| match known {
        Known::Number(number) => Shape::from(abi.abi().encoding.decode(number)),
        Known::Without(shape) => shape,
    };
    let (old, new) = (shape(was), shape(is));
    if let (Known::Number(was), Known::Number(is)) = (was, is) {
        return (was != is).then_some((old, new, Some((was, is))));
    }
    let (old, new) = (Shape { size: 0, ..old }, Shape { size: 0, ..new });
    (old != new).then_some((old, new, None))
}
