//! C005 oabi-differs.

use ioctlkit_model::Finding;

use crate::compat::{Incompatibility, Kind, wording};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// argument that differs only where structures are rounded up to 4 bytes
    ///
    /// # What
    /// The argument has the same layout on all ABIs except the old ABI of 32-bit Arm, which rounds the
    /// size and the alignment of every structure and union up to 4 bytes.
    ///
    /// # Why
    /// A kernel with `CONFIG_OABI_COMPAT` runs programs of the old ABI beside those of the new one.
    /// Where the structure does not end on a 32-bit boundary, the old program's argument is longer, its
    /// number differs, and the members after a nested structure have other offsets.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout", on ARM OABI.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u8 address[6];        /* 8 bytes with the old ABI of Arm, 6 elsewhere */
    /// };
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Add a reserved member, so that the size of the structure, and of each structure and union in
    /// it, is a multiple of 4 bytes.
    OABI_DIFFERS: "C005", "oabi-differs", Info, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let found = cx.incompatibilities().iter();
    for found in found.filter(|found| found.kind == Kind::RecordRounding) {
        findings.extend(describe(cx, found));
    }
}

fn describe(cx: &Context<'_>, found: &Incompatibility<'_>) -> Option<Finding> {
    let pair = *found.pairs.first()?;
    let name = pair.other.abi().name;
    let message = format!(
        "{name} programs have another layout: {}",
        wording::first_difference(&found.difference, pair),
    );
    let mut finding = wording::finding(&OABI_DIFFERS, cx, found, message);
    finding.notes.push(format!("{name} rounds every structure up to a multiple of 4 bytes"));
    finding.abis = found.pairs.iter().map(|pair| pair.other).collect();
    Some(finding)
}
