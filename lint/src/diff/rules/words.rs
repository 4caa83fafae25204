//! What the rules share: where a finding is, and how it speaks of a structure.

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{Breaks, Finding, Label, Severity, abi_words};

use crate::diff::members::{Fault, Named};
use crate::diff::{
    ArgumentChange, DiffRule, NumberChange, RecordChange, Told, TypedefChange, told,
};
use crate::words::count;

/// Differences that are reported beside the first.
const TOLD: usize = 4;

/// A finding about a structure, at the first of these differences; the others are notes.
pub(super) fn about_record(
    rule: &'static DiffRule,
    change: &RecordChange<'_>,
    faults: &[&Told],
) -> Option<Finding> {
    let (first, others) = faults.split_first()?;
    let abis = faults.iter().fold(AbiSet::EMPTY, |all, told| all.union(told.abis));
    let mut finding = Finding::new(&rule.info, place(change, &first.fault), abis, String::new());
    let what = told::fault(&first.fault, &change.prefix);
    let on = abi_words::on(first.abis, change.abis);
    finding.message = match &change.was {
        Some(was) if change.prefix.is_empty() => {
            format!("`{}` has the place of `{was}`: {what} {on}", change.known_as)
        }
        _ => format!("{} changed: {what} {on}", subject(change)),
    };
    finding.record = Some(change.known_as.clone());
    let own = change.prefix.strip_suffix('.').map(ToOwned::to_owned);
    let named = member(&first.fault).map(|named| format!("{}{}", change.prefix, named.name));
    finding.member = named.or(own);
    finding.command = change.commands.first().map(|command| command.name.clone());
    finding.label = what.trim_end_matches(',').into();
    finding.related = related(change, &first.fault);
    for told in others.iter().take(TOLD) {
        let on = abi_words::on(told.abis, change.abis);
        finding.notes.push(format!("{} {on}", told::fault(&told.fault, &change.prefix)));
    }
    if others.len() > TOLD {
        finding.notes.push(format!("and {} more", others.len() - TOLD));
    }
    finding.notes.extend(carried(change));
    Some(finding)
}

/// A finding about a typedef.
pub(super) fn about_typedef(rule: &'static DiffRule, change: &TypedefChange) -> Finding {
    let on = abi_words::on(change.abis, change.within);
    let because = change.how.map_or(", of another size", told::because);
    let TypedefChange { name, old, new, .. } = change;
    let message = format!("`{name}` stood for `{old}` and stands for `{new}`{because} {on}");
    let mut finding = Finding::new(&rule.info, change.span, change.abis, message);
    finding.record = Some(name.clone());
    finding.label = format!("`{new}` now");
    let text = format!("`{old}` before");
    finding.related = vec![Label { span: change.old_span, text }];
    finding
}

/// A finding about the argument of a command.
pub(super) fn about_argument(rule: &'static DiffRule, change: &ArgumentChange<'_>) -> Finding {
    let on = abi_words::on(change.abis, change.within);
    let because = told::because(change.how);
    let message = format!(
        "the argument of `{}` was `{}` and is `{}`{because} {on}",
        change.command, change.old, change.new
    );
    let mut finding = Finding::new(&rule.info, change.span, change.abis, message);
    finding.command = Some(change.command.to_owned());
    finding.label = format!("its argument is `{}`", change.new);
    finding.related =
        vec![Label { span: change.old_span, text: format!("it was `{}`", change.old) }];
    finding
}

/// The structure as a sentence speaks of it: "`struct x`", "`regs` of `struct x`".
fn subject(change: &RecordChange<'_>) -> String {
    match change.prefix.strip_suffix('.') {
        Some(inner) => format!("`{inner}` of `{}`", change.known_as),
        None => format!("`{}`", change.known_as),
    }
}

/// "it goes through `A` and 3 more", where more than one command carries it: the first is the
/// finding's own.
fn carried(change: &RecordChange<'_>) -> Option<String> {
    let more = change.commands.len() > 1;
    told::commands(&change.commands)
        .filter(|_| more)
        .map(|commands| format!("it goes through {commands}"))
}

