//! C004 m68k-differs.

use ioctlkit_model::Finding;

use crate::compat::{Incompatibility, Kind, wording};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// argument that differs only where members are aligned to 2 bytes
    ///
    /// # What
    /// The argument has the same layout on all ABIs except those that align 32-bit integers to 2 bytes
    /// inside structures (m68k), which do not add the padding that the layout relies on.
    ///
    /// # Why
    /// Emulators, recorders and fuzzers that carry the command from one machine to another need a
    /// second layout. It also means that the structure has implicit padding, which the kernel may leak.
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
    let name = pair.other.abi().name;
    let message = format!(
        "{name} programs have another layout: {}",
        wording::first_difference(&found.difference, pair),
    );
    let mut finding = wording::finding(&M68K_DIFFERS, cx, found, message);
    finding.notes.push(format!("{name} aligns members to at most 2 bytes, and leaves out padding"));
    finding.abis = found.pairs.iter().map(|pair| pair.other).collect();
    Some(finding)
}
