//! L017 same-size-other-layout.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, RecordId, Safety};

use crate::abis::{Compat, compat_pairs, victims};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::leaves::{Leaf, leaves};
use crate::words;

declare_rule! {
    /// a structure of the same size on two ABIs of one kernel, with its members elsewhere
    ///
    /// # What
    /// A command's argument has the same size for a 64-bit kernel and for the 32-bit programs
    /// that it runs, but a member in it, nested ones included, has another offset or width.
    ///
    /// # Why
    /// The size is all that a command's number says of its argument. With equal sizes the number
    /// is the same for both, so the kernel cannot tell by it which layout it got, and a driver
    /// without a separate compat handler reads the wrong bytes.
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

/// A pair of ABIs and the first member that they do not agree on.
struct Difference<'a> {
    pair: Compat,
    kernel: Leaf<'a>,
    program: Leaf<'a>,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records().iter().filter(|argument| argument.whole) {
        let differences: Vec<_> =
            compat_pairs().filter_map(|pair| difference(cx, argument.id, pair)).collect();
        if let Some(first) = differences.first() {
            findings.push(report(cx, argument, first, &differences));
        }
    }
}

fn difference<'a>(cx: &Context<'a>, id: RecordId, pair: Compat) -> Option<Difference<'a>> {
    let size = |abi| Some(cx.layouts.record(id, abi).ok()?.size);
    if size(pair.kernel)? != size(pair.program)? {
        return None;
    }
    let place = |leaf: &Leaf<'_>| (leaf.offset_bits, leaf.size_bits);
    let kernel = leaves(cx.layouts, id, pair.kernel);
    let program = leaves(cx.layouts, id, pair.program);
    kernel
        .into_iter()
        .zip(program)
        .find(|(kernel, program)| place(kernel) != place(program))
        .map(|(kernel, program)| Difference { pair, kernel, program })
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    first: &Difference<'_>,
    differences: &[Difference<'_>],
) -> Finding {
    let pairs: Vec<Compat> = differences.iter().map(|difference| difference.pair).collect();
    let on: AbiSet = pairs.iter().map(|pair| pair.program).collect();
    let (kernel, program) = (first.kernel, first.program);
    let programs = victims(&pairs).unwrap_or_default();
    let how = if kernel.offset_bits == program.offset_bits {
        let bytes = |leaf: Leaf<'_>| words::count(leaf.size_bits / 8, "byte");
        format!("has {} for {programs} and {} for the kernel", bytes(program), bytes(kernel))
    } else {
        let offset = |leaf: Leaf<'_>| leaf.offset_bits / 8;
        format!("is at offset {} for {programs} and at {} for the kernel", offset(program), offset(kernel))
    };
    let body = cx.interface.body(program.record, first.pair.program);
    let mut name = body.map(|body| words::member(cx.interface, body, program.index));
    if let (Some(inner), Some(outer)) = (&name, &program.shown.name)
        && program.shown.name_span != program.member.name_span
    {
        name = Some(format!("{inner} in `{outer}`"));
    }
    let message = format!(
        "{} {how}, while `{}` has the same size for both: so has the command its number, and the kernel cannot tell by it which layout it got",
        name.unwrap_or_default(),
        argument.known_as,
    );
    let mut finding =
        argument.finding(&SAME_SIZE_OTHER_LAYOUT, program.shown.name_span, on, message);
    finding.member.clone_from(&program.shown.name);
    finding.label = "not the same for both".into();
    finding.fix = Some(Fix {
        message: "give it the same width and place everywhere: `__u64` for a pointer or a `long`, \
                  reserved members for padding"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
