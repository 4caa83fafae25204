//! L003 long-member.

use ioctlkit_model::{Finding, Fix, Safety};

use crate::classify::{self, Class};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// a member whose type is `long` or `unsigned long`
    ///
    /// # What
    /// A member, or a command's whole argument, is `long`, `unsigned long`, or a typedef that resolves
    /// to one of them. Fixed-width names such as `__u64` are left out, even where they are defined as
    /// `long`. `size_t` and its kin are L005, `time_t` and its kin L006.
    ///
    /// # Why
    /// `long` has the width of a register: 4 bytes for a 32-bit program, 8 bytes for the 64-bit
    /// kernel that it runs on. The structure, and with it the command's number, differ.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// #define ACRN_IOCTL_VM_INTR_MONITOR _IOW(ACRN_IOCTL_TYPE, 0x24, unsigned long)
    /// struct slot {
    ///         unsigned long address;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use `__s64`, `__u64`, `__s32` or `__u32`.
    LONG_MEMBER: "L003", "long-member", Error, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            // A bit-field has the width that it says, and L008 speaks of it.
            if found.class == Class::Long && found.subject.member.bits.is_none() {
                findings.push(found.word_sized_finding(
                    cx,
                    argument,
                    &LONG_MEMBER,
                    "as wide as a register",
                ));
            }
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Long) {
        let mut finding = found.word_sized_finding(cx, &LONG_MEMBER, "as wide as a register");
        finding.fix = Some(Fix {
            message: format!("use `{}`", classify::widest(cx.interface, found.ty)),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        });
        findings.push(finding);
    }
}
