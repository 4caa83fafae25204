//! C006 conditional-member.

use ioctlkit_model::{Condition, Finding, Label, Member, Span};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;

declare_rule! {
    /// member of an argument under an `#if` that tests the architecture or the byte order
    ///
    /// # What
    /// Members of an argument structure exist, or come in another order, only for certain
    /// architectures, word sizes or byte orders.
    ///
    /// # Why
    /// The one name then means several structures. A 64-bit kernel compiles one branch and its 32-bit
    /// programs may compile the other; bindings for other languages, decoders and fuzzers are made from
    /// one branch and are wrong on the machines of the other.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout": compatible data structures
    /// have the same layout on all architectures.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    /// #ifdef __BIG_ENDIAN
    ///         __u32 high, low;
    /// #else
    ///         __u32 low, high;
    /// #endif
    /// };
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Use one definition for all: a wider integer in place of its halves, and shifts and masks in
    /// place of bit-fields that are listed twice.
    CONDITIONAL_MEMBER: "C006", "conditional-member", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        findings.extend(check_record(cx, argument));
    }
}

/// One finding for each structure: the branches of one `#if` belong together.
fn check_record(cx: &Context<'_>, argument: &ArgumentRecord<'_>) -> Option<Finding> {
    let mut conditional: Vec<(&Member, &Condition)> = argument
        .members()
        .filter_map(|(_, _, member)| Some((member, member.condition.as_ref()?)))
        .collect();
    conditional.sort_by_key(|(member, _)| member.name_span);
    conditional.dedup_by_key(|(member, _)| member.name_span);
    let (member, condition) = *conditional.first()?;
    let name = member.name.as_deref().unwrap_or("(anonymous)");
    let abis = argument.record.variants.abis();
    let mut finding = argument.finding(
        &CONDITIONAL_MEMBER,
        member.name_span,
        abis,
        format!("{} depends on the machine: `{}`", argument.words(), condition.text.trim()),
    );
    finding.notes.push("bindings and decoders made on one machine are wrong on another".into());
    finding.member.clone_from(&member.name);
    let decider = cx.spelling.about_condition();
    finding.label = match conditional.len() {
        1 => format!("`{name}` depends on {decider}"),
        2 => format!("`{name}` and 1 other member depend on {decider}"),
        more => format!("`{name}` and {} other members depend on {decider}", more - 1),
    };
    let mut directives: Vec<Span> = conditional.iter().map(|(_, at)| at.span).collect();
    directives.sort_unstable();
    directives.dedup();
    finding
        .related
        .extend(directives.into_iter().map(|span| Label { span, text: "decided here".into() }));
    Some(finding)
}
