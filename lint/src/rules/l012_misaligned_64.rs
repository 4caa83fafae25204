//! L012 misaligned-64.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, RecordBody, Safety, abi_words};

use crate::abis::{by_value, disagreeing, victims};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::wide::holds_64_bits;
use crate::words;

declare_rule! {
    /// 64-bit member that is not 8-byte aligned on some ABI
    ///
    /// # What
    /// A 64-bit integer, a `double`, or a structure that holds one is not 8-byte aligned on i386 or
    /// another ABI that aligns 64-bit integers to 4 bytes, or anywhere, because the structure is
    /// packed. There is one finding for all such members of a structure, since the first one moves the
    /// others. C004 covers offsets that are odd only on m68k, which aligns everything to 2 bytes.
    ///
    /// # Why
    /// i386 aligns 64-bit members to 4 bytes, x86_64 to 8: a 32-bit program and its kernel use
    /// different offsets. In a packed structure, a pointer to the member is misaligned, which faults on
    /// CPUs that cannot load from such addresses.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout";
    /// process/botching-up-ioctls.rst: "Align everything to the natural size".
    ///
    /// # Example
    /// ```c
    /// struct f2fs_gc_range {
    ///         __u32 sync;
    ///         __u64 start;    /* offset 4 on i386, 8 on x86_64 */
    ///         __u64 len;
    /// };
    /// ```
    ///
    /// # Fix
    /// Put the 64-bit members first, or put reserved members in front of them.
    /// ```c
    /// struct f2fs_gc_range {
    ///         __u32 sync;
    ///         __u32 reserved0;
    ///         __u64 start;
    ///         __u64 len;
    /// };
    /// ```
    MISALIGNED_64: "L012", "misaligned-64", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        let mut seen = Vec::new();
        for (abis, body) in argument.record.variants.iter() {
            let within = cx.laid_out(argument.id, abis);
            let off: Vec<(usize, AbiSet)> = (0..body.members.len())
                .map(|index| (index, off_its_place(cx, argument, body, index, within)))
                .filter(|(_, off)| off.iter().any(|id| !id.abi().under_aligns_32_bit()))
                .collect();
            let Some(((first, on), others)) = off.split_first() else { continue };
            // The same text may be read for several classes of ABIs.
            let span = body.members[*first].name_span;
            if !seen.contains(&span) {
                seen.push(span);
                findings.push(report(cx, argument, body, *first, *on, within, others));
            }
        }
    }
}

/// The ABIs on which a member holds 64-bit integers and does not start at a multiple of 8.
fn off_its_place(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    body: &RecordBody,
    index: usize,
    within: AbiSet,
) -> AbiSet {
    let member = &body.members[index];
    if member.bits.is_some() {
        return AbiSet::EMPTY;
    }
    let off: AbiSet = within
        .iter()
        .filter(|abi| {
            offset(cx, argument, index, *abi).is_some_and(|bytes| !bytes.is_multiple_of(8))
        })
        .collect();
    if off.is_empty() || !holds_64_bits(cx, &member.ty, within) { AbiSet::EMPTY } else { off }
}

fn offset(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    index: usize,
    abi: ioctlkit_abi::AbiId,
) -> Option<u64> {
    Some(cx.layouts.record(argument.id, abi).ok()?.members.get(index)?.offset())
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    body: &RecordBody,
    index: usize,
    on: AbiSet,
    within: AbiSet,
    others: &[(usize, AbiSet)],
) -> Finding {
    let names: Vec<String> =
        others.iter().map(|(index, _)| words::member(cx.interface, body, *index)).collect();
    let subject = words::and_more(&words::member(cx.interface, body, index), &names);
    let offsets = by_value(within, |abi| offset(cx, argument, index, abi));
    // The offsets differ between ABIs: the label gives one that people meet.
    let told = on.iter().find(|id| !id.abi().under_aligns_32_bit());
    let bytes = told.and_then(|abi| offsets.get(abi)).copied().unwrap_or_default();
    let (are, them) = if names.is_empty() { ("is", "it") } else { ("are", "them") };
    let harm = match victims(&disagreeing(&offsets)) {
        Some(victims) => Some(format!("{victims} look for {them} at another offset")),
        None if on == within => Some(format!(
            "a pointer to {them} is misaligned, and faults on CPUs that cannot load it"
        )),
        None => None,
    };
    let message = format!("{subject} {are} not 8-byte aligned {}", abi_words::on(on, within));
    let mut finding = argument.member_finding(&MISALIGNED_64, &body.members[index], on, message);
    finding.label =
        told.map_or_else(String::new, |id| format!("offset {bytes} on {}", id.abi().name));
    finding.notes.extend(harm);
    finding.fix = Some(Fix {
        message:
            "put the 64-bit members first, or fill the place before them with reserved members"
                .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
