//! Commands that stand at the same type and nr, and numbers that are free.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Command, CommandBody, Edit, FileId, Finding, Fix, Interface, Language, Safety, Severity, Span,
    Variants,
};

use crate::Context;
use crate::abis::by_value;
use crate::against::{self, last_of_path};
use crate::context::{self, merge_from};
use crate::rule::Rule;

/// The type letter and nr of a command as its first definition has them.
pub type TypeNr = (u32, u32);

/// The type and nr of a number, its lower half, which is the same on every ABI. The macros mask nothing:
/// what of the nr has more than 8 bits is or-ed into the type letter.
pub fn lower_half((type_letter, nr): TypeNr) -> u32 {
    (type_letter << 8 | nr) & 0xffff
}

/// Of the commands at one type and nr, so many are compared with each one behind them: no interface has
/// as many, and to compare each with each takes the square of their number.
pub const COMPARED: usize = 64;

/// Says that not all of the commands at one type and nr were compared with each other, at the first one
/// for which that is so; nothing where all were.
pub fn not_all_compared<T>(
    rule: &'static Rule,
    (type_letter, nr): TypeNr,
    there: &[T],
    span: impl Fn(&T) -> Span,
    within: AbiSet,
) -> Option<Finding> {
    // Each is compared with those in front of it.
    let first = there.get(COMPARED + 1)?;
    let message = format!(
        "{} commands have type {} and nr {nr:#04x}; from here on, each is compared with the first \
         {COMPARED} of them only",
        there.len(),
        letter(type_letter)
    );
    let mut finding = context::finding(rule, span(first), within, message);
    finding.severity = Severity::Info;
    Some(finding)
}

/// The commands at each type and nr, in the order of the interface, without other names.
pub fn by_place<'a>(cx: &Context<'a>) -> BTreeMap<TypeNr, Vec<&'a Command>> {
    let mut places: BTreeMap<TypeNr, Vec<&'a Command>> = BTreeMap::new();
    for command in defined(cx) {
        if let Some(body) = command.variants.first() {
            places.entry((body.type_letter, body.nr)).or_default().push(command);
        }
    }
    places
}

/// The commands that are more than another name of a command of the run: findings about
/// `#define FOO_GETFLAGS FS_IOC_GETFLAGS` name `FS_IOC_GETFLAGS`.
pub fn defined<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Command> {
    let interface = cx.interface;
    let names: HashSet<&str> =
        interface.commands.iter().map(|command| command.name.as_str()).collect();
    interface.commands.iter().filter(move |command| {
        let target = alias(interface, command);
        target.is_none_or(|target| target == command.name || !names.contains(target))
    })
}

/// Checks each definition of each command, other names left out. Definitions that differ between
/// ABIs may share a fault, which is then said once.
pub fn check_definitions<'a>(
    cx: &Context<'a>,
    findings: &mut Vec<Finding>,
    check: impl Fn(&'a Command, AbiSet, &'a CommandBody) -> Option<Finding>,
) {
    for command in defined(cx) {
        let from = findings.len();
        let definitions = command.variants.iter();
        findings.extend(definitions.filter_map(|(on, body)| check(command, on, body)));
        merge_from(findings, from);
    }
}

fn alias<'a>(interface: &'a Interface, command: &Command) -> Option<&'a str> {
    interface.definitions.name(command.variants.first()?.span)
}

/// Whether two names are one but for leading underscores; in Rust a constant and a function for
/// one command differ in their case.
pub fn same_name(cx: &Context<'_>, a: &str, b: &str) -> bool {
    match cx.spelling.language() {
        Language::C | Language::List | Language::Object => {
            a.trim_start_matches('_') == b.trim_start_matches('_')
        }
        Language::Rust => against::same_name(last_of_path(a), last_of_path(b)),
    }
}

/// A type letter as people write it: `'x'`, or `0xae` where it is no letter.
pub fn letter(type_letter: u32) -> String {
    match u8::try_from(type_letter) {
        Ok(byte) if byte.is_ascii_graphic() => format!("'{}'", char::from(byte)),
        _ => format!("{type_letter:#04x}"),
    }
}

/// The ABIs that have both commands.
pub fn common(a: &Command, b: &Command) -> AbiSet {
    a.variants.abis().intersection(b.variants.abis())
}

/// The ABIs on which two commands have the same number.
pub fn equal_on(cx: &Context<'_>, a: &Command, b: &Command) -> AbiSet {
    equal(&numbers(cx, a), &numbers(cx, b))
}

