//! N009 shared-nr.

use std::collections::BTreeMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, FileId, Finding, Label, abi_words};

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
    /// Two commands of one header, or of a header and another one of the same driver that it includes,
    /// differ in direction or size only; or they do not differ at all, and their names say that they
    /// are for different objects (`VFIO_DEVICE_…`, `VFIO_IOMMU_…`), which may be different files. Three
    /// commands whose names begin alike make an object. N008 reports equal numbers for one object.
    ///
    /// Versions of a command (`FOO`, `FOO2`, `FOO_OLD`, `FOO32`) share their nr on purpose, and so do
    /// the two directions of one thing (`EVIOCGREP` and `EVIOCSREP`, `_IOR` and `_IOW`). The nr of a
    /// command that is called `DEPRECATED` may be used again.
    ///
    /// # Why
    /// The numbers differ, but a handler or a table that goes by nr, as DRM's and many drivers' do,
    /// confuses the two; and they become one number once their sizes are equal.
    ///
    /// A header that does so four times or more does so on purpose, and its commands are one finding.
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
    let mut shared = Vec::new();
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
            shared.push(finding);
        }
    }
    fold(&mut shared);
    findings.extend(shared);
}

/// A header in which so many commands share an nr with another one does so on purpose.
const ON_PURPOSE: usize = 4;

/// Has what a header does throughout say so once, without a new nr for each command. Equal nrs and equal
/// numbers are two things.
fn fold(shared: &mut [Finding]) {
    let is_number = |finding: &Finding| !finding.notes.is_empty();
    let mut of_files: BTreeMap<(FileId, bool), usize> = BTreeMap::new();
    for finding in &*shared {
        *of_files.entry((finding.span.file, is_number(finding))).or_default() += 1;
    }
    let is_habit = |file, is_number| {
        of_files.get(&(file, is_number)).is_some_and(|count| *count >= ON_PURPOSE)
    };
    for finding in shared {
        let (file, is_number) = (finding.span.file, is_number(finding));
        if is_habit(file, is_number) && !(is_number && is_habit(file, false)) {
            finding.is_habit = true;
            finding.fix = None;
        }
    }
}

fn same_nr(cx: &Context<'_>, command: &Command, first: &Command, letter: &str, nr: u32) -> Finding {
    let message = format!(
        "nr {nr:#04x} of type {letter} is also `{}`: code that looks only at the nr confuses them",
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
        "the same number as `{}` {}",
        first.name,
        abi_words::on(on, command.variants.abis()),
    );
    let mut finding = command_finding(&SHARED_NR, command, command.span, on, message);
    finding.label = format!("a number of `{theirs}` again");
    finding.notes = vec![
        format!("if `{theirs}` and `{ours}` are different files, nothing breaks"),
        "a file that takes the commands of both cannot tell them apart".into(),
    ];
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
