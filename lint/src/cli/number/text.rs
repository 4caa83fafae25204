//! Numbers and commands in words.

use std::io::{self, Write};

use ioctlkit_abi::{AbiId, AbiSet, Decoded, Direction, Encoding};
use ioctlkit_model::{Command, Layouts, NotUnderstood, Span, WideTime};
use ioctlkit_report::Style;

use ioctl_lint::kernel_copies;
use ioctl_lint::numbered::Numbered;

use super::expression::Expression;
use super::grouped;
use crate::cli::layout::{shown, wrapped};
use crate::cli::terminal::bold;
use ioctl_lint::abi_facts::encoding_name;
use ioctlkit_report::visible::ShownPath as _;

/// What a number means in each encoding.
pub(super) fn write_decoded(
    number: u32,
    within: AbiSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}  {number}", bold(&format!("{number:#010x}"), style))?;
    for encoding in Encoding::ALL {
        let abis = AbiSet::of(|abi| abi.encoding == encoding).intersection(within);
        if abis.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", bold(&decoded(encoding.decode(number)), style))?;
        let size = encoding_name(encoding);
        writeln!(out, "  size field of {size}:\n{}", wrapped(abis))?;
    }
    writeln!(out)
}

fn decoded(decoded: Decoded) -> String {
    let Decoded { direction, type_letter, nr, size } = decoded;
    let letter = if type_letter.is_ascii_graphic() && !b"'\\".contains(&type_letter) {
        format!("'{}'", type_letter as char)
    } else {
        format!("{type_letter:#04x}")
    };
    match direction {
        Some(Direction::None) if size == 0 => format!("_IO({letter}, {nr})"),
        Some(Direction::None) => format!("_IOC(_IOC_NONE, {letter}, {nr}, {size})"),
        Some(direction) => {
            let name = direction.macro_name();
            let plural = if size == 1 { "" } else { "s" };
            format!("{name}({letter}, {nr}, {size} byte{plural})")
        }
        None => format!("no command: its bits are no direction (type {letter}, nr {nr})"),
    }
}

/// The number of an expression on each ABI, grouped.
pub(super) fn write_encoded(
    spelling: &str,
    expression: &Expression,
    within: AbiSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let groups = grouped(within, |abi| {
        expression.encode(abi.abi()).map(|encoded| match encoded {
            Ok(number) => format!("{number:#010x}"),
            Err(error) => format!("no number: {error}"),
        })
    });
    writeln!(out, "{}", bold(spelling, style))?;
    write_groups(&groups, within, style, out)
}

/// What a search for a name came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Found {
    /// Nothing has that name.
    Nothing,
    /// Something has, and its number is known on some ABI or depends on an argument.
    Known,
    /// Something has, and some number of it is not known; the output gives the reason.
    NotUnderstood,
}

