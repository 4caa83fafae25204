//! L017 same-size-other-layout.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, Member, RecordId, Safety, Type};

use crate::abis::{Compat, compat_pairs, victims};
use crate::compat::{Extent, Parting, Shape, compare};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// structure of the same size but another layout on two ABIs of one kernel
    ///
    /// # What
    /// A command's argument has the same size for a 64-bit kernel and for the 32-bit programs that it
    /// runs, but a member, or one of a nested structure, has another offset or width.
    ///
    /// # Why
    /// The size is all that a command's number says of its argument. With equal sizes the number is the
    /// same for both, so the kernel cannot tell which layout it got, and a driver without a separate
    /// compat handler reads the wrong bytes.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode" and "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct btrfs_ioctl_vol_args_v2 {
    ///         __s64 fd;
    ///         union {
    ///                 struct {
    ///                         __u64 size;
    ///                         void *qgroup_inherit;   /* 4 bytes for a 32-bit program */
    ///                 };
    ///                 __u64 unused[4];
    ///         };
    /// };
    /// ```
    ///
    /// # Fix
    /// Give the member the same width and place everywhere: `__u64` for a pointer or a `long`,
    /// reserved members for padding.
    SAME_SIZE_OTHER_LAYOUT: "L017", "same-size-other-layout", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records().iter().filter(|argument| argument.whole) {
        let differences: Vec<_> = compat_pairs()
            .filter_map(|pair| Some((pair, difference(cx, argument.id, pair)?)))
            .collect();
        findings.extend(report(cx, argument, &differences));
    }
}

/// The first member that a pair of ABIs does not agree on.
fn difference<'a>(cx: &Context<'a>, id: RecordId, pair: Compat) -> Option<Parting<'a>> {
    let size = |abi| Some(cx.layouts.record(id, abi).ok()?.size);
    if size(pair.kernel)? != size(pair.program)? {
        return None;
    }
    let kernel = Shape::of_record(cx.layouts, id, pair.kernel).ok()?;
    let program = Shape::of_record(cx.layouts, id, pair.program).ok()?;
    compare(&kernel, &program)?.first
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    differences: &[(Compat, Parting<'_>)],
) -> Option<Finding> {
    let (_, first) = differences.first()?;
    let pairs: Vec<Compat> = differences.iter().map(|(pair, _)| *pair).collect();
    let on: AbiSet = pairs.iter().map(|pair| pair.program).collect();
    let programs = victims(&pairs)?;
    let how = match first.extents {
        (Some(kernel), Some(program)) if kernel.offset_bits == program.offset_bits => {
            let bytes = |extent: Extent| words::count(extent.size_bits / 8, "byte");
            format!("has {} for {programs} and {} for the kernel", bytes(program), bytes(kernel))
        }
        (Some(kernel), Some(program)) => {
            let offset = |extent: Extent| extent.offset_bits / 8;
            format!(
                "is at offset {} for {programs} and at {} for the kernel",
                offset(program),
                offset(kernel)
            )
        }
        (Some(_), None) => format!("exists for the kernel, and not for {programs}"),
        (None, _) => format!("exists for {programs}, and not for the kernel"),
    };
    let shown = in_own_text(cx, &first.members)?;
    let message = format!("`{}` {how}", first.path);
    let mut finding = argument.finding(&SAME_SIZE_OTHER_LAYOUT, shown.name_span, on, message);
    finding.member.clone_from(&shown.name);
    finding.label = "not the same for both".into();
    finding.notes.push(format!(
        "`{}` has the same size for both, so the command has one number, and the kernel cannot tell which layout \
         it got",
        argument.known_as,
    ));
    finding.fix = Some(Fix {
        message: format!(
            "give it the same width and place everywhere: {}, reserved members for padding",
            cx.spelling.instead_of_words()
        ),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// The innermost member of a path that the outermost structure's own text declares.
fn in_own_text<'a>(cx: &Context<'_>, path: &[&'a Member]) -> Option<&'a Member> {
    let is_declared_inside = |member: &Member| match member.ty.innermost_element() {
        Type::Record(id) => cx.interface.record(*id).is_anonymous(),
        _ => false,
    };
    path.iter().copied().find(|member| !is_declared_inside(member)).or(path.last().copied())
}
