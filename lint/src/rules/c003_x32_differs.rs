//! C003 x32-differs.

use ioctlkit_model::Finding;

use crate::compat::{Incompatibility, Kind, wording};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// argument that x32 or n32 programs lay out like neither the 64-bit nor the 32-bit ABI
    ///
    /// # What
    /// On an ABI with 32-bit pointers and 64-bit registers (x32, and n32 of mips) the argument has
    /// neither the layout of the kernel's own ABI nor that of the plain 32-bit one, but a third.
    ///
    /// # Why
    /// On x32, `long` and pointers have 4 bytes as on i386, but 64-bit integers are aligned to 8 as on
    /// x86_64, and `__kernel_long_t` has 8 bytes. A conversion for i386 gets an x32 program's argument
    /// wrong, and `compat_ioctl` has to check `in_x32_syscall()` and convert a third structure.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" gives the reasons; fixed in
    /// the kernel as 513ace79b657 (ALSA).
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         long count;     /* 4 bytes on x32 and i386 */
    ///         __u64 value;    /* at byte 8 on x32 and x86_64, at byte 4 on i386 */
    ///         long limit;
    /// };
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Give every member a fixed size, and put 64-bit members at multiples of 8 bytes: then all
    /// three layouts are one.
    X32_DIFFERS: "C003", "x32-differs", Warning, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for found in cx.incompatibilities().iter().filter(|found| found.kind == Kind::ThirdLayout) {
        findings.extend(describe(cx, found));
    }
}

fn describe(cx: &Context<'_>, found: &Incompatibility<'_>) -> Option<Finding> {
    let pair = *found.pairs.first()?;
    let message = format!(
        "{} programs need their own conversion: {}",
        pair.other.abi().name,
        wording::first_difference(&found.difference, pair),
    );
    let mut finding = wording::finding(&X32_DIFFERS, cx, found, message);
    let name = pair.other.abi().name;
    finding.notes.push(format!("no other 32-bit ABI has the layout of {name}"));
    finding.notes.push(wording::number_note(found));
    Some(finding)
}
