//! L004 pointer-member.

use std::collections::BTreeSet;

use ioctlkit_model::{Finding, Fix, Language, Safety};

use crate::classify::{self, Class, ClassifiedMember};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::{edits, rust_validity, words};

declare_rule! {
    /// a member that is a pointer
    ///
    /// # What
    /// A member is a pointer, a pointer to a function, an array of pointers, or a typedef of one.
    /// A pointer as a command's own argument type is N002.
    ///
    /// # Why
    /// A 32-bit program's pointer has 4 bytes, the 64-bit kernel's 8: the structure differs, and
    /// the kernel needs a conversion for every such command. On s390 it must also clear the upper
    /// bit of a 31-bit program's pointer.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "32-bit compat mode";
    /// process/botching-up-ioctls.rst: "Use `__u64` in place of pointers".
    ///
    /// # Example
    /// ```c
    /// struct kvm_msr_filter_range {
    ///         __u32 flags;
    ///         __u32 nmsrs;
    ///         __u32 base;
    ///         __u8 *bitmap;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use a `__u64`: user space casts through `uintptr_t`, the driver calls `u64_to_user_ptr()`.
    /// ```c
    /// struct kvm_msr_filter_range {
    ///         __u32 flags;
    ///         __u32 nmsrs;
    ///         __u32 base;
    ///         __u32 reserved0;
    ///         __u64 bitmap;
    /// };
    /// ```
    POINTER_MEMBER: "L004", "pointer-member", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let written = match cx.spelling.language() {
        Language::C | Language::List | Language::Object => BTreeSet::new(),
        Language::Rust => rust_validity::written(cx.interface),
    };
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            // Of a reference that the kernel writes, R003 speaks.
            let is_invalid = written.contains(&argument.id)
                && rust_validity::invalid(cx.interface, &found.subject.member.ty).is_some();
            if found.class == Class::Pointer && !is_invalid {
                findings.push(member(cx, argument, found));
            }
        }
    }
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
) -> Finding {
    let what =
        if found.subject.member.ty.is_array() { "an array of pointers" } else { "a pointer" };
    let message = format!(
        "{} is {what}, {}",
        words::member(cx.interface, found.subject.body, found.subject.index),
        words::widths(&found.sizes).unwrap_or_else(|| "as wide as an address".into()),
    );
    let mut finding =
        argument.member_finding(&POINTER_MEMBER, found.subject.member, found.abis, message);
    finding.notes.extend(words::sizes(&found.sizes));
    finding.notes.push(found.lays_out_differently(argument));
    finding.label = "as wide as an address".into();
    finding.fix = Some(Fix {
        message: cx.spelling.instead_of_pointer(argument.record).into(),
        edits: cx
            .spelling
            .address(argument.record)
            .and_then(|ty| edits::retype(&cx.interface.sources, found.subject.member, ty))
            .into_iter()
            .collect(),
        safety: Safety::ChangesAbi,
    });
    finding
}
