//! N008 duplicate-command.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Argument, Command, Finding, Label, Type, Variants, abi_words};

use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::includes::Includes;
use crate::names::are_versions;
use crate::numbering::{
    COMPARED, FreeNrs, are_aliases, by_place, common, equal, equal_on, not_all_compared, numbers,
    same_name,
};
use crate::objects::Objects;
use crate::words;

declare_rule! {
    /// two names for one full number in one interface
    ///
    /// # What
    /// Two commands of one header, or of a header and another one of the same driver that it includes,
    /// have the same direction, type, nr and size, and so the same number.
    ///
    /// Another name for a command (`#define TIOCINQ FIONREAD`) is left out, and so are versions of a
    /// command (`FOO` and `FOO_OLD`) that have the same number on some ABIs only. The command for
    /// 32-bit programs is reported where both pass an integer and have the same number on exactly the
    /// 32-bit ABIs (`FS_IOC32_GETFLAGS`): a program with a `case` for each builds on 64-bit ABIs only.
    ///
    /// N009 reports commands for different objects of one header: `VFIO_DEVICE_…` and `VFIO_IOMMU_…` go
    /// to different files, each with its own numbers. Three commands whose names begin alike make an
    /// object.
    ///
    /// # Why
    /// A handler cannot tell the two apart: one of them is never reached, or a `switch` with both does
    /// not compile. A filesystem in user space that handled `FS_IOC_GETFLAGS` and `FS_IOC32_GETFLAGS`
    /// in one `switch` did not build for 32-bit machines (mergerfs issue 90).
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": nr is unique for
    /// a given type.
    ///
    /// # Example
    /// ```c
    /// #define FOO_START _IOW('x', 3, struct foo_arg)
    /// #define FOO_STOP  _IOW('x', 3, struct foo_arg)
    /// ```
    ///
    /// # Fix
    /// Give one of them a free nr. Keep a command for 32-bit programs to where it is needed, with
    /// `#if __BITS_PER_LONG == 64` or, in the kernel, `#ifdef CONFIG_COMPAT`.
    DUPLICATE_COMMAND: "N008", "duplicate-command", Error, legacy Warning;
}

/// How many earlier commands with the number a finding shows; it counts the others. Showing all of them for each
/// command would make the report grow with the square of their number.
const SHOWN: usize = 8;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let includes = Includes::new(cx.interface);
    let objects = Objects::new(cx.interface);
    let free = FreeNrs::new(cx);
    for (place, commands) in by_place(cx) {
        let all = cx.interface.abis;
        let rule = &DUPLICATE_COMMAND;
        findings.extend(not_all_compared(rule, place, &commands, |one| one.span, all));
        let numbers: Vec<Variants<u32>> =
            commands.iter().map(|command| numbers(cx, command)).collect();
        for (place, command) in commands.iter().enumerate() {
            let twins: Vec<_> = commands[..place]
                .iter()
                .zip(&numbers)
                .take(COMPARED)
                .map(|(other, its)| (*other, equal(its, &numbers[place])))
                .filter(|(other, equal)| are_twins(cx, &includes, other, command, *equal))
                .map(|(other, _)| other)
                .filter(|other| objects.different(other, command).is_none())
                .collect();
            if let Some(first) = twins.first() {
                let fix = free.renumber(command);
                findings.push(Finding { fix, ..report(cx, command, first, &twins) });
            }
        }
    }
}

/// Whether two commands that have one number on the ABIs of `equal` are two for one.
fn are_twins(
    cx: &Context<'_>,
    includes: &Includes,
    a: &Command,
    b: &Command,
    equal: AbiSet,
) -> bool {
    if equal.is_empty()
        || same_name(cx, &a.name, &b.name)
        || !includes.one_interface(cx.interface, a.span.file, b.span.file)
        || are_aliases(cx, a, b)
        || are_views(cx, a, b)
    {
        return false;
    }
    let versions = are_versions(&a.name, &b.name) && equal != common(a, b);
    !versions || is_compat_twin(cx, a, b)
}

/// Whether one of two commands is the other for 32-bit programs (`FS_IOC32_GETFLAGS`): they are
/// one on exactly the 32-bit ABIs, where nothing needs both.
fn is_compat_twin(cx: &Context<'_>, a: &Command, b: &Command) -> bool {
    let of_32_bits = AbiSet::of(|abi| abi.pointer_size == 4).intersection(common(a, b));
    let marked = |name: &str| name.contains("32");
    // With structures of their own (`struct foo` and `struct foo32`) the kernel alone is meant.
    let scalar = |command: &Command| {
        let ty = command.variants.first().and_then(|body| body.argument.ty());
        let ty = ty.and_then(|ty| cx.interface.behind_typedefs(ty));
        matches!(ty, Some(Type::Scalar(_) | Type::Pointer(_)))
    };
    marked(&a.name) != marked(&b.name) && scalar(a) && scalar(b) && equal_on(cx, a, b) == of_32_bits
}

/// Whether two commands are one, with several types for what it holds: Rust has a generic structure
/// for the argument, and each command an instance of that.
fn are_views(cx: &Context<'_>, a: &Command, b: &Command) -> bool {
    let definition = |command: &Command| match command.variants.first()?.argument {
        Argument::Type(Type::Record(id)) => Some((id, cx.interface.record(id).span)),
        _ => None,
    };
    match (definition(a), definition(b)) {
        (Some((a, one)), Some((b, other))) => a != b && one == other,
        _ => false,
    }
}

fn report(cx: &Context<'_>, command: &Command, first: &Command, twins: &[&Command]) -> Finding {
    let on = equal_on(cx, first, command);
    let within = command.variants.abis();
    let compat = are_versions(&first.name, &command.name) && is_compat_twin(cx, first, command);
    let outcome = if compat {
        "a `switch` over both does not compile there"
    } else {
        "no handler can tell them apart"
    };
    let message =
        format!("the same number as `{}` {}: {outcome}", first.name, abi_words::on(on, within));
    let mut finding = command_finding(&DUPLICATE_COMMAND, command, command.span, on, message);
    if compat {
        finding.notes.push("only a 64-bit program or kernel needs both".into());
    }
    if let Some(numbered) = on.first().and_then(|id| cx.layouts.number(command, id)) {
        finding.label = format!("{:#010x} again", numbered.number);
    }
    let (shown, others) = twins.split_at(twins.len().min(SHOWN));
    finding.related = shown
        .iter()
        .map(|twin| Label { span: twin.span, text: format!("`{}` has it first", twin.name) })
        .collect();
    if !others.is_empty() {
        let others = words::count(others.len() as u64, "other command");
        finding.notes.push(format!("also the number of {others} before it"));
    }
    finding
}
