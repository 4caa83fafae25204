//! Constants of two versions: macros that are no commands, and enumerators.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{
    Among, CommandBody, Enum, Expected, FileId, Interface, Layouts, Macro, MacroValue, Span,
    Variants, expected,
};
use ioctlkit_sources::c::asm_architecture;

use super::{Side, Versions, pairing};
use crate::against::Numbered;
use crate::against::trust::Trust;
use crate::on_abis::OnAbis;

/// A constant that is not what it was.
#[derive(Debug, Clone)]
pub struct ConstantChange<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its enumeration's tag in the old version, if it was an enumerator of one.
    pub of: Option<&'a str>,
    /// The name in the old version's definition, in the sources of that version.
    pub old_span: Span,
    /// What became of it.
    pub fate: ConstantFate,
    /// The ABIs on which that is so.
    pub abis: AbiSet,
    /// The ABIs on which both versions were compared.
    pub within: AbiSet,
}

/// What became of a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstantFate {
    /// It has another value.
    Changed {
        /// The name in the new version's definition.
        span: Span,
        /// What it was.
        old: Value,
        /// What it is.
        new: Value,
        /// Why the change is expected, if it is.
        expected: Option<Expected>,
    },
    /// Nothing of that name is defined any more.
    Gone,
    /// It is a macro with other parameters.
    Parameters {
        /// The name in the new version's definition.
        span: Span,
        /// What it took.
        old: Parameters,
        /// What it takes.
        new: Parameters,
    },
    /// Both define it, and what it comes to is not known in both.
    Unknown {
        /// The name in the new version's definition.
        span: Span,
        /// Why.
        why: Unclear,
    },
}

/// The parameters of a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parameters {
    /// It is used without parentheses.
    None,
    /// So many, perhaps none in its parentheses.
    Some(usize),
}

/// Why it is not known whether a constant has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unclear {
    /// What it comes to could not be worked out in that version.
    In(Side),
    /// One version has `asm/` headers of the architecture, and the other takes those of others.
    Architecture,
    /// Both define it with the same text, and what a name in that text means is known in one version alone.
    Names,
}

/// What a constant comes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// An integer.
    Integer(i128),
    /// The number of a command that a macro yields for some arguments.
    Command {
        /// The direction.
        direction: Direction,
        /// The type letter.
        type_letter: u32,
        /// The number within the type.
        nr: u32,
        /// The size, in bytes, where it is known.
        size: Option<u64>,
    },
}

/// A macro or an enumerator of a version.
#[derive(Clone)]
struct Known<'a> {
    path: &'a str,
    span: Span,
    kind: Kind<'a>,
}

#[derive(Clone)]
enum Kind<'a> {
    Macro(&'a Macro),
    /// An enumeration, and what the enumerator is where it has it.
    Enumerator(&'a Enum, Variants<Enumerated>),
    Number(Numbered<'a>),
}

/// An enumerator on some ABIs.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Enumerated {
    value: i128,
    among: Among,
}

/// What a name is on one ABI.
#[derive(PartialEq, Eq)]
enum On {
    Nothing,
    Unknown,
    Value(Value),
}

impl<'a> Known<'a> {
    fn on(&self, layouts: &Layouts<'_>, abi: ioctlkit_abi::AbiId) -> On {
        match &self.kind {
            Kind::Macro(found) => match found.values.get(abi) {
                None => On::Nothing,
                Some(MacroValue::Other) => On::Unknown,
                Some(MacroValue::Integer(value)) => On::Value(Value::Integer(*value)),
                Some(MacroValue::Command(body)) => On::Value(shape(layouts, body, abi)),
            },
            Kind::Enumerator(_, values) => {
                values.get(abi).map_or(On::Nothing, |one| On::Value(Value::Integer(one.value)))
            }
            Kind::Number(numbered) => match numbered.number(layouts, abi) {
                Some(number) => On::Value(Value::Integer(i128::from(number))),
                None => On::Unknown,
            },
        }
    }

    /// What an enumerator is defined among.
    fn among(&self, abi: ioctlkit_abi::AbiId) -> Among {
        match &self.kind {
            Kind::Enumerator(_, values) => values.get(abi).map_or(Among::Macros, |one| one.among),
            Kind::Macro(_) | Kind::Number(_) => Among::Macros,
        }
    }

    /// Whether both are macros of the same text.
    fn reads_as(&self, other: &Self) -> bool {
        matches!((&self.kind, &other.kind), (Kind::Macro(_), Kind::Macro(_)))
            && self.definition() == other.definition()
    }

    /// The parameters of a macro of one text.
    fn parameters(&self) -> Option<Parameters> {
        let Kind::Macro(found) = &self.kind else { return None };
        if found.definition.contains('\n') {
            return None;
        }
        // The tokens of a text have a space between them, parameters none behind the parenthesis.
        let list = found.definition.strip_prefix('(').filter(|rest| !rest.starts_with(' '));
        let list = list.and_then(|rest| rest.split_once(')'));
        let count = |list: &str| list.split(',').filter(|one| !one.trim().is_empty()).count();
        Some(list.map_or(Parameters::None, |(list, _)| Parameters::Some(count(list))))
    }

    fn definition(&self) -> &'a str {
        match &self.kind {
            Kind::Macro(found) => &found.definition,
            _ => "",
        }
    }

    fn abis(&self) -> AbiSet {
        match &self.kind {
            Kind::Macro(found) => found.values.abis(),
            Kind::Enumerator(_, values) => values.abis(),
            Kind::Number(_) => AbiSet::ALL,
        }
    }
}

