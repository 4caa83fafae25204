//! L018 endian-dependent-pad.

use ioctlkit_abi::{Abi, AbiId, AbiSet, ByteOrder};
use ioctlkit_model::{Finding, Fix, Label, Member, RecordBody, Safety, abi_words};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// padding whose offset depends on the byte order
    ///
    /// # What
    /// A padding member (`pad`, `reserved`, `unused`) has different offsets or sizes on two ABIs that
    /// differ only in byte order. L008 covers bit-fields.
    ///
    /// # Why
    /// Such padding puts a narrow member where a wide one would have its low half. Code that handles
    /// the structure for another machine (an emulator, a tracer, a compat handler of another byte
    /// order) needs two layouts, and a pad in the wrong place goes unnoticed: the kernel shipped with
    /// one, which then became the ABI.
    ///
    /// # Source
    /// sound/asound.h of Linux 5.6 and later, `__snd_pcm_mmap_control64`: its second pad comes before a
    /// member instead of after it, and programs now depend on that.
    ///
    /// # Example
    /// ```c
    /// struct control {
    /// #if __BYTE_ORDER == __BIG_ENDIAN
    ///         __u32 pad;
    ///         __u32 position;
    /// #else
    ///         __u32 position;
    ///         __u32 pad;
    /// #endif
    /// };
    /// ```
    ///
    /// # Fix
    /// Give the member the width that it needs (`__u64 position`), and drop the padding.
    ENDIAN_DEPENDENT_PAD: "L018", "endian-dependent-pad", Warning, legacy off;
}

/// A reserved member and where it is.
#[derive(Clone, Copy)]
struct Pad<'a> {
    body: &'a RecordBody,
    index: usize,
    offset: u64,
    size_bits: u64,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let twins = twins();
    for argument in cx.argument_records() {
        let first = twins.iter().find_map(|(big, little)| {
            if !hold_the_same(cx, argument, *big, *little) {
                return None;
            }
            let (at_big, at_little) = (pads(cx, argument, *big), pads(cx, argument, *little));
            let (pad, abi) = difference(&at_big, *big, &at_little, *little)?;
            Some((*pad, abi))
        });
        if let Some((pad, abi)) = first {
            findings.push(report(cx, argument, &pad, abi));
        }
    }
}

/// Pairs of ABIs that differ in nothing but the byte order.
fn twins() -> Vec<(AbiId, AbiId)> {
    let of = |order| AbiSet::of(move |abi| abi.byte_order == order);
    let rules = |abi: &'static Abi| {
        (
            abi.long_size,
            abi.pointer_size,
            abi.max_member_align,
            abi.min_record_align,
            abi.bit_fields,
            abi.is_ilp32_on_64_bit(),
        )
    };
    of(ByteOrder::Big)
        .iter()
        .filter_map(|big| {
            let mut little = of(ByteOrder::Little).iter();
            Some((big, little.find(|little| rules(little.abi()) == rules(big.abi()))?))
        })
        .collect()
}

/// Whether a structure has members of the same sizes on both, apart from its pads: else something
/// other than the byte order moves them, such as the width of `time_t`.
fn hold_the_same(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    big: AbiId,
    little: AbiId,
) -> bool {
    let content = |abi| {
        let members = cx.layouts.members(argument.id, abi);
        let mut sizes: Vec<u64> = members
            .filter(|(member, _)| !member.is_reserved())
            .map(|(_, place)| place.size_bits)
            .collect();
        sizes.sort_unstable();
        sizes
    };
    let at_big = content(big);
    !at_big.is_empty() && at_big == content(little)
}

fn pads<'a>(cx: &Context<'a>, argument: &ArgumentRecord<'_>, abi: AbiId) -> Vec<Pad<'a>> {
    let Some((body, layout)) = cx.layouts.body_and_layout(argument.id, abi) else {
        return Vec::new();
    };
    let is_pad = |member: &Member| member.is_reserved() && member.bits.is_none();
    body.members
        .iter()
        .zip(&layout.members)
        .enumerate()
        .filter(|(_, (member, place))| is_pad(member) && place.size_bits > 0)
        .map(|(index, (_, place))| Pad {
            body,
            index,
            offset: place.offset(),
            size_bits: place.size_bits,
        })
        .collect()
}

/// The first pad that one of the twins has in another place than the other, and which one.
fn difference<'p, 'a>(
    big: &'p [Pad<'a>],
    at_big: AbiId,
    little: &'p [Pad<'a>],
    at_little: AbiId,
) -> Option<(&'p Pad<'a>, AbiId)> {
    let same = |a: &Pad<'_>, b: &Pad<'_>| (a.offset, a.size_bits) == (b.offset, b.size_bits);
    let missing = |from: &'p [Pad<'a>], others: &[Pad<'_>]| {
        from.iter().find(|pad| !others.iter().any(|other| same(pad, other)))
    };
    missing(big, little)
        .map(|pad| (pad, at_big))
        .or_else(|| missing(little, big).map(|pad| (pad, at_little)))
}

fn report(cx: &Context<'_>, argument: &ArgumentRecord<'_>, pad: &Pad<'_>, abi: AbiId) -> Finding {
    let member = &pad.body.members[pad.index];
    let within = cx.laid_out(argument.id, argument.record.variants.abis());
    let on: AbiSet = within
        .iter()
        .filter(|id| id.abi().byte_order == abi.abi().byte_order)
        .filter(|id| {
            let same =
                |other: &Pad<'_>| (other.offset, other.size_bits) == (pad.offset, pad.size_bits);
            pads(cx, argument, *id).iter().any(same)
        })
        .collect();
    let order = match abi.abi().byte_order {
        ByteOrder::Big => "big-endian",
        ByteOrder::Little => "little-endian",
    };
    let message = format!(
        "{} is at offset {} for its {order} byte order, {}",
        words::member(cx.interface, pad.body, pad.index),
        pad.offset,
        abi_words::on(on, within),
    );
    let mut finding = argument.member_finding(&ENDIAN_DEPENDENT_PAD, member, on, message);
    finding.label = "elsewhere in the other byte order".into();
    let both =
        format!("code that handles {} for another machine needs two layouts", argument.words());
    finding.notes.push(both);
    if let Some(condition) = &member.condition {
        finding
            .related
            .push(Label { span: condition.span, text: "the byte order is asked for here".into() });
    }
    finding.fix = Some(Fix {
        message: "give the member beside it the width that it needs, and drop the padding".into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