/// The numbers of a command, each with its ABIs: for whoever compares one command with many.
pub fn numbers(cx: &Context<'_>, command: &Command) -> Variants<u32> {
    let number = |id| Some(cx.layouts.number(command, id)?.number);
    by_value(command.variants.abis(), number)
}

/// The ABIs on which two commands with these numbers have the same one.
pub fn equal(a: &Variants<u32>, b: &Variants<u32>) -> AbiSet {
    let pairs = a.iter().flat_map(|(on_a, a)| b.iter().map(move |(on_b, b)| (on_a, a, on_b, b)));
    let equal = pairs.filter(|(_, a, _, b)| a == b);
    equal.map(|(on_a, _, on_b, _)| on_a.intersection(on_b)).fold(AbiSet::EMPTY, AbiSet::union)
}

/// Whether two commands are defined as one third that is not in the run.
pub fn are_aliases(cx: &Context<'_>, a: &Command, b: &Command) -> bool {
    let target = alias(cx.interface, a);
    target.is_some() && target == alias(cx.interface, b)
}

/// A free nr for each command that may have to move: two of them never get the same one, whichever rule
/// says so.
#[derive(Debug)]
pub struct FreeNrs<'c, 'a> {
    cx: &'c Context<'a>,
    offers: BTreeMap<Span, u32>,
}

impl<'c, 'a> FreeNrs<'c, 'a> {
    /// Looks for the next free nr behind each place that several commands have: one that no file of the run
    /// uses, or else one that at least its own file does not. Drivers of a subsystem share a letter.
    pub fn new(cx: &'c Context<'a>) -> Self {
        let mut offers = BTreeMap::new();
        let mut offered: BTreeSet<TypeNr> = BTreeSet::new();
        let mut taken: BTreeMap<FileId, BTreeSet<TypeNr>> = BTreeMap::new();
        for command in &cx.interface.commands {
            let places = command.variants.iter().map(|(_, body)| (body.type_letter, body.nr));
            taken.entry(command.span.file).or_default().extend(places);
        }
        for raw in cx.raw_commands() {
            let place = (raw.number >> 8 & 0xff, raw.number & 0xff);
            taken.entry(raw.raw.span.file).or_default().insert(place);
        }
        let of_run: BTreeSet<TypeNr> = taken.values().flatten().copied().collect();
        for ((letter, nr), commands) in by_place(cx) {
            // A header in which nothing is free behind this place.
            let mut full: BTreeSet<FileId> = BTreeSet::new();
            for command in commands.iter().skip(1) {
                let file = command.span.file;
                if full.contains(&file) {
                    continue;
                }
                let free_of = |taken: &BTreeSet<TypeNr>| {
                    let is_free = |place| !taken.contains(&place) && !offered.contains(&place);
                    (nr + 1..=0xff).find(|nr| is_free((letter, *nr)))
                };
                let own = taken.get(&file);
                let free = free_of(&of_run).or_else(|| own.and_then(free_of));
                if let Some(free) = free {
                    offered.insert((letter, free));
                    offers.insert(command.span, free);
                } else {
                    full.insert(file);
                }
            }
        }
        Self { cx, offers }
    }

    /// Suggests the nr that is free for a command, as an edit where its nr is a literal in the
    /// definition.
    pub fn renumber(&self, command: &Command) -> Option<Fix> {
        let body = command.variants.first()?;
        let free = *self.offers.get(&command.span)?;
        let literal = self.cx.interface.definitions.call(body.span).and_then(|call| {
            let place = usize::from(call.name.spelling == "_IOC") + 1;
            let nr = call.arguments.get(place)?;
            nr.spelling.starts_with(|c: char| c.is_ascii_digit()).then_some(nr.span)
        });
        Some(Fix {
            message: format!("take a free nr, such as {free:#04x}"),
            edits: literal
                .map(|span| Edit { span, replacement: format!("{free:#04x}") })
                .into_iter()
                .collect(),
            safety: Safety::ChangesAbi,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_half_of_a_number_is_what_the_macros_make_of_type_and_nr() {
        let encoding = ioctlkit_abi::Encoding::Generic;
        for (letter, nr) in [(0x78, 1), (0x79, 0x1ff), (0x179, 2), (0, 0xffff)] {
            let number = encoding.encode_as_c(ioctlkit_abi::Direction::Read, letter, nr, 4);
            assert_eq!(lower_half((letter, nr)), number & 0xffff, "{letter:#x} {nr:#x}");
        }
    }
}
