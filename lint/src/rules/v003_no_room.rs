//! V003 no-room.

use std::collections::HashMap;

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{Command, CommandBody, DriverCode, Finding};

use crate::context::{ArgumentRecord, Context};
use crate::growth::{fixed_commands, has_room};
use crate::{conventions, declare_rule};

declare_rule! {
    /// argument structure with neither flags nor reserved members
    ///
    /// # What
    /// The structure that a command takes has no member that a later version could give a meaning:
    /// no flags, nothing reserved, no size of its own, neither in itself nor in a structure that it
    /// holds by value.
    ///
    /// # Why
    /// First versions of an interface are rarely the last. Without flags that the kernel checks today,
    /// it cannot tell tomorrow whether a program knows an extension, and any new member changes the
    /// size and with it the command's number.
    ///
    /// Commands of DRM, amdkfd and FireWire are left out: their dispatchers find the handler by the
    /// nr, copy as many bytes as the number says, and fill the rest with zeros. A member that a later
    /// version adds at the end is zero in an old program.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst, "Basics": have a plan for extending
    /// ioctls, and check all unused members and flags for zero. `drm_ioctl` in
    /// drivers/gpu/drm/drm_ioctl.c, `kfd_ioctl` in kfd_chardev.c, `dispatch_ioctl` in
    /// firewire/core-cdev.c.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 channel;
    ///         __u32 value;
    /// };
    /// #define FOO_SET _IOW('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Add a `__u32 flags`, and `__u32 reserved[]` of a few words, and fail with `EINVAL` if any
    /// bit without a meaning is set.
    NO_ROOM: "V003", "no-room", Info, legacy off;
}

/// By the name of a command, the structures of the tables that its handlers stand in.
type Tables<'a> = HashMap<&'a str, Vec<&'a str>>;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let tables = tables(&cx.interface.code);
    for argument in cx.argument_records().iter().filter(|argument| argument.stated) {
        findings.extend(check_record(cx, &tables, argument));
    }
}

fn tables(code: &DriverCode) -> Tables<'_> {
    let mut of_handlers: HashMap<u32, Vec<&str>> = HashMap::new();
    for table in &code.tables {
        let slots = [&table.native, &table.compat].into_iter().flatten();
        for place in slots.filter_map(|slot| slot.handler) {
            of_handlers.entry(place).or_default().push(&table.structure);
        }
    }
    let mut tables = Tables::new();
    for (place, structures) in of_handlers {
        for command in &code.handlers[place as usize].commands {
            tables.entry(&command.name).or_default().extend(&structures);
        }
    }
    tables
}

fn check_record(
    cx: &Context<'_>,
    tables: &Tables<'_>,
    argument: &ArgumentRecord<'_>,
) -> Option<Finding> {
    let record = argument.record;
    let (abis, body) = record.variants.iter().next()?;
    let abi = abis.first()?;
    if record.kind != RecordKind::Struct || has_room(cx.interface, record, body, abi) {
        return None;
    }
    let commands = fixed_commands(cx.interface, argument);
    let command = commands.into_iter().find(|command| !is_extended(tables, command, argument))?;
    let mut finding = argument.finding(
        &NO_ROOM,
        record.span,
        record.variants.abis().intersection(command.variants.abis()),
        format!("`{}` cannot be extended: it has neither flags nor reserved members", command.name),
    );
    finding.notes.push("a new member changes the size, and with it the number".into());
    finding.command = Some(command.name.clone());
    finding.is_habit = true;
    finding.label = "neither flags nor reserved members".into();
    Some(finding)
}

/// Whether a dispatcher stands in front of the handler that makes an old program's argument as long as the
/// new one.
fn is_extended(tables: &Tables<'_>, command: &Command, argument: &ArgumentRecord<'_>) -> bool {
    let structures = tables.get(command.name.as_str()).into_iter().flatten().copied();
    let name = argument.record.name.as_deref().unwrap_or_default();
    let by_argument = |(_, body): (AbiSet, &CommandBody)| {
        conventions::copies_argument_by_number(body.type_letter, name)
    };
    conventions::copies_by_number(&command.name, structures).is_some()
        || command.variants.iter().all(by_argument)
}
