//! N008 duplicate-command.

use ioctlkit_model::{Argument, Command, Finding, Label, Type, abi_words};

use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::includes::Includes;
use crate::names::are_versions;
use crate::numbering::{are_aliases, by_place, common, equal_on, same_name, FreeNrs};
use crate::objects::Objects;

declare_rule! {
    /// two names for one full number in one interface
    ///
    /// # What
    /// Two commands of one header, or of a header and one of its own family that it includes,
    /// have the same direction, type, nr and size, and so the same number.
    ///
    /// A name that is defined as the other (`#define TIOCINQ FIONREAD`) is meant, and so are
    /// versions of a command (`FOO` and `FOO32`) that only some ABIs can't tell apart.
    ///
    /// Commands for different objects of one header, as their names have it, are N009's: `VFIO_DEVICE_…`
    /// and `VFIO_IOMMU_…` go to different files, each with numbers of its own. Three commands that
    /// begin alike make an object.
    ///
    /// # Why
    /// A handler can't tell the two apart: one of them is never reached, or a `switch` with both
    /// does not compile.
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
    /// Give one of them a free nr.
    DUPLICATE_COMMAND: "N008", "duplicate-command", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let includes = Includes::new(cx.interface);
    let objects = Objects::new(cx.interface);
    let free = FreeNrs::new(cx);
    for commands in by_place(cx).values() {
        for (place, command) in commands.iter().enumerate() {
            let twins: Vec<_> = commands[..place]
                .iter()
                .copied()
                .filter(|other| are_twins(cx, &includes, other, command))
                .filter(|other| objects.different(other, command).is_none())
                .collect();
            if let Some(first) = twins.first() {
                let fix = free.renumber(command);
                findings.push(Finding { fix, ..report(cx, command, first, &twins) });
            }
        }
    }
}

fn are_twins(cx: &Context<'_>, includes: &Includes, a: &Command, b: &Command) -> bool {
    if same_name(cx, &a.name, &b.name)
        || !includes.one_interface(cx.interface, a.span.file, b.span.file)
        || are_aliases(cx, a, b)
        || are_views(cx, a, b)
    {
        return false;
    }
    let equal = equal_on(cx, a, b);
    !(equal.is_empty() || (are_versions(&a.name, &b.name) && equal != common(a, b)))
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
    let mut finding = command_finding(
        &DUPLICATE_COMMAND,
        command,
        command.span,
        on,
        format!(
            "the same number as `{}` {}: a handler that has both can't tell them apart",
            first.name,
            abi_words::on(on, within),
        ),
    );
    if let Some(numbered) = on.first().and_then(|id| cx.layouts.number(command, id)) {
        finding.label = format!("{:#010x} again", numbered.number);
    }
    finding.related = twins
        .iter()
        .map(|twin| Label { span: twin.span, text: format!("`{}` has it first", twin.name) })
        .collect();
    finding
}
