//! V002 size-not-first.

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{Finding, Member, Record};

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::growth::is_structure_size;

declare_rule! {
    /// size of a structure that is not its first member
    ///
    /// # What
    /// A structure has a member for its own size (`argsz`, or a `size` that its comment calls so) after
    /// other members.
    ///
    /// # Why
    /// The kernel reads the size before it knows how much it may copy. If the size comes first, one
    /// piece of code can do so for every command. Otherwise the kernel has to trust that the caller's
    /// structure reaches that far, and the members before the size can never change.
    ///
    /// # Source
    /// The conventions of linux/vfio.h (`argsz`) and linux/iommufd.h (`size`), which both begin
    /// every structure so; `copy_struct_from_user()` in linux/uaccess.h.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 flags;
    ///         __u32 argsz;
    /// };
    /// #define FOO_SET _IO('x', 1)
    /// ```
    ///
    /// # Fix
    /// Put it first.
    SIZE_NOT_FIRST: "V002", "size-not-first", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        let found = check_record(cx, argument.record).map(|found| Finding {
            command: argument.commands.first().map(|command| command.name.clone()),
            ..found
        });
        findings.extend(found);
    }
    // Commands that leave the size to the structure are declared with `_IO` and do not name it.
    for (index, record) in cx.interface.records.iter().enumerate() {
        let has_argsz = record.variants.iter().any(|(_, body)| {
            body.members.iter().any(|member| member.name.as_deref() == Some("argsz"))
        });
        if !has_argsz {
            continue;
        }
        let is_asked_for =
            cx.interface.headers.iter().any(|header| header.file == record.span.file);
        let is_carried = cx.argument_records().iter().any(|argument| argument.id.index() == index);
        if is_asked_for && !is_carried {
            findings.extend(check_record(cx, record));
        }
    }
}

fn check_record(cx: &Context<'_>, record: &Record) -> Option<Finding> {
    if record.kind != RecordKind::Struct {
        return None;
    }
    let (abis, body) = record.variants.iter().next()?;
    let is_size = |member: &Member| is_structure_size(cx.interface, record, body, member);
    let index = body.members.iter().position(is_size)?;
    let (member, first) = (&body.members[index], body.members.first()?);
    if index == 0 {
        return None;
    }
    let name = member.name.as_deref().unwrap_or_default();
    let mut found = finding(
        &SIZE_NOT_FIRST,
        member.name_span,
        abis,
        format!(
            "the kernel has to copy what comes before `{name}` before it knows how much the caller \
             has"
        ),
    );
    found.record = Some(cx.spelling.record(record));
    found.member.clone_from(&member.name);
    found.label = match &first.name {
        Some(first) => format!("belongs before `{first}`"),
        None => "belongs at the start".into(),
    };
    Some(found)
}
