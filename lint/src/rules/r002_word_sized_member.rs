//! R002 word-sized-member.

use ioctlkit_model::{Finding, Fix, Safety, Type};

use crate::classify::{self, Class};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// a member as wide as a register: `usize`, `c_long`, `size_t`, `time_t`, `timeval` or the like
    ///
    /// # What
    /// A member, or a command's whole argument, is `usize`, `isize`, `c_long`, `c_ulong`, `size_t`,
    /// `off_t`, `time_t`, `timeval`, `timespec` or the like, or an alias of one. Pointers are L004.
    ///
    /// # Why
    /// The type has 4 bytes in a 32-bit program, and 8 in the 64-bit kernel that it runs on: the
    /// structure, and with it the command's number, differ. `timeval` and `timespec` also depend on
    /// the C library and its version.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "Timestamps".
    ///
    /// # Example
    /// ```rust
    /// #[repr(C)]
    /// pub struct Slot {
    ///     pub index: u32,
    ///     pub length: usize,
    /// }
    /// nix::ioctl_write_ptr!(set_slot, b'x', 1, Slot);
    /// ```
    ///
    /// # Fix
    /// In an interface of your own, use `u64`, or `u32` where that is enough, and nanoseconds in a
    /// `u64` for a time. Where the structure mirrors a header that has a `long`, there is nothing to
    /// change in the crate: say so with `#[ioctl(not_portable)]`, which accepts what all rules about
    /// differences between machines find in it, or allow the rule there with the reason.
    WORD_SIZED_MEMBER: "R002", "word-sized-member", Error, legacy Warning, for Rust;
}

const AS_WIDE: &str = "as wide as a register";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if !is_word_sized(&found.class) {
                continue;
            }
            let mut finding = found.word_sized_finding(cx, argument, &WORD_SIZED_MEMBER, AS_WIDE);
            if found.class == Class::Time {
                finding.label = "a time whose width depends on the program".into();
                finding.fix = Some(time_fix(cx, &found.subject.member.ty, finding.fix));
            }
            findings.push(finding);
        }
    }
    for found in classify::commands(cx).iter().filter(|found| is_word_sized(&found.class)) {
        let mut finding = found.word_sized_finding(cx, &WORD_SIZED_MEMBER, AS_WIDE);
        finding.label = AS_WIDE.into();
        let fixed = cx.spelling.fixed(classify::widest(cx.interface, found.ty));
        finding.fix = Some(Fix {
            message: format!("use `{fixed}`"),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        });
        findings.push(finding);
    }
}

fn is_word_sized(class: &Class) -> bool {
    matches!(class, Class::Long | Class::Size | Class::Time)
}

/// Only a count of seconds keeps its meaning in another type; a structure takes a person.
fn time_fix(cx: &Context<'_>, ty: &Type, retyped: Option<Fix>) -> Fix {
    let element = cx.interface.behind_typedefs(ty.innermost_element());
    let edits = match element {
        Some(Type::Record(_)) | None => Vec::new(),
        Some(_) => retyped.map(|fix| fix.edits).unwrap_or_default(),
    };
    Fix {
        message: "use a `u64` of nanoseconds, or an `i64` each for seconds and nanoseconds".into(),
        edits,
        safety: Safety::ChangesAbi,
    }
}
