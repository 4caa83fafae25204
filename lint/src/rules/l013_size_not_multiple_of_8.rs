//! L013 size-not-multiple-of-8.

use ioctlkit_abi::{Abi, AbiSet, RecordKind, Scalar};
use ioctlkit_model::{Finding, Fix, Safety, Type, abi_words};

use crate::abis::{by_value, disagreeing, victims};
use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::wide::holds_64_bits;
use crate::words;

declare_rule! {
    /// a structure with 64-bit members whose size is no multiple of 8 on some ABI
    ///
    /// # What
    /// A structure holds 64-bit members, and on an ABI that aligns those to 4 bytes (i386 and
    /// others) its size is no multiple of 8. Packed structures have the same size everywhere and
    /// are not meant, nor anonymous ones, whose size nobody sees.
    ///
    /// # Why
    /// ABIs that align 64-bit members to 8 bytes round the size up: the size, and with it the
    /// command's number, differ, and so does the place of every element but the first in an array.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst: "Pad the entire struct to a multiple
    /// of 64-bits if the structure contains 64-bit types".
    ///
    /// # Example
    /// ```c
    /// struct drm_mode_fb_cmd2 {       /* DRM_IOCTL_MODE_ADDFB2: 100 bytes on i386, 104 on x86_64 */
    ///         __u32 fb_id, width, height, pixel_format, flags;
    ///         __u32 handles[4], pitches[4], offsets[4];
    ///         __u64 modifier[4];
    /// };
    /// ```
    ///
    /// # Fix
    /// Fill the structure up with a reserved member.
    SIZE_NOT_MULTIPLE_OF_8: "L013", "size-not-multiple-of-8", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        if argument.record.is_anonymous() {
            continue;
        }
        let within = cx.laid_out(argument.id, argument.record.variants.abis());
        let size = |abi| Some(cx.layouts.record(argument.id, abi).ok()?.size);
        let on: AbiSet = within
            .iter()
            .filter(|id| aligns_to_4(id.abi()))
            .filter(|id| size(*id).is_some_and(|size| !size.is_multiple_of(8)))
            // Another definition may have them on other ABIs only.
            .filter(|id| {
                holds_64_bits(cx, &Type::Record(argument.id), std::iter::once(*id).collect())
            })
            .collect();
        let sizes = by_value(within, size);
        if !on.is_empty() && is_rounded_elsewhere(cx, argument, within) {
            let bytes = on.first().and_then(|abi| sizes.get(abi)).copied().unwrap_or_default();
            findings.push(report(cx, argument, bytes, on, within, victims(&disagreeing(&sizes))));
        }
    }
}

fn aligns_to_4(abi: &Abi) -> bool {
    abi.align_of(Scalar::LongLong) == Some(4)
}

/// Whether ABIs that align 64-bit integers naturally round this structure to 8 bytes; a set of
/// ABIs without any such one is judged by the members alone.
fn is_rounded_elsewhere(cx: &Context<'_>, argument: &ArgumentRecord<'_>, within: AbiSet) -> bool {
    let mut natural = within.iter().filter(|id| !id.abi().under_aligns_64_bit()).peekable();
    natural.peek().is_none()
        || natural.any(|abi| {
            cx.layouts.record(argument.id, abi).is_ok_and(|layout| layout.align.is_multiple_of(8))
        })
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    bytes: u64,
    on: AbiSet,
    within: AbiSet,
    victims: Option<String>,
) -> Finding {
    let harm = match victims {
        Some(victims) if argument.whole => {
            format!("the size, and the command's number, differ for {victims}")
        }
        Some(victims) => {
            format!("the size, and the place of what follows, differ for {victims}")
        }
        None => "ABIs that align 64-bit members to 8 bytes have another size".into(),
    };
    let message = format!(
        "`{}` has 64-bit members, and its size is {}, not a multiple of 8, {}: {harm}",
        argument.known_as,
        words::count(bytes, "byte"),
        abi_words::on(on, within),
    );
    let mut finding = argument.finding(&SIZE_NOT_MULTIPLE_OF_8, argument.record.span, on, message);
    finding.label = format!("{} {}", words::count(bytes, "byte"), abi_words::on(on, within));
    let what = match argument.record.kind {
        RecordKind::Struct => "add a reserved member at the end".into(),
        RecordKind::Union => {
            format!("add an alternative that is an array of `{}`", cx.spelling.fixed("__u64"))
        }
    };
    finding.fix = Some(Fix {
        message: format!("{what}, so that the size is a multiple of 8"),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
