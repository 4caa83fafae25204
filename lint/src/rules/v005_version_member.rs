//! V005 version-member.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Command, Finding, Interface, Member, Type};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::growth::sized_commands;

declare_rule! {
    /// version number in an argument that the kernel reads
    ///
    /// # What
    /// A structure that user space passes in starts with a member named `version` or the like, so that
    /// one command has several meanings. Commands that return a version, by their name or because the
    /// kernel only writes the argument, are left out.
    ///
    /// # Why
    /// The kernel and everything that decodes the command have to support every version of the
    /// structure under one number for ever. Changing what an existing command means tends to break
    /// existing programs.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Interface versions".
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 version;
    ///         __u32 value;
    /// };
    /// #define FOO_SET _IOW('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Add a command with a new number for each new meaning; the old one can be a wrapper around
    /// it. For additions use flags and reserved members.
    VERSION_MEMBER: "V005", "version-member", Info, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records().iter().filter(|argument| argument.stated) {
        findings.extend(check_record(cx, argument));
    }
}

fn check_record(cx: &Context<'_>, argument: &ArgumentRecord<'_>) -> Option<Finding> {
    let (abis, body) = argument.record.variants.iter().next()?;
    let abi = abis.first()?;
    // What selects the meaning of the rest is at the start; further down, a version is data, such
    // as that of the hardware.
    let mut start = body.members.iter().take(2);
    let member = start.find(|member| is_version(cx.interface, member, abi))?;
    let command =
        *sized_commands(cx.interface, argument).iter().find(|command| is_overloaded(command))?;
    let name = member.name.as_deref().unwrap_or_default();
    let mut finding = argument.finding(
        &VERSION_MEMBER,
        member.name_span,
        argument.record.variants.abis().intersection(command.variants.abis()),
        format!("`{name}` gives `{}` several meanings", command.name),
    );
    finding.notes.push("the kernel and every decoder have to keep all of them".into());
    finding.command = Some(command.name.clone());
    finding.member.clone_from(&member.name);
    finding.label = "selects a meaning".into();
    Some(finding)
}

fn is_version(interface: &Interface, member: &Member, abi: AbiId) -> bool {
    const NAMES: [&str; 7] = [
        "version",
        "ver",
        "struct_version",
        "abi_version",
        "api_version",
        "interface_version",
        "iface_version",
    ];
    let named = member.name.as_deref().is_some_and(|name| NAMES.contains(&name));
    let element = interface.resolved(&member.ty, abi).map(Type::innermost_element);
    named && matches!(element, Some(Type::Scalar(_) | Type::Typedef(_)))
}

fn is_overloaded(command: &Command) -> bool {
    let name = command.name.to_ascii_uppercase();
    let asks_for_version = name.contains("VERSION") || name.ends_with("_VER");
    !asks_for_version && command.variants.iter().any(|(_, body)| body.direction.kernel_reads())
}
