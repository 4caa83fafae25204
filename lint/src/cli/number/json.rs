//! Numbers and commands for programs.

use ioctl_lint::kernel_copies;
use ioctl_lint::numbered::Numbered;
use ioctlkit_abi::{AbiId, AbiSet, Direction, Encoding};
use ioctlkit_model::{Layouts, WideTime};
use serde::Serialize;

use super::expression::Expression;
use super::grouped;
use crate::cli::answer::{At, VERSION, names};

/// What a number means, and what has it.
#[derive(Serialize)]
pub(super) struct OfNumber {
    version: u32,
    number: u32,
    decoded: Vec<Decoded>,
    commands: Vec<Entry>,
}

/// What a number means in an encoding.
#[derive(Serialize)]
struct Decoded {
    abis: Vec<&'static str>,
    /// Nothing where the bits are no direction.
    direction: Option<&'static str>,
    #[serde(rename = "type")]
    type_letter: u8,
    letter: Option<char>,
    nr: u8,
    /// In bytes.
    size: u16,
}

/// What has a name.
#[derive(Serialize)]
pub(super) struct OfName<'a> {
    version: u32,
    name: &'a str,
    commands: Vec<Entry>,
}

impl Entry {
    /// Whether some number of it is not known, for a reason that is given.
    pub(super) fn is_incomplete(&self) -> bool {
        !self.no_number.is_empty()
    }
}

/// The numbers of an expression.
#[derive(Serialize)]
pub(super) struct OfExpression<'a> {
    version: u32,
    expression: &'a str,
    numbers: Vec<OnAbis>,
    no_number: Vec<Reason>,
}

/// A command, a plain number or a family, with its numbers on the ABIs that were asked about.
#[derive(Serialize)]
pub(super) struct Entry {
    name: String,
    kind: &'static str,
    #[serde(flatten)]
    at: At,
    /// Whether programs with a 64-bit `time_t` have these numbers, where others have other ones.
    with_64_bit_time: bool,
    numbers: Vec<OnAbis>,
    no_number: Vec<Reason>,
    /// What the kernel does with the argument, where the number does not say it.
    kernel_copies: Vec<String>,
    /// Of a family: a macro with parameters, and what it becomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<Expansion>,
}

#[derive(Serialize)]
struct Expansion {
    parameters: Vec<String>,
    expansion: String,
}

/// A number, and the ABIs that have it.
#[derive(Serialize)]
struct OnAbis {
    abis: Vec<&'static str>,
    number: u32,
    /// In bytes; nothing of a plain number.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// Whether the size fits the number.
    fits: bool,
}

#[derive(Serialize)]
struct Reason {
    abis: Vec<&'static str>,
    reason: String,
}

impl OfNumber {
    pub(super) fn new(number: u32, within: AbiSet, commands: Vec<Entry>) -> Self {
        let decoded = Encoding::ALL.into_iter().filter_map(|encoding| {
            let abis = AbiSet::of(|abi| abi.encoding == encoding).intersection(within);
            let of_number = encoding.decode(number);
            (!abis.is_empty()).then(|| Decoded {
                abis: names(abis),
                direction: of_number.direction.map(Direction::name),
                type_letter: of_number.type_letter,
                letter: Some(char::from(of_number.type_letter)).filter(char::is_ascii_graphic),
                nr: of_number.nr,
                size: of_number.size,
            })
        });
        Self { version: VERSION, number, decoded: decoded.collect(), commands }
    }
}

impl<'a> OfName<'a> {
    pub(super) fn new(name: &'a str, commands: Vec<Entry>) -> Self {
        Self { version: VERSION, name, commands }
    }
}

impl<'a> OfExpression<'a> {
    pub(super) fn new(spelling: &'a str, expression: &Expression, within: AbiSet) -> Self {
        let number = |abi: AbiId| {
            let number = expression.encode(abi.abi())?.ok()?;
            Some(Numeric { number, size: None, fits: true })
        };
        let reason = |abi: AbiId| match expression.encode(abi.abi()) {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(error.to_string()),
            None => Some("it has no such type".to_owned()),
        };
        Self {
            version: VERSION,
            expression: spelling,
            numbers: numbers(within, number),
            no_number: reasons(within, reason),
        }
    }
}

