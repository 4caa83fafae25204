//! N009 shared-nr.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, Finding, Label, abi_words};

use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::includes::Includes;
use crate::names::{are_directions, are_versions};
use crate::numbering::{
    COMPARED, FreeNrs, are_aliases, by_place, common, equal_on, letter, not_all_compared, same_name,
};
use crate::objects::Objects;

declare_rule! {
    /// two commands of one interface with the same type and nr
    ///
    /// # What
    /// Two commands of one header, or of a header and one of its own family that it includes,
    /// differ in direction or size only; or they do not differ at all, and their names say that they
    /// are for different objects (`VFIO_DEVICE_…`, `VFIO_IOMMU_…`), which may be different files.
    /// Three commands of a header that begin alike make an object. Equal numbers for one object are
    /// N008's.
    ///
    /// Versions of a command (`FOO`, `FOO2`, `FOO_OLD`, `FOO32`) share their nr on purpose, and so
    /// do the two directions of one thing (`EVIOCGREP` and `EVIOCSREP`, `_IOR` and `_IOW`). A
    /// command that is called `DEPRECATED` gave its nr up.
    ///
    /// # Why
    /// The numbers differ, but a handler or a table that goes by nr, as DRM's and many drivers'
    /// do, takes one command for the other; and they become one number as soon as the sizes meet.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": nr is unique for
    /// a given type.
    ///
    /// # Example
    /// ```c
    /// #define MSHV_CREATE_PARTITION     _IOW(MSHV_IOCTL, 0x00, struct mshv_create_partition)
    /// #define MSHV_INITIALIZE_PARTITION _IO(MSHV_IOCTL, 0x00)
    /// ```
    ///
    /// # Fix
    /// Give one of them a free nr.
    SHARED_NR: "N009", "shared-nr", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let includes = Includes::new(cx.interface);
    let objects = Objects::new(cx.interface);
    let free = FreeNrs::new(cx);
    for ((type_letter, nr), commands) in by_place(cx) {
        let (place, all) = ((type_letter, nr), cx.interface.abis);
        findings.extend(not_all_compared(&SHARED_NR, place, &commands, |one| one.span, all));
        for (place, command) in commands.iter().enumerate() {
            let sharing: Vec<_> = commands[..place]
                .iter()
                .take(COMPARED)
                .copied()
                .filter(|other| share_by_mistake(cx, &includes, &objects, other, command))
                .collect();
            let Some(first) = sharing.first() else { continue };
            let mut finding = if let Some(different) = objects.different(first, command)
                && let equal = equal_on(cx, first, command)
                && !equal.is_empty()
            {
                same_number(command, first, equal, different)
            } else {
                same_nr(cx, command, first, &letter(type_letter), nr)
            };
            finding.related = sharing
                .iter()
                .map(|other| Label {
                    span: other.span,
                    text: format!("`{}` has the nr", other.name),
                })
                .collect();
            finding.fix = free.renumber(command);
            findings.push(finding);
        }
    }
}

fn same_nr(cx: &Context<'_>, command: &Command, first: &Command, letter: &str, nr: u32) -> Finding {
    let message = format!(
        "nr {nr:#04x} of type {letter} is `{}` too: code that goes by the nr takes one for the other",
        first.name,
    );
    let on = common(first, command);
    let mut finding = command_finding(&SHARED_NR, command, command.span, on, message);
    finding.label = differs(cx, first, command);
    finding
}

fn same_number(
    command: &Command,
    first: &Command,
    on: AbiSet,
    (theirs, ours): (&str, &str),
) -> Finding {
    let message = format!(
        "the same number as `{}` {}: if `{theirs}` and `{ours}` are different files, nothing \
         breaks, and if one file takes the commands of both, it can't tell them apart",
        first.name,
        abi_words::on(on, command.variants.abis()),
    );
    let mut finding = command_finding(&SHARED_NR, command, command.span, on, message);
    finding.label = format!("a number of `{theirs}` again");
    finding
}

fn share_by_mistake<'a>(
    cx: &Context<'a>,
    includes: &Includes,
    objects: &Objects<'a>,
    a: &'a Command,
    b: &'a Command,
) -> bool {
    !same_name(cx, &a.name, &b.name)
        && ![a, b].iter().any(|command| is_retired(cx, command))
        && includes.one_interface(cx.interface, a.span.file, b.span.file)
        && !are_versions(&a.name, &b.name)
        && !are_directions(&a.name, &b.name)
        && !are_aliases(cx, a, b)
        && !common(a, b).is_empty()
        && (equal_on(cx, a, b).is_empty() || objects.different(a, b).is_some())
}

/// Whether a command is kept for old programs only, by its name or by the one behind it.
fn is_retired(cx: &Context<'_>, command: &Command) -> bool {
    let body = command.variants.first();
    let behind = body.and_then(|body| cx.interface.definitions.name(body.span));
    [Some(command.name.as_str()), behind].into_iter().flatten().any(|it| it.contains("DEPRECATED"))
}

fn differs(cx: &Context<'_>, a: &Command, b: &Command) -> String {
    let Some(id) = common(a, b).first() else { return String::new() };
    let parts = |command: &Command| {
        let body = command.variants.get(id)?;
        Some((body.direction, cx.layouts.number(command, id)?.size))
    };
    let (Some(a), Some(b)) = (parts(a), parts(b)) else { return String::new() };
    match (a.0 == b.0, a.1 == b.1) {
        (true, _) => "only the size differs".into(),
        (_, true) => "only the direction differs".into(),
        _ => "only direction and size differ".into(),
    }
}