/// The member of the new version that a difference is about, else that of the old one.
fn member(fault: &Fault) -> Option<&Named> {
    match fault {
        Fault::Size { .. } => None,
        Fault::Moved { member, .. }
        | Fault::Retyped { member, .. }
        | Fault::InPadding { member, .. }
        | Fault::InReserved { member, .. }
        | Fault::AtEnd { member, .. }
        | Fault::MadeFlexible { member, .. } => Some(member),
        Fault::Removed { old_member, .. } => Some(old_member),
    }
}

/// Where a difference is: in the new version where it has anything to show.
fn place(change: &RecordChange<'_>, fault: &Fault) -> ioctlkit_model::Span {
    match fault {
        // The new text has no such member, and the structure is where it is missed.
        Fault::Removed { freed: crate::diff::Freed::Renamed(now), .. } => now.span,
        Fault::Removed { .. } | Fault::Size { .. } => change.span,
        _ => member(fault).map_or(change.span, |named| named.span),
    }
}

/// What was there.
fn related(change: &RecordChange<'_>, fault: &Fault) -> Vec<Label> {
    let (span, text) = match fault {
        Fault::Moved { old_member, old, .. } | Fault::Removed { old_member, old, .. } => {
            (old_member.span, format!("it was at {old}"))
        }
        Fault::Retyped { old_member, old, .. } => (old_member.span, format!("it was `{old}`")),
        Fault::InReserved { old_member, .. } => (old_member.span, "reserved before".to_owned()),
        Fault::MadeFlexible { old_member, bound, .. } => {
            (old_member.span, format!("an array of {bound} before"))
        }
        Fault::Size { old, .. } => (change.old_span, format!("it had {old} bytes")),
        Fault::InPadding { .. } | Fault::AtEnd { .. } => {
            (change.old_span, "without that member before".to_owned())
        }
    };
    vec![Label { span, text }]
}

/// What a change breaks, as a note and for machines.
pub(super) fn breaking(mut finding: Finding, mut breaks: Vec<Breaks>) -> Finding {
    breaks.sort_unstable();
    breaks.dedup();
    let kinds: Vec<&str> = breaks.iter().map(|kind| words_of(*kind)).collect();
    if let Some((last, others)) = kinds.split_last() {
        let whom = match others {
            [] => (*last).to_owned(),
            _ => format!("{} and {last}", others.join(", ")),
        };
        // A warning about what is there already is one about what may be.
        let mild = finding.severity < Severity::Error && breaks != [Breaks::Source];
        let verb = if mild { "may break" } else { "breaks" };
        finding.notes.push(format!("this {verb} {whom}"));
    }
    finding.breaks = breaks;
    finding
}

fn words_of(kind: Breaks) -> &'static str {
    match kind {
        Breaks::Source => "programs that are compiled again",
        Breaks::Binary => "existing programs",
        Breaks::Binary32 => "32-bit programs on a 64-bit kernel",
    }
}

/// What a number says other than it did, in a sentence.
pub(super) fn number_change(change: &NumberChange) -> String {
    let mut parts = number_changes(change);
    match (parts.pop(), parts.as_slice()) {
        (None, _) => String::new(),
        (Some(last), []) => last,
        (Some(last), others) => format!("{} and {last}", others.join(", ")),
    }
}

/// What a number says other than it did, one by one: "the argument had 4 bytes and has 8".
pub(super) fn number_changes(change: &NumberChange) -> Vec<String> {
    let (old, new) = (change.old, change.new);
    let word = |direction: Option<Direction>| direction.map_or("invalid", Direction::name);
    let mut parts = Vec::new();
    if old.size != new.size {
        parts.push(format!(
            "the argument had {} and has {}",
            count(old.size.into(), "byte"),
            new.size
        ));
    }
    if old.direction != new.direction {
        let (was, is) = (word(old.direction), word(new.direction));
        parts.push(format!("the direction was {was} and is {is}"));
    }
    if old.type_letter != new.type_letter {
        let letter = |one: u8| crate::numbering::letter(one.into());
        let (was, is) = (letter(old.type_letter), letter(new.type_letter));
        parts.push(format!("the type was {was} and is {is}"));
    }
    if old.nr != new.nr {
        parts.push(format!("the nr was {:#04x} and is {:#04x}", old.nr, new.nr));
    }
    parts
}