/// Each command, raw number or family of that name.
pub(in crate::cli) fn write_named(
    layouts: &Layouts<'_>,
    name: &str,
    within: AbiSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<Found> {
    let interface = layouts.interface();
    let (mut found, mut unknown) = (false, false);
    let mut covered = AbiSet::EMPTY;
    let is_meant =
        |command: &&Command| command.name == name || command.c_name.as_deref() == Some(name);
    for command in interface.commands.iter().filter(is_meant) {
        write_place(layouts, name, command.span, style, out)?;
        let groups = grouped(within, |abi| numbered(layouts, command, abi));
        covered = covered.union(command.variants.abis());
        write_groups(&groups, within, style, out)?;
        let reasons = grouped(within, |abi| {
            let reason = layouts.why_no_number(command.variants.get(abi)?, abi)?;
            Some(format!("no number: {reason}"))
        });
        write_groups(&reasons, within, style, out)?;
        write_copies(layouts, Numbered::Command(command), within, out)?;
        found |= !groups.is_empty();
        unknown |= !reasons.is_empty();
    }
    for raw in interface.raw_numbers.iter().filter(|raw| raw.name == name) {
        write_place(layouts, name, raw.span, style, out)?;
        let number = |number: &u32| format!("{number:#x}, a plain number");
        let groups = grouped(within, |abi| raw.variants.get(abi).map(number));
        covered = covered.union(raw.variants.abis());
        write_groups(&groups, within, style, out)?;
        write_copies(layouts, Numbered::Raw(raw), within, out)?;
        found = true;
    }
    for family in interface.families.iter().filter(|family| family.name == name) {
        write_place(layouts, name, family.span, style, out)?;
        let parameters = family.parameters.join(", ");
        writeln!(out, "  a family, with a number for each argument:")?;
        writeln!(out, "  {name}({parameters}) is {}", family.expansion)?;
        covered = within;
        found = true;
    }
    if let Some(wide) = WideTime::of(layouts) {
        for (command, _) in wide.commands().filter(|(command, _)| is_meant(command)) {
            let groups = grouped(within, |abi| {
                let numbered = wide.number(&command.name, abi)?;
                let plural = if numbered.size == 1 { "" } else { "s" };
                Some(format!(
                    "{:#010x}  {} byte{plural}, in programs with a 64-bit time_t",
                    numbered.number, numbered.size
                ))
            });
            if !found && !groups.is_empty() {
                write_place(wide.layouts(), name, command.span, style, out)?;
            }
            write_groups(&groups, within, style, out)?;
            found |= !groups.is_empty();
            covered = groups.iter().fold(covered, |covered, (_, abis)| covered.union(*abis));
        }
    }
    let reported = interface.not_understood.iter().filter(|it| it.name == name);
    for NotUnderstood { span, abis, reason, .. } in reported {
        write_place(layouts, name, *span, style, out)?;
        let groups = [(format!("no number: {reason}"), abis.intersection(within))];
        write_groups(&groups, within, style, out)?;
        covered = covered.union(*abis);
        unknown = true;
    }
    let elsewhere = within.difference(covered);
    if (found || unknown) && !elsewhere.is_empty() {
        let groups = [("no definition in what was read".to_owned(), elsewhere)];
        write_groups(&groups, within, style, out)?;
    }
    Ok(match (unknown, found) {
        (true, _) => Found::NotUnderstood,
        (false, true) => Found::Known,
        (false, false) => Found::Nothing,
    })
}

/// `0xc020660b  _IOWR('f', 11, struct fiemap)  32 bytes`.
fn numbered(layouts: &Layouts<'_>, command: &Command, abi: AbiId) -> Option<String> {
    let numbered = layouts.number(command, abi)?;
    let warning = if numbered.fits { "" } else { ", which does not fit the number" };
    let plural = if numbered.size == 1 { "" } else { "s" };
    Some(format!("{:#010x}  {} byte{plural}{warning}", numbered.number, numbered.size))
}

/// Every command that has the number on some ABI. Returns how many.
pub(super) fn write_commands_with(
    layouts: &Layouts<'_>,
    number: u32,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let interface = layouts.interface();
    let mut count = 0;
    for numbered in Numbered::all(interface) {
        let has = |abi: &AbiId| match numbered {
            Numbered::Command(command) => layouts.has_number(command, *abi, number),
            _ => numbered.number(layouts, *abi) == Some(number),
        };
        let on: AbiSet = interface.abis.iter().filter(has).collect();
        if !on.is_empty() {
            write_place(layouts, numbered.name(), numbered.span(), style, out)?;
            writeln!(out, "{}", shown(on, interface.abis))?;
            write_copies(layouts, numbered, on, out)?;
            count += 1;
        }
    }
    let Some(wide) = WideTime::of(layouts) else { return Ok(count) };
    for (command, abis) in wide.commands() {
        let has =
            |abi: &AbiId| wide.number(&command.name, *abi).is_some_and(|n| n.number == number);
        let on: AbiSet = abis.iter().filter(has).collect();
        if !on.is_empty() {
            write_place(wide.layouts(), &command.name, command.span, style, out)?;
            writeln!(out, "  in programs with a 64-bit time_t")?;
            writeln!(out, "{}", shown(on, interface.abis))?;
            count += 1;
        }
    }
    Ok(count)
}

/// What the kernel does with the argument, where the number does not say it.
fn write_copies(
    layouts: &Layouts<'_>,
    numbered: Numbered<'_>,
    abis: AbiSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    for sentence in kernel_copies::sentences(layouts, numbered, abis) {
        writeln!(out, "  {sentence}")?;
    }
    Ok(())
}

fn write_place(
    layouts: &Layouts<'_>,
    name: &str,
    span: Span,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let sources = &layouts.interface().sources;
    let line = sources.position(span).line;
    writeln!(out, "{}  {}:{line}", bold(name, style), sources.path(span).shown())
}

fn write_groups(
    groups: &[(String, AbiSet)],
    within: AbiSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (value, abis) in groups {
        writeln!(out, "  {}", bold(value, style))?;
        writeln!(out, "{}", shown(*abis, within))?;
    }
    Ok(())
}
