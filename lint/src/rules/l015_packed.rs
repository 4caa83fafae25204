//! L015 packed.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, RecordBody, Safety, abi_words};

use crate::abis::by_value;
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// a packed structure or member without an explicit alignment
    ///
    /// # What
    /// A structure is `packed` (or under `#pragma pack(1)`), or a member is, without an `aligned` that
    /// gives the real alignment. Structures of bytes are left out, since packing does not change them.
    ///
    /// # Why
    /// The compiler must assume that every member is misaligned: it reads them byte by byte on CPUs
    /// that cannot do better, and where a pointer to a member is passed to other code, that code faults
    /// there. Rust and C++ refuse references to such members.
    ///
    /// # Source
    /// gcc's manual, "Common Variable Attributes" and `-Waddress-of-packed-member`. The kernel's
    /// driver-api/ioctl.rst, "Structure layout", asks for members at their natural alignment.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u8 kind;
    ///         __u32 value;    /* at offset 1 */
    /// } __attribute__((packed));
    /// ```
    ///
    /// # Fix
    /// Order the members so that none needs padding, or add reserved ones, and drop `packed`. For a
    /// layout that is fixed already, state its real alignment: `__attribute__((packed, aligned(4)))`.
    PACKED: "L015", "packed", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        let mut seen = Vec::new();
        for (abis, body) in argument.record.variants.iter() {
            // The same text may be read for several classes of ABIs.
            if seen.contains(&body.span) {
                continue;
            }
            seen.push(body.span);
            let within = cx.laid_out(argument.id, abis);
            if (body.packed || body.pack == Some(1)) && body.aligned.is_none() {
                check_record(cx, argument, body, within, findings);
            } else if !body.packed {
                check_members(cx, argument, body, within, findings);
            }
        }
    }
}

fn check_record(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    body: &RecordBody,
    within: AbiSet,
    findings: &mut Vec<Finding>,
) {
    let natural = |index: usize, abi| {
        Some(cx.layouts.type_size(&body.members.get(index)?.ty, abi).ok()?.align)
    };
    let offset = |index: usize, abi| {
        Some(cx.layouts.record(argument.id, abi).ok()?.members.get(index)?.offset())
    };
    let indices = || (0..body.members.len()).filter(|index| body.members[*index].bits.is_none());
    let on: AbiSet = within
        .iter()
        .filter(|abi| !abi.abi().rounds_records())
        .filter(|abi| indices().any(|index| natural(index, *abi).is_some_and(|align| align > 1)))
        .collect();
    if on.is_empty() {
        return;
    }
    let off_its_place = indices().find_map(|index| {
        let groups = by_value(within, |abi| Some(offset(index, abi)? % natural(index, abi)?));
        let (off, _) = groups.iter().find(|(_, rest)| **rest != 0)?;
        Some((index, off, off.first().and_then(|abi| offset(index, abi))?))
    });
    let what = match off_its_place {
        Some((index, off, bytes)) => format!(
            "{} lies at offset {bytes} {}, {}",
            words::member(cx.interface, body, index),
            abi_words::on(off, within),
            cx.spelling.about_packed_offset(),
        ),
        None => "every member lies at its natural offset, but compilers must read it byte by byte"
            .into(),
    };
    let message = format!("{} is packed and states no alignment", argument.words());
    let mut finding = argument.finding(&PACKED, argument.record.span, on, message);
    finding.label = "aligned to 1 byte".into();
    finding.notes.push(what);
    finding.fix = Some(fix(cx));
    findings.push(finding);
}

fn check_members(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    body: &RecordBody,
    within: AbiSet,
    findings: &mut Vec<Finding>,
) {
    for (index, member) in body.members.iter().enumerate() {
        if !member.packed || member.aligned.is_some() || member.bits.is_some() {
            continue;
        }
        let on: AbiSet = within
            .iter()
            .filter(|abi| cx.layouts.type_size(&member.ty, *abi).is_ok_and(|size| size.align > 1))
            .collect();
        if on.is_empty() {
            continue;
        }
        let message = format!(
            "{} is packed and states no alignment",
            words::member(cx.interface, body, index),
        );
        let mut finding = argument.member_finding(&PACKED, member, on, message);
        finding.notes.push("compilers must read it byte by byte".into());
        finding
            .notes
            .push("a pointer to it faults on CPUs that cannot load from odd addresses".into());
        finding.label = "aligned to 1 byte".into();
        finding.fix = Some(fix(cx));
        findings.push(finding);
    }
}

fn fix(cx: &Context<'_>) -> Fix {
    Fix {
        message: cx.spelling.instead_of_packed().into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    }
}
