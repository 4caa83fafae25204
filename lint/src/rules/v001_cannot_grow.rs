//! V001 cannot-grow.

use ioctlkit_model::{Finding, Member, RecordBody, Type};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::growth::{fixed_commands, is_structure_size};

declare_rule! {
    /// structure with its own size, in a command whose number also has the size
    ///
    /// # What
    /// The argument has a member for the size of the structure (`argsz`, or a `size` that its comment
    /// calls so), and the command's number holds the size as well, because the command is declared with
    /// a direction and a type. A structure that ends in a flexible array is left out: its size is that
    /// of the array.
    ///
    /// # Why
    /// The member exists so that the structure can grow: the kernel copies what the caller has and
    /// treats the rest as zero. But a larger structure changes the command's number, and a kernel that
    /// compares whole numbers no longer knows the command of older or newer programs, so the member
    /// never helps. The header does not show how the handler compares, and somebody has to check. A
    /// command of the derive with `extensible(min_size = …)` says that its driver accepts every size in
    /// the number, as generated ones do, and is left out.
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
    /// Use only one of the two: declare the command with `_IO` and read `argsz` bytes, or drop the
    /// member, match the command without its size, and take the size from the number. In both cases
    /// copy with `copy_struct_from_user()`.
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
    // The size is then that of the array, and not of a structure that grows.
    if body.members.last().is_some_and(|member| matches!(member.ty, Type::FlexibleArray(_))) {
        return None;
    }
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
            "`{name}` and the number of `{}` both hold the size, so the structure cannot grow",
            command.name
        ),
    );
    finding.notes.push(
        "if it grows, old programs and new kernels reject each other's command, unless the handler \
         ignores the size in the number"
            .into(),
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