/// The commands, plain numbers and families of that name.
pub(super) fn named(layouts: &Layouts<'_>, name: &str, within: AbiSet) -> Vec<Entry> {
    let interface = layouts.interface();
    let is_meant = |numbered: &Numbered<'_>| {
        let in_c = match numbered {
            Numbered::Command(command) => command.c_name.as_deref(),
            _ => None,
        };
        numbered.name() == name || in_c == Some(name)
    };
    let mut entries: Vec<Entry> = Numbered::all(interface)
        .filter(is_meant)
        .map(|numbered| entry(layouts, numbered, within))
        .collect();
    entries.extend(wide_entries(layouts, |found| found == name, |_| true, within));
    let families = interface.families.iter().filter(|family| family.name == name);
    entries.extend(families.map(|family| Entry {
        name: family.name.clone(),
        kind: "family",
        at: At::of(family.span, &interface.sources),
        with_64_bit_time: false,
        numbers: Vec::new(),
        no_number: Vec::new(),
        kernel_copies: Vec::new(),
        family: Some(Expansion {
            parameters: family.parameters.clone(),
            expansion: family.expansion.clone(),
        }),
    }));
    let unknown = interface.not_understood.iter().filter(|it| it.name == name);
    entries.extend(unknown.map(|it| Entry {
        name: it.name.clone(),
        kind: "not_understood",
        at: At::of(it.span, &interface.sources),
        with_64_bit_time: false,
        numbers: Vec::new(),
        no_number: vec![Reason {
            abis: names(it.abis.intersection(within)),
            reason: it.reason.clone(),
        }],
        kernel_copies: Vec::new(),
        family: None,
    }));
    entries
}

/// What has the number, with the ABIs on which it does.
pub(super) fn with_number(layouts: &Layouts<'_>, number: u32) -> Vec<Entry> {
    let interface = layouts.interface();
    let has = |numbered: Numbered<'_>, abi: AbiId| match numbered {
        Numbered::Command(command) => layouts.has_number(command, abi, number),
        _ => numbered.number(layouts, abi) == Some(number),
    };
    let mut entries: Vec<Entry> = Numbered::all(interface)
        .filter_map(|numbered| {
            let on: AbiSet = interface.abis.iter().filter(|abi| has(numbered, *abi)).collect();
            (!on.is_empty()).then(|| entry(layouts, numbered, on))
        })
        .collect();
    entries.extend(wide_entries(layouts, |_| true, |found| found == number, interface.abis));
    entries
}

fn entry(layouts: &Layouts<'_>, numbered: Numbered<'_>, within: AbiSet) -> Entry {
    let number = |abi: AbiId| match numbered {
        Numbered::Command(command) => {
            let found = layouts.number(command, abi)?;
            Some(Numeric { number: found.number, size: Some(found.size), fits: found.fits })
        }
        _ => Some(Numeric { number: numbered.number(layouts, abi)?, size: None, fits: true }),
    };
    let reason = |abi: AbiId| match numbered {
        Numbered::Command(command) => layouts.why_no_number(command.variants.get(abi)?, abi),
        Numbered::Raw(_) | Numbered::Family(..) => None,
    };
    Entry {
        name: numbered.name().to_owned(),
        kind: match numbered {
            Numbered::Command(_) => "command",
            Numbered::Raw(_) => "plain_number",
            Numbered::Family(..) => "family",
        },
        at: At::of(numbered.span(), &layouts.interface().sources),
        with_64_bit_time: false,
        numbers: numbers(within, number),
        no_number: reasons(within, reason),
        kernel_copies: kernel_copies::sentences(layouts, numbered, within),
        family: None,
    }
}

/// The commands as programs with a 64-bit `time_t` see them, where that differs.
fn wide_entries(
    layouts: &Layouts<'_>,
    is_named: impl Fn(&str) -> bool,
    is_number: impl Fn(u32) -> bool,
    within: AbiSet,
) -> Vec<Entry> {
    let Some(wide) = WideTime::of(layouts) else { return Vec::new() };
    let entries = wide.commands().filter(|(command, _)| is_named(&command.name));
    let entries = entries.map(|(command, abis)| {
        let number = |abi: AbiId| {
            let found = wide.number(&command.name, abi)?;
            is_number(found.number).then_some(Numeric {
                number: found.number,
                size: Some(found.size),
                fits: true,
            })
        };
        Entry {
            name: command.name.clone(),
            kind: "command",
            at: At::of(command.span, &wide.layouts().interface().sources),
            with_64_bit_time: true,
            numbers: numbers(abis.intersection(within), number),
            no_number: Vec::new(),
            kernel_copies: Vec::new(),
            family: None,
        }
    });
    entries.filter(|entry| !entry.numbers.is_empty()).collect()
}

#[derive(PartialEq, Eq)]
struct Numeric {
    number: u32,
    size: Option<u64>,
    fits: bool,
}

fn numbers(within: AbiSet, number: impl Fn(AbiId) -> Option<Numeric>) -> Vec<OnAbis> {
    let groups = grouped(within, number).into_iter();
    let on_abis =
        |(Numeric { number, size, fits }, abis)| OnAbis { abis: names(abis), number, size, fits };
    groups.map(on_abis).collect()
}

fn reasons(within: AbiSet, reason: impl Fn(AbiId) -> Option<String>) -> Vec<Reason> {
    let groups = grouped(within, reason).into_iter();
    groups.map(|(reason, abis)| Reason { abis: names(abis), reason }).collect()
}
