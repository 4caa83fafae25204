//! L002 implicit-tail.

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{Finding, Type};

use crate::abis::{by_value, disagreeing, victims};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::padding::{self, Padding};
use crate::words;

declare_rule! {
    /// padding at the end of an argument structure
    ///
    /// # What
    /// A structure is larger than its members, on at least one ABI, because its size is rounded up to
    /// its alignment. Anonymous structures inside a union that is larger anyway are left out, and so is
    /// padding that only ARM OABI's rounding of structures adds (C005).
    ///
    /// # Why
    /// The size is part of the command's number. Where the padding differs between ABIs, so do the
    /// numbers, and a 64-bit kernel does not know the command that a 32-bit program sends. Where it
    /// does not, the kernel copies bytes to user space that it may never have written.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "Information leaks";
    /// process/botching-up-ioctls.rst: "Pad the entire struct to a multiple of 64-bits".
    ///
    /// # Example
    /// ```c
    /// struct vduse_iotlb_entry {
    ///         __u64 offset;
    ///         __u64 start;
    ///         __u64 last;
    ///         __u8 perm;      /* and 7 bytes of padding, 3 on i386, 1 on m68k */
    /// };
    /// ```
    ///
    /// # Fix
    /// Fill the structure up with a reserved member, and check in the driver that user space
    /// passes zero. Before a flexible array, the reserved member goes in front of the array.
    /// ```c
    /// struct vduse_iotlb_entry {
    ///         __u64 offset;
    ///         __u64 start;
    ///         __u64 last;
    ///         __u8 perm;
    ///         __u8 reserved0[7];
    /// };
    /// ```
    IMPLICIT_TAIL: "L002", "implicit-tail", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for padding in padding::paddings(cx, argument) {
            if padding.before.is_none() && !lies_in_a_larger_union(cx, argument, padding.abis()) {
                findings.push(tail(cx, argument, &padding));
            }
        }
    }
}

fn tail(cx: &Context<'_>, argument: &ArgumentRecord<'_>, padding: &Padding<'_>) -> Finding {
    let abis = padding.abis();
    let last = &padding.body.members[padding.after];
    let bytes = words::count(padding.widest(), "byte");
    let place = padding.place();
    let what = if padding::is_flexible(&last.ty) {
        let array = words::member(cx.interface, padding.body, padding.after);
        format!("{array} begins {bytes} before the end of {} {place}", argument.words())
    } else {
        format!("{bytes} of padding at the end of {} {place}", argument.words())
    };
    let sizes =
        by_value(padding.within, |abi| Some(cx.layouts.record(argument.id, abi).ok()?.size));
    let harm = match victims(&disagreeing(&sizes)) {
        Some(victims) if argument.whole => {
            format!("the size differs for {victims}, and the command's number with it")
        }
        Some(victims) => {
            format!("the size differs for {victims}, and so does the place of what follows")
        }
        None => padding::harm(argument, padding.widest()),
    };
    let mut finding = argument.member_finding(&IMPLICIT_TAIL, last, abis, what);
    finding.label = format!("{bytes} of padding behind it");
    finding.notes.extend(padding.narrower());
    finding.notes.push(harm);
    finding.fix = padding::reserve(cx, argument, padding).map(|(_, fix)| fix);
    finding
}

/// Whether the structure is one alternative of an anonymous kind in a union, and the union is
/// larger on every one of these ABIs: then no size follows from the structure's own.
fn lies_in_a_larger_union(cx: &Context<'_>, argument: &ArgumentRecord<'_>, abis: AbiSet) -> bool {
    if !argument.record.is_anonymous() {
        return false;
    }
    cx.argument_records().iter().filter(|holder| holder.record.kind == RecordKind::Union).any(
        |union| {
            let holds = union
                .members()
                .any(|(_, _, member)| matches!(member.ty, Type::Record(id) if id == argument.id));
            holds
                && abis.iter().all(|abi| {
                    let size = |id| cx.layouts.record(id, abi).ok().map(|layout| layout.size);
                    size(union.id) > size(argument.id)
                })
        },
    )
}
