//! V003 no-room.

use ioctlkit_abi::RecordKind;
use ioctlkit_model::Finding;

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::growth::{has_room, sized_commands};

declare_rule! {
    /// argument structure with neither flags nor reserved members
    ///
    /// # What
    /// The structure that a command takes has no member that a later version could give a meaning:
    /// no flags, nothing reserved, no size of its own, neither in itself nor in a structure that it
    /// holds by value.
    ///
    /// # Why
    /// First versions of an interface are rarely the last. Without flags that the kernel checks
    /// today, it cannot tell tomorrow whether a program knows of an extension, and any new member
    /// changes the size and with it the command's number.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst, "Basics": have a plan for extending
    /// ioctls, and check all unused members and flags for zero.
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

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records().iter().filter(|argument| argument.stated) {
        findings.extend(check_record(cx, argument));
    }
}

fn check_record(cx: &Context<'_>, argument: &ArgumentRecord<'_>) -> Option<Finding> {
    let record = argument.record;
    let (abis, body) = record.variants.iter().next()?;
    let abi = abis.first()?;
    if record.kind != RecordKind::Struct || has_room(cx.interface, record, body, abi) {
        return None;
    }
    let commands = sized_commands(cx.interface, argument);
    let command = *commands.first()?;
    let mut finding = argument.finding(
        &NO_ROOM,
        record.span,
        record.variants.abis().intersection(command.variants.abis()),
        format!(
            "`{}` cannot be extended: it has neither flags nor reserved members, and a new member changes \
             the number",
            command.name
        ),
    );
    finding.command = Some(command.name.clone());
    finding.label = "neither flags nor reserved members".into();
    Some(finding)
}
