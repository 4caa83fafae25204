//! V001 cannot-grow.

use ioctlkit_model::{Finding, Member, RecordBody};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::growth::{fixed_commands, is_structure_size};

declare_rule! {
    /// structure that says its own size, in a command whose number says it too
    ///
    /// # What
    /// The argument has a member for the size of the structure (`argsz`, or a `size` that its
    /// comment calls so), and the command's number holds the size as well, because the command is
    /// declared with a direction and a type.
    ///
    /// # Why
    /// The member is there so that the structure can grow: the kernel takes what the caller has
    /// and treats the rest as zero. But a structure that grew gives the command another number,
    /// and a kernel that compares whole numbers no longer knows the command of older programs, or
    /// of newer ones. The member then never helps. The header does not show how the handler
    /// compares; this rule asks that somebody looks. A command of the derive with `extensible(min_size = …)`
    /// says that its driver takes every size in the number, as generated ones do, and is left out.
    ///
    /// # Source
    /// The conventions of linux/vfio.h and linux/iommufd.h: `_IO`, and the size as the first
    /// member. The other way is shown in dev-tools/checkuapi.rst, "Struct Expansions": select by
    /// `_IOC_NR()` and pass `_IOC_SIZE()` to `copy_struct_from_user()`.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 argsz;
    ///         __u32 flags;
    /// };
    /// #define FOO_SET _IOW('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Keep one of the two: declare the command with `_IO` and read `argsz` bytes, or drop the
    /// member, match the command without its size, and take the size from the number. In both
    /// cases copy with `copy_struct_from_user()`.
    CANNOT_GROW: "V001", "cannot-grow", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records().iter().filter(|argument| argument.stated) {
        let Some(body) = argument.record.variants.first() else { continue };
        findings.extend(check_record(cx, argument, body));
    }
}

fn check_record(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    body: &RecordBody,
) -> Option<Finding> {
    let is_size = |member: &&Member| is_structure_size(cx.interface, argument.record, body, member);
    let member = body.members.iter().find(is_size)?;
    let commands = fixed_commands(cx.interface, argument);
    let command = *commands.first()?;
    let name = member.name.as_deref().unwrap_or_default();
    let mut finding = argument.finding(
        &CANNOT_GROW,
        member.name_span,
        argument.record.variants.abis().intersection(command.variants.abis()),
        format!(
            "`{name}` and the number of `{}` both hold the size: once the structure grows, older programs \
             and newer kernels reject each other's command unless the handler ignores the size in \
             the number",
            command.name
        ),
    );
    finding.command = Some(command.name.clone());
    finding.member.clone_from(&member.name);
    finding.label = "the size for a structure that can grow".into();
    finding.related.extend(commands.iter().map(|command| ioctlkit_model::Label {
        span: command.span,
        text: "the number holds the size too".into(),
    }));
    Some(finding)
}
