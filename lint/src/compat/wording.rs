//! How the C rules say what differs.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Command, Finding, Interface, Label, Record, Type, WideTime};

use super::{Difference, Extent, Incompatibility, Pair, Parting};
use crate::Rule;
use crate::context::{Context, command_finding};
use crate::spelling::Spelling;

/// A finding about an incompatible command, with the numbers as labels and notes; the sentence
/// and the advice are the rule's.
pub(crate) fn finding(
    rule: &'static Rule,
    cx: &Context<'_>,
    incompatibility: &Incompatibility<'_>,
    message: String,
) -> Finding {
    let interface = cx.interface;
    let wide = cx.wide_time();
    let command = incompatibility.command;
    let difference = &incompatibility.difference;
    let Some(&pair) = incompatibility.pairs.first() else {
        return command_finding(rule, command, command.span, incompatibility.abis(), message);
    };
    let mut finding = command_finding(rule, command, command.span, incompatibility.abis(), message);
    let unstated = incompatibility.unstated.map(|id| interface.record(id));
    if let Some(record) = argument(interface, command, pair).or(unstated) {
        finding.record = Some(Spelling::of(interface).record(record));
        finding.differences = record.differences;
    }
    finding.label = sizes(difference, pair);
    // A pointer or a long is what has to change, even where something before it differs too.
    if let Some(parting) = difference.resized.as_ref().or(difference.first.as_ref()) {
        finding.member = Some(parting.path.clone()).filter(|path| !path.is_empty());
        finding.related.extend(parting.member().map(|member| Label {
            span: member.span,
            text: format!("`{}` {}", parting.path, whereabouts(parting, pair)),
        }));
    }
    finding.notes.extend(wide_time_note(wide, &command.name, pair.other));
    if incompatibility.pairs.len() > 1 {
        let pairs: Vec<String> = incompatibility
            .pairs
            .iter()
            .map(|pair| format!("{}/{}", pair.reference.abi().name, pair.other.abi().name))
            .collect();
        finding.notes.push(format!("it also differs on {}", pairs[1..].join(", ")));
    }
    finding
}

/// What programs with a 64-bit `time_t` pass instead, where that is another number.
pub(crate) fn wide_time_note(
    wide: Option<&WideTime<'_>>,
    command: &str,
    abi: AbiId,
) -> Option<String> {
    let numbered = wide?.number(command, abi)?;
    Some(format!(
        "{} programs built with a 64-bit `time_t` pass {} bytes with `{command}`, whose number is \
         {:#010x} there",
        abi.abi().name,
        numbered.size,
        numbered.number
    ))
}

/// The sentence that tells where a member is: `is at byte 8 on x86_64 and byte 4 on i386`.
pub(crate) fn whereabouts(parting: &Parting<'_>, pair: Pair) -> String {
    let (reference, other) = (pair.reference.abi().name, pair.other.abi().name);
    match parting.extents {
        (Some(one), Some(two)) if one.size_bits != two.size_bits => {
            let (one, two) = (width(one), width(two));
            format!("is {one} on {reference} and {two} on {other}")
        }
        (Some(one), Some(two)) => {
            let (one, two) = (offset(one), offset(two));
            format!("is at {one} on {reference} and {two} on {other}")
        }
        (Some(_), None) => format!("exists on {reference} and not on {other}"),
        (None, _) => format!("exists on {other} and not on {reference}"),
    }
}

/// Who disagrees with the kernel: `i386 programs`, or `emulated i386 programs` where no such kernel runs them.
pub(crate) fn programs(pair: Pair) -> String {
    let (reference, other) = (pair.reference.abi(), pair.other.abi());
    if reference.companions().any(|companion| companion == other) {
        format!("{} programs", other.name)
    } else {
        format!("emulated {} programs", other.name)
    }
}

/// The first thing that differs, as a clause.
pub(crate) fn first_difference(difference: &Difference<'_>, pair: Pair) -> String {
    match &difference.first {
        Some(parting) if parting.path.is_empty() => {
            format!("the argument {}", whereabouts(parting, pair))
        }
        Some(parting) => format!("`{}` {}", parting.path, whereabouts(parting, pair)),
        None => format!(
            "tail padding makes it {} bytes on {} and {} on {}",
            difference.sizes.0,
            pair.reference.abi().name,
            difference.sizes.1,
            pair.other.abi().name
        ),
    }
}

/// What follows for the number: different sizes give different numbers.
pub(crate) fn number_note(incompatibility: &Incompatibility<'_>) -> String {
    let difference = &incompatibility.difference;
    if incompatibility.unstated.is_some() {
        "the number holds no size, so it cannot tell the two layouts apart".into()
    } else if difference.sizes.0 == difference.sizes.1 {
        "the sizes are equal, so the number cannot tell the two layouts apart".into()
    } else {
        "the sizes differ, so the command has two numbers, and a handler that compares whole \
         numbers knows only one"
            .into()
    }
}

fn sizes(difference: &Difference<'_>, pair: Pair) -> String {
    let (reference, other) = (pair.reference.abi().name, pair.other.abi().name);
    match difference.sizes {
        (one, two) if one == two => format!("{one} bytes on both {reference} and {other}"),
        (one, two) => format!("{one} bytes on {reference}, {two} on {other}"),
    }
}

/// The structure or union that a command carries.
fn argument<'a>(interface: &'a Interface, command: &'a Command, pair: Pair) -> Option<&'a Record> {
    let mut ty = command.variants.get(pair.reference)?.argument.ty()?;
    loop {
        match interface.resolved(ty, pair.reference)? {
            Type::Record(id) => return Some(interface.record(*id)),
            Type::Array(element, _) | Type::FlexibleArray(element) => ty = element,
            _ => return None,
        }
    }
}

fn offset(extent: Extent) -> String {
    match extent.offset_bits % 8 {
        0 => format!("byte {}", extent.offset_bits / 8),
        _ => format!("bit {}", extent.offset_bits),
    }
}

fn width(extent: Extent) -> String {
    match extent.size_bits {
        8 => "1 byte".into(),
        bits if bits % 8 == 0 => format!("{} bytes", bits / 8),
        bits => format!("{bits} bits"),
    }
}
