//! C001 compat-alignment.

use ioctlkit_model::{Finding, Fix, Interface, Safety};

use crate::compat::{Difference, Incompatibility, Kind, Parting, wording};
use crate::context::Context;
use crate::{declare_rule, edits};

declare_rule! {
    /// argument that 32-bit programs align differently from their 64-bit kernel
    ///
    /// # What
    /// The argument of a command has one layout on a 64-bit ABI and another on a 32-bit ABI whose
    /// programs the same kernel runs, although every member has the same size on both: the 32-bit ABI
    /// aligns some members to fewer bytes, or pads the end differently. The rule also looks into nested
    /// structures, unions and the elements of arrays.
    ///
    /// Where no kernel of the chosen ABIs runs the programs of the 32-bit one, as with `--abi
    /// i386,aarch64`, the rule thinks of an emulator (FEX, box64) that hands the call to the other
    /// machine's kernel.
    ///
    /// # Why
    /// i386 aligns 64-bit integers to 4 bytes inside structures, x86_64 to 8. A 32-bit program on an
    /// x86_64 kernel then reads and writes different bytes than the kernel. Where the sizes differ the
    /// number differs too, and the call fails with `ENOTTY`; where they are equal it does the wrong
    /// thing without an error. Either way the driver needs a conversion in its `compat_ioctl` handler.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "32-bit compat mode";
    /// process/botching-up-ioctls.rst, "Prerequisites". Fixed in the kernel as 34178b1bc4b5
    /// (f2fs), c2a49fe8eeef (pps) and 819b60286e4e (RDMA).
    ///
    /// # Example
    /// ```c
    /// struct foo {
    ///         __u32 a;
    ///         __u64 b;        /* at byte 8 on x86_64, at byte 4 on i386 */
    /// };
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// For a new interface, put a reserved member before the 64-bit one, so that it is at a
    /// multiple of 8 on every ABI, and another at the end, so that the size is a multiple of 8.
    /// `__aligned_u64` does the same where 64-bit programs must keep their layout.
    COMPAT_ALIGNMENT: "C001", "compat-alignment", Error, legacy Error;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for found in cx.incompatibilities().iter().filter(|found| found.kind == Kind::Alignment) {
        findings.extend(describe(cx, found));
    }
}

fn describe(cx: &Context<'_>, found: &Incompatibility<'_>) -> Option<Finding> {
    let pair = *found.pairs.first()?;
    let message = format!(
        "{} disagree with the kernel: {}",
        wording::programs(pair),
        wording::first_difference(&found.difference, pair),
    );
    let mut finding = wording::finding(&COMPAT_ALIGNMENT, cx, found, message);
    finding.notes.push(wording::number_note(found));
    finding.fix = Some(fix(cx.interface, &found.difference));
    Some(finding)
}

/// Types of which `linux/types.h` has a naturally aligned twin.
const ALIGNED: [(&str, &str); 3] =
    [("__u64", "__aligned_u64"), ("__be64", "__aligned_be64"), ("__le64", "__aligned_le64")];

fn fix(interface: &Interface, difference: &Difference<'_>) -> Fix {
    let member = difference.misaligned.as_ref().and_then(Parting::member);
    let aligned = member.and_then(|member| {
        ALIGNED.into_iter().find_map(|(plain, aligned)| {
            Some((
                edits::replace_leading_type(&interface.sources, member, plain, aligned)?,
                aligned,
            ))
        })
    });
    match aligned {
        Some((edit, aligned)) => Fix {
            message: format!(
                "make it `{aligned}`, which no ABI moves, and spell out the padding around it"
            ),
            edits: vec![edit],
            safety: Safety::ChangesAbi,
        },
        None => Fix {
            message: "add reserved members, so that every 64-bit member is at a multiple of 8 \
                      bytes and so is the end"
                .into(),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        },
    }
}
