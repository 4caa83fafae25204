//! C002 compat-word-size.

use ioctlkit_model::{Command, Finding, Fix, Safety, Type};

use crate::compat::{Difference, Incompatibility, Kind, Pair, Shape, compare, wording};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// argument with a pointer or a `long`, which is narrower in 32-bit programs than in their kernel
    ///
    /// # What
    /// The argument of a command has another layout on a 64-bit ABI than on the 32-bit ABI whose
    /// programs its kernel also runs, because a member's own size differs: a pointer, a `long`, a
    /// typedef or an array made of them, or a member that only one of the two has. The argument
    /// may also be such a type itself.
    ///
    /// # Why
    /// A 32-bit program passes 4 bytes where the 64-bit kernel expects 8, and everything after them is
    /// at another offset. The driver needs a second definition of the structure and a conversion in its
    /// `compat_ioctl` handler, and until it has one, 32-bit programs get `ENOTTY` or wrong data.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "32-bit compat mode";
    /// process/botching-up-ioctls.rst, "Prerequisites". Fixed in the kernel as 1739c7017fb1 (KVM)
    /// and 2351f431f727 (btrfs).
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 count;
    ///         void *buffer;   /* 8 bytes on x86_64, 4 on i386 */
    /// };
    /// #define FOO_SET _IOW('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Give every member a size: `__u64` for a pointer, with `u64_to_user_ptr()` in the kernel,
    /// and `__u32` or `__u64` for a `long`.
    COMPAT_WORD_SIZE: "C002", "compat-word-size", Error, legacy Error;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for found in cx.incompatibilities().iter().filter(|found| found.kind == Kind::WordSize) {
        findings.extend(describe(cx, found));
    }
}

fn describe(cx: &Context<'_>, found: &Incompatibility<'_>) -> Option<Finding> {
    let pair = *found.pairs.first()?;
    let resized = found.difference.resized.as_ref()?;
    let subject = match resized.path.as_str() {
        "" => "the argument".to_owned(),
        path => format!("`{path}`"),
    };
    let message = format!(
        "{} disagree with the kernel: {subject} {}",
        wording::programs(pair),
        wording::whereabouts(resized, pair),
    );
    let mut finding = wording::finding(&COMPAT_WORD_SIZE, cx, found, message);
    finding.notes.extend(other_members(&found.difference, pair));
    finding.notes.extend(behind_pointer(cx, found.command, pair));
    finding.notes.push(wording::number_note(found));
    finding.fix = Some(Fix {
        message: format!("use types of a fixed size: {}", cx.spelling.instead_of_words()),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// What else differs: giving the pointer or the `long` a size may not be enough.
fn other_members(difference: &Difference<'_>, pair: Pair) -> Vec<String> {
    let resized = difference.resized.as_ref().map(|parting| parting.path.as_str());
    let first = difference.first.as_ref().filter(|first| Some(first.path.as_str()) != resized);
    let misaligned = difference.misaligned.as_ref();
    let mut notes = Vec::new();
    if let Some(first) = first.filter(|first| misaligned.map(|it| &it.path) != Some(&first.path)) {
        notes.push(format!(
            "the first member that differs is `{}`, which {}",
            first.path,
            wording::whereabouts(first, pair)
        ));
    }
    if let Some(misaligned) = misaligned {
        notes.push(format!(
            "alignment matters as well: `{}` {}",
            misaligned.path,
            wording::whereabouts(misaligned, pair)
        ));
    }
    notes
}

/// Where a pointer is declared as the argument, what is passed is what it points to.
fn behind_pointer(cx: &Context<'_>, command: &Command, pair: Pair) -> Option<String> {
    let ty = command.variants.get(pair.reference)?.argument.ty()?;
    let Type::Pointer(target) = cx.interface.resolved(ty, pair.reference)? else { return None };
    let shape = |abi| Shape::of_type(cx.layouts, target, abi).ok();
    let difference = compare(&shape(pair.reference)?, &shape(pair.other)?)?;
    let first = wording::first_difference(&difference, pair);
    Some(format!("what it points to differs too: {first}"))
}
