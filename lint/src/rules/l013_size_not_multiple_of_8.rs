//! L013 size-not-multiple-of-8.

use ioctlkit_abi::{Abi, AbiId, AbiSet, RecordKind, Scalar};
use ioctlkit_model::{Finding, Fix, Safety, Type, abi_words};

use crate::abis::{by_value, disagreeing, victims};
use crate::context::{ArgumentRecord, Context, merge_from};
use crate::declare_rule;
use crate::definitions::Definitions;
use crate::wide::holds_64_bits;
use crate::words;

declare_rule! {
    /// structure with 64-bit members whose size is not a multiple of 8 on some ABI
    ///
    /// # What
    /// A structure holds 64-bit members, and on an ABI that aligns those to 4 bytes (i386 and others)
    /// its size is not a multiple of 8. Packed structures, which have the same size everywhere, are
    /// left out, and so are anonymous ones, whose size does not matter, and definitions that only such
    /// ABIs have (`#ifdef __i386__`).
    ///
    /// # Why
    /// ABIs that align 64-bit members to 8 bytes round the size up: the size, and with it the command's
    /// number, differ, and so do the offsets of all elements of an array but the first.
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
    /// Add a reserved member at the end.
    SIZE_NOT_MULTIPLE_OF_8: "L013", "size-not-multiple-of-8", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut definitions = Definitions::default();
    for argument in cx.argument_records() {
        if argument.record.is_anonymous() {
            continue;
        }
        let within = cx.laid_out(argument.id, argument.record.variants.abis());
        let from = findings.len();
        // A definition that only some ABIs have is no reason for a size of another definition.
        for alike in definitions.alike(cx.interface, argument.id, within) {
            findings.extend(check_definition(cx, argument, alike, within));
        }
        merge_from(findings, from);
    }
}

/// Checks one definition, which `alike` have, of a structure that `within` have.
fn check_definition(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    alike: AbiSet,
    within: AbiSet,
) -> Option<Finding> {
    let size = |abi| Some(cx.layouts.record(argument.id, abi).ok()?.size);
    let on: AbiSet = alike
        .iter()
        .filter(|id| aligns_to_4(id.abi()))
        .filter(|id| size(*id).is_some_and(|size| !size.is_multiple_of(8)))
        .filter(|id| holds_64_bits(cx, &Type::Record(argument.id), std::iter::once(*id).collect()))
        .collect();
    if on.is_empty() || !is_rounded_elsewhere(cx, argument, alike, within) {
        return None;
    }
    let sizes = by_value(alike, size);
    let bytes = on.first().and_then(|abi| sizes.get(abi)).copied().unwrap_or_default();
    Some(report(cx, argument, bytes, on, within, victims(&disagreeing(&sizes))))
}

fn aligns_to_4(abi: &Abi) -> bool {
    abi.align_of(Scalar::LongLong) == Some(4)
}

/// Whether ABIs that align 64-bit integers naturally round this definition to 8 bytes. Where the run looks
/// at no such ABI, the members alone decide; a definition that no such ABI has is rounded nowhere.
fn is_rounded_elsewhere(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    alike: AbiSet,
    within: AbiSet,
) -> bool {
    let is_natural = |id: &AbiId| !id.abi().under_aligns_64_bit();
    let rounds = |abi| {
        cx.layouts.record(argument.id, abi).is_ok_and(|layout| layout.align.is_multiple_of(8))
    };
    !within.iter().any(|id| is_natural(&id)) || alike.iter().filter(is_natural).any(rounds)
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
        "`{}` has 64-bit members and {}, not a multiple of 8, {}",
        argument.known_as,
        words::count(bytes, "byte"),
        abi_words::on(on, within),
    );
    let mut finding = argument.finding(&SIZE_NOT_MULTIPLE_OF_8, argument.record.span, on, message);
    finding.notes.push(harm);
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