fn shape(layouts: &Layouts<'_>, body: &CommandBody, abi: ioctlkit_abi::AbiId) -> Value {
    let size = body.argument.ty().and_then(|ty| layouts.type_size(ty, abi).ok());
    let by_number = match &body.argument {
        ioctlkit_model::Argument::Size(size) => layouts.constant(size, abi).ok(),
        ioctlkit_model::Argument::None => Some(0),
        _ => None,
    };
    let CommandBody { direction, type_letter, nr, .. } = body;
    Value::Command {
        direction: *direction,
        type_letter: *type_letter,
        nr: *nr,
        size: size.map(|ty| ty.size).or(by_number),
    }
}

/// Compares the constants of two versions, in the order of the old one.
pub(super) fn changes<'a>(
    versions: &'a Versions,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
) -> Vec<ConstantChange<'a>> {
    if !versions.know_constants() {
        return Vec::new();
    }
    let known = all(versions.new_version(), |file| versions.new_path(file));
    let was = Trust::of_architectures(versions.old());
    let is = Trust::of_architectures(versions.new_version());
    let asked_for = pairing::asked_for(versions.old());
    let commands: HashSet<&str> = pairing::names_of_commands(versions.old());
    let among = versions.old().abis.intersection(versions.new_version().abis);
    let alike = alike_in_architecture(versions);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (name, ours) in constants(versions.old(), |file| versions.old_path(file)) {
        let is_compared = asked_for.contains(&ours.span.file)
            && !commands.contains(name)
            && seen.insert((ours.span.file, name));
        if !is_compared {
            continue;
        }
        let theirs = known.get(name).map(Vec::as_slice).unwrap_or_default();
        let overlaps = |one: &&Known<'_>| !one.abis().intersection(ours.abis()).is_empty();
        let of_all = |one: &&Known<'_>| is.of_file(one.span.file) == AbiSet::ALL && overlaps(one);
        let theirs = theirs
            .iter()
            .find(|one| one.path == ours.path)
            .or_else(|| theirs.iter().find(of_all))
            .or_else(|| theirs.iter().find(overlaps))
            .or(theirs.first());
        let of = match &ours.kind {
            Kind::Enumerator(of, _) => of.name.as_deref(),
            _ => None,
        };
        let change = |fate, abis, within| ConstantChange {
            name,
            of,
            old_span: ours.span,
            fate,
            abis,
            within,
        };
        let within = among.intersection(was.of_file(ours.span.file)).intersection(ours.abis());
        let read = versions.read_on(ours.path);
        let Some(theirs) = theirs else {
            let within = within.intersection(read);
            if !within.is_empty() && !versions.hides(versions.old_path(ours.span.file)) {
                found.push(change(ConstantFate::Gone, within, within));
            }
            continue;
        };
        // A header that was not read on an ABI defines nothing there, which says nothing.
        let read = read.intersection(versions.read_on(theirs.path)).union(theirs.abis());
        let within = within.intersection(is.of_file(theirs.span.file)).intersection(read);
        let is_of_asm =
            is_of_asm(versions.old(), &ours) || is_of_asm(versions.new_version(), theirs);
        let mut fates = OnAbis::new();
        let fate_on = |abi| fate((&ours, old), (theirs, new), name, abi);
        for abi in within.intersection(alike) {
            fates.add(abi, fate_on(abi));
        }
        // Elsewhere it has changed if it has so where both versions take the same from `asm/`.
        let known: HashSet<One> = fates.each().cloned().collect();
        let has_measure = !within.intersection(alike).is_empty();
        for abi in within.difference(alike) {
            let is_sure = |one: &One| !is_of_asm && (!has_measure || known.contains(one));
            let unclear = One::Unknown(Unclear::Architecture);
            fates.add(abi, fate_on(abi).map(|one| if is_sure(&one) { one } else { unclear }));
        }
        for (abis, fate) in fates.into_each() {
            let fate = match fate {
                One::Gone => ConstantFate::Gone,
                One::Parameters(old, new) => {
                    ConstantFate::Parameters { span: theirs.span, old, new }
                }
                One::Unknown(why) => ConstantFate::Unknown { span: theirs.span, why },
                One::Changed(old, new, expected) => {
                    ConstantFate::Changed { span: theirs.span, old, new, expected }
                }
            };
            found.push(change(fate, abis, within));
        }
    }
    found
}

