//! C004 m68k-differs.

use ioctlkit_model::Finding;

use crate::compat::{Incompatibility, Kind, wording};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// argument that differs only where members are aligned to 2 bytes
    ///
    /// # What
    /// All ABIs agree about the argument except those that align 32-bit integers to 2 bytes inside
    /// structures (m68k): the layout relies on padding that those ABIs do not put in.
    ///
    /// # Why
    /// What decodes or forwards the command between machines, such as an emulator of user space, a
    /// recorder or a fuzzer, has to know a second layout. It also means that some padding is not
    /// spelled out, which the kernel may leak.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout", on m68k.
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u16 a;
    ///         __u32 b;        /* at byte 2 on m68k, at byte 4 elsewhere */
    /// };
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Spell the padding out as a reserved member.
    M68K_DIFFERS: "C004", "m68k-differs", Info, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let found = cx.incompatibilities().iter();
    for found in found.filter(|found| found.kind == Kind::HalfwordAlignment) {
        findings.extend(describe(cx, found));
    }
}

fn describe(cx: &Context<'_>, found: &Incompatibility<'_>) -> Option<Finding> {
    let pair = *found.pairs.first()?;
    let message = format!(
        "{} programs lay out the argument differently from all others, which add padding that these lack: \
         {}",
        pair.other.abi().name,
        wording::first_difference(&found.difference, pair),
    );
    let mut finding = wording::finding(&M68K_DIFFERS, cx, found, message);
    finding.abis = found.pairs.iter().map(|pair| pair.other).collect();
    Some(finding)
}
