//! L001 implicit-hole.

use ioctlkit_model::Finding;

use crate::abis::{disagreeing, victims};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::padding::{self, Padding};
use crate::words;

declare_rule! {
    /// padding between the members of an argument structure
    ///
    /// # What
    /// A member starts later than the one before it ends, on at least one ABI, because the compiler
    /// aligned it. L008 covers bits left over between bit-fields, and C005 padding that only ARM OABI's
    /// rounding of structures adds.
    ///
    /// # Why
    /// Where the padding differs between ABIs, 32-bit programs and the 64-bit kernel read
    /// different members. Where it does not, the kernel still copies padding bytes to user space,
    /// and unless it cleared them they hold whatever was on its stack: an information leak. Bytes
    /// that programs leave unset can never be given a meaning later.
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
    /// Make the bytes explicit: add a reserved member of that size, and check in the driver that user
    /// space passes zero.
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
        for padding in padding::paddings(cx, argument) {
            if let Some(before) = padding.before {
                findings.push(hole(cx, argument, &padding, before));
            }
        }
    }
}

fn hole(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    padding: &Padding<'_>,
    before: usize,
) -> Finding {
    let abis = padding.abis();
    let after = words::member(cx.interface, padding.body, padding.after);
    let next = words::member(cx.interface, padding.body, before);
    let bytes = words::count(padding.widest(), "byte");
    let message = format!("{bytes} of padding between {after} and {next} {}", padding.place());
    let harm = match victims(&disagreeing(&padding.bits)) {
        Some(victims) => format!("{victims} look for {next} at another offset"),
        None => padding::harm(argument, padding.widest()),
    };
    let member = &padding.body.members[padding.after];
    let mut finding = argument.member_finding(&IMPLICIT_HOLE, member, abis, message);
    finding.label = format!("{bytes} of padding behind it");
    finding.notes.extend(padding.narrower());
    finding.notes.push(harm);
    finding.fix = padding::reserve(cx, argument, padding).map(|(_, fix)| fix);
    finding
}
