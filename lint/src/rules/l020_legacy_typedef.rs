//! L020 legacy-typedef.

use ioctlkit_model::{Finding, Fix, Safety};

use crate::classify::{self, Class, ClassifiedMember};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// member whose typedef differs between architectures
    ///
    /// # What
    /// A member, or a command's whole argument, is a typedef that each architecture defines for itself:
    /// the kernel's old ones (`__kernel_old_dev_t`, `__kernel_uid_t`, `__kernel_mode_t`, …), or any
    /// other that has different sizes. Names for `long` and for times are L003, L005 and L006.
    ///
    /// # Why
    /// The member is 2 bytes wide on one ABI and 4 or 8 on another, so the structure and the
    /// command's number differ, and the narrow ones cut off today's user and device numbers.
    ///
    /// # Source
    /// Kernel sources, include/uapi/asm-generic/posix_types.h and each architecture's
    /// asm/posix_types.h; driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct loop_info {
    ///         int lo_number;
    ///         __kernel_old_dev_t lo_device;   /* unsigned short, int or long */
    /// };
    /// ```
    ///
    /// # Fix
    /// Use `__u32`, or `__u64` for device and inode numbers.
    LEGACY_TYPEDEF: "L020", "legacy-typedef", Warning, legacy Info;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if found.class == Class::Legacy && found.subject.member.bits.is_none() {
                findings.push(member(cx, argument, found));
            }
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Legacy) {
        let what = "which each architecture defines";
        findings.push(found.word_sized_finding(cx, &LEGACY_TYPEDEF, what));
    }
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
) -> Finding {
    let ty = &found.subject.member.ty;
    let name = cx.spelling.ty(ty.innermost_element());
    let message = format!(
        "{} is `{name}`, {}",
        words::member(cx.interface, found.subject.body, found.subject.index),
        words::widths(&found.sizes).unwrap_or_else(|| "which each architecture defines".into()),
    );
    let mut finding =
        argument.member_finding(&LEGACY_TYPEDEF, found.subject.member, found.abis, message);
    finding.notes.extend(words::sizes(&found.sizes));
    finding.notes.push(found.lays_out_differently(argument));
    finding.label = "each architecture defines it".into();
    let widest = found.sizes.iter().map(|(_, bytes)| *bytes).max();
    let fixed = cx.spelling.fixed(if widest > Some(4) { "__u64" } else { "__u32" });
    finding.fix = Some(Fix {
        message: format!("make it a `{fixed}`"),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