/// The ABIs whose own `asm/` headers both versions have, or neither: what takes them from there may have
/// another value on others for no other reason.
fn alike_in_architecture(versions: &Versions) -> AbiSet {
    let of = |interface: &Interface| -> HashSet<&'static str> {
        let paths = interface.sources.iter().map(|(_, file)| &file.path);
        paths.filter_map(|path| asm_architecture(path)).collect()
    };
    let old = of(versions.old());
    // The new version's sources hold the text of both.
    let new = versions.new_architectures();
    AbiSet::of(|abi| old.contains(abi.kernel_arch) == new.contains(abi.kernel_arch))
}

/// Whether a constant comes from an architecture's own `asm/` header.
fn is_of_asm(interface: &Interface, constant: &Known<'_>) -> bool {
    asm_architecture(interface.sources.path(constant.span)).is_some()
}

/// What became of a constant on one ABI.
#[derive(Clone, PartialEq, Eq, Hash)]
enum One {
    Gone,
    Parameters(Parameters, Parameters),
    Unknown(Unclear),
    Changed(Value, Value, Option<Expected>),
}

fn fate(
    (ours, old): (&Known<'_>, &Layouts<'_>),
    (theirs, new): (&Known<'_>, &Layouts<'_>),
    name: &str,
    abi: ioctlkit_abi::AbiId,
) -> Option<One> {
    let (was, is) = (ours.on(old, abi), theirs.on(new, abi));
    if let (Some(took), Some(takes)) = (ours.parameters(), theirs.parameters())
        && took != takes
        && was != On::Nothing
        && is != On::Nothing
    {
        return Some(One::Parameters(took, takes));
    }
    match (was, is) {
        (On::Nothing, _) => None,
        (On::Value(_), On::Nothing) => Some(One::Gone),
        (On::Unknown, On::Nothing) => Some(One::Unknown(Unclear::In(Side::Both))),
        (On::Value(_), On::Unknown) | (On::Unknown, On::Value(_)) if ours.reads_as(theirs) => {
            Some(One::Unknown(Unclear::Names))
        }
        (On::Value(_), On::Unknown) => Some(One::Unknown(Unclear::In(Side::New))),
        (On::Unknown, On::Value(_)) => Some(One::Unknown(Unclear::In(Side::Old))),
        (On::Value(was), On::Value(is)) if was == is => None,
        (On::Value(was), On::Value(is)) => {
            let among = ours.among(abi).in_both(theirs.among(abi));
            let expected = match (&was, &is) {
                (Value::Integer(was), Value::Integer(is)) => expected(name, (*was, *is), among),
                _ => None,
            };
            // Enumerators that mean something are D006's.
            let is_of_others = among != Among::Macros && expected.is_none();
            (!is_of_others).then_some(One::Changed(was, is, expected))
        }
        (On::Unknown, On::Unknown) => (ours.definition() != theirs.definition())
            .then_some(One::Unknown(Unclear::In(Side::Both))),
    }
}

fn all<'a>(
    interface: &'a Interface,
    path: impl Fn(FileId) -> &'a str + Copy,
) -> HashMap<&'a str, Vec<Known<'a>>> {
    let mut known: HashMap<&'a str, Vec<Known<'a>>> = HashMap::new();
    for (name, one) in constants(interface, path) {
        known.entry(name).or_default().push(one);
    }
    for numbered in Numbered::all(interface) {
        let span = numbered.span();
        let one = Known { path: path(span.file), span, kind: Kind::Number(numbered) };
        known.entry(numbered.name()).or_default().push(one);
    }
    known
}

/// The macros and the enumerators of an interface. Macros that others are made with are compared by
/// what is made with them.
fn constants<'a>(
    interface: &'a Interface,
    path: impl Fn(FileId) -> &'a str + Copy,
) -> Vec<(&'a str, Known<'a>)> {
    let families: HashSet<&str> =
        interface.families.iter().map(|family| family.name.as_str()).collect();
    let mut found = Vec::new();
    for one in &interface.macros {
        let makes_commands =
            one.values.iter().any(|(_, value)| matches!(value, MacroValue::Command(_)));
        if makes_commands && !families.contains(one.name.as_str()) {
            continue;
        }
        let known = Known { path: path(one.span.file), span: one.span, kind: Kind::Macro(one) };
        found.push((one.name.as_str(), known));
    }
    for of in &interface.enums {
        let mut values: Vec<(&str, Variants<Enumerated>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (abis, body) in of.variants.iter() {
            for (one, among) in Among::each(body) {
                let place = *places.entry(&one.name).or_insert_with(|| {
                    values.push((&one.name, Variants::default()));
                    values.len() - 1
                });
                values[place].1.add(abis, Enumerated { value: one.value, among });
            }
        }
        for (name, values) in values {
            let kind = Kind::Enumerator(of, values);
            found.push((name, Known { path: path(of.span.file), span: of.span, kind }));
        }
    }
    found
}
