//! L011 unfixed-integer.

use ioctlkit_model::{Edit, Finding, Fix, Safety};

use crate::classify::{self, Class, ClassifiedMember};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::{edits, words};

declare_rule! {
    /// integers that are not spelled with the kernel's fixed-width names
    ///
    /// # What
    /// Members are `short`, `int`, `long long` or unsigned ones, or go by C99's, BSD's or the kernel's
    /// internal names (`uint32_t`, `u_int32_t`, `u32`). There is one finding for the whole structure.
    /// Bytes are left out, and so are typedefs with a meaning of their own and commands whose whole
    /// argument is an `int`.
    ///
    /// # Why
    /// Each of these types has the same width on every Linux ABI, so nothing breaks. But UAPI headers
    /// must not include the header that C99's names need, and `u32` does not exist in user space.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst: "Only use fixed sized integers" and
    /// "the kernel has its own special types `__u32`, `__s64`. Use them".
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         int fd;
    ///         unsigned int flags;
    /// };
    /// ```
    ///
    /// # Fix
    /// ```c
    /// struct foo {
    ///         __s32 fd;
    ///         __u32 flags;
    /// };
    /// ```
    UNFIXED_INTEGER: "L011", "unfixed-integer", Info, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // What C source defines for itself, such as the 32-bit twin of a structure, no program includes.
    let is_exported = |argument: &&ArgumentRecord<'_>| {
        let path = cx.interface.sources.path(argument.record.span);
        path.extension().is_none_or(|extension| extension != "c")
    };
    for argument in cx.argument_records().iter().filter(is_exported) {
        let members: Vec<_> = classify::members(cx, argument)
            .iter()
            .filter(|found| found.subject.member.bits.is_none())
            .filter_map(|found| match found.class {
                Class::Unfixed(fixed) => Some((found, fixed)),
                _ => None,
            })
            .collect();
        if let Some(((first, fixed), others)) = members.split_first() {
            findings.push(report(cx, argument, first, fixed, others));
        }
    }
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    first: &ClassifiedMember<'_>,
    fixed: &'static str,
    others: &[(&ClassifiedMember<'_>, &'static str)],
) -> Finding {
    let name = |found: &ClassifiedMember<'_>| {
        words::member(cx.interface, found.subject.body, found.subject.index)
    };
    let names: Vec<String> = others.iter().map(|(found, _)| name(found)).collect();
    let spelled = cx.spelling.ty(first.subject.member.ty.innermost_element());
    let verb = if names.is_empty() { "is" } else { "are" };
    let others_too = if names.is_empty() { "" } else { " and the like" };
    let instead = cx.spelling.fixed(fixed);
    let message = format!(
        "{} {verb} `{spelled}`{others_too}: UAPI structures use `{instead}`, which is spelled with its width",
        words::and_more(&name(first), &names),
    );
    let retype = |found: &ClassifiedMember<'_>, kernel: &'static str| {
        edits::retype(&cx.interface.sources, found.subject.member, cx.spelling.fixed(kernel))
    };

    let edits: Vec<Edit> = retype(first, fixed)
        .into_iter()
        .chain(others.iter().filter_map(|(found, fixed)| retype(found, fixed)))
        .collect();
    let mut finding =
        argument.member_finding(&UNFIXED_INTEGER, first.subject.member, first.abis, message);
    finding.is_habit = true;
    finding.label = format!("`{instead}` on every ABI");
    finding.fix =
        Some(Fix { message: format!("use `{instead}`{others_too}"), edits, safety: Safety::Safe });
    finding
}
