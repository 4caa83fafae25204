//! L001 implicit-hole.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Edit, Finding, Fix, Gap, Member, RecordBody, Safety, Span};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;

declare_rule! {
    /// padding between the members of an argument structure
    ///
    /// # What
    /// A member starts later than the one before it ends, on at least one ABI, because the
    /// compiler aligned it.
    ///
    /// # Why
    /// Where the padding differs between ABIs, 32-bit programs and the 64-bit kernel read
    /// different members. Where it does not, the kernel still copies padding bytes to user space,
    /// and unless it cleared them they hold whatever was on its stack: an information leak.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "Information leaks";
    /// process/botching-up-ioctls.rst: "Pad the entire struct to a multiple of 64-bits".
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 a;
    ///         __u64 b;        /* 4 bytes of padding before b, except on i386 */
    /// };
    /// ```
    ///
    /// # Fix
    /// Say what the bytes are: add a reserved member of that size, and check in the driver that
    /// user space passes zero.
    /// ```c
    /// struct foo {
    ///         __u32 a;
    ///         __u32 reserved0;
    ///         __u64 b;
    /// };
    /// ```
    IMPLICIT_HOLE: "L001", "implicit-hole", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for (abis, body) in argument.record.variants.iter() {
            for index in 1..body.members.len() {
                check_member(cx, argument, abis, body, index, findings);
            }
        }
    }
}

fn check_member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    abis: AbiSet,
    body: &RecordBody,
    index: usize,
    findings: &mut Vec<Finding>,
) {
    // The same member may be preceded by holes of different widths: one finding says them all.
    let mut widths: Vec<(u64, AbiSet)> = Vec::new();
    for abi in abis {
        let Ok(layout) = cx.layouts.record(argument.id, abi) else { continue };
        let gap = layout.gaps().into_iter().find(|gap: &Gap| gap.before == Some(index));
        let bits = gap.map_or(0, |gap| gap.bits);
        match widths.iter_mut().find(|(known, _)| *known == bits) {
            Some((_, on)) => on.insert(abi),
            None => widths.push((bits, AbiSet::only(abi))),
        }
    }
    // Bits left over between bit-fields are L008's to speak of.
    let holes: Vec<_> =
        widths.iter().copied().filter(|(bits, _)| *bits >= 8 && bits.is_multiple_of(8)).collect();
    let Some((widest, _)) = holes.iter().max_by_key(|(bits, _)| *bits) else { return };
    let bytes = widest / 8;
    let on = holes.iter().fold(AbiSet::EMPTY, |all, (_, on)| all.union(*on));
    let member = &body.members[index];
    let before = &body.members[index - 1];
    let mut finding = argument.finding(
        &IMPLICIT_HOLE,
        member.name_span,
        on,
        format!(
            "{bytes} byte{} of padding before `{}`",
            if bytes == 1 { "" } else { "s" },
            name(member),
        ),
    );
    finding.member.clone_from(&member.name);
    finding.label = format!("starts {bytes} bytes after `{}` ends", name(before));
    finding.fix = Some(reserved_member(before.span, body, bytes));
    findings.push(finding);
}

fn name(member: &Member) -> &str {
    member.name.as_deref().unwrap_or("(anonymous)")
}

/// Suggests a reserved member of `bytes` bytes behind the member at `after`.
fn reserved_member(after: Span, body: &RecordBody, bytes: u64) -> Fix {
    let number = body.members.iter().filter(|member| member.is_reserved()).count();
    let declaration = match bytes {
        1 => format!("__u8 reserved{number};"),
        2 => format!("__u16 reserved{number};"),
        4 => format!("__u32 reserved{number};"),
        _ => format!("__u8 reserved{number}[{bytes}];"),
    };
    let end = Span { start: after.end, ..after };
    Fix {
        message: format!("add `{declaration}` in its place, and reject what is not zero"),
        edits: vec![Edit { span: end, replacement: format!(";\n\t{}", declaration.trim_end_matches(';')) }],
        safety: Safety::ChangesAbi,
    }
}
