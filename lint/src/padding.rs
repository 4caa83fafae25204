//! Bytes of a structure that no member covers, over all ABIs at once.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet, RecordKind};
use ioctlkit_model::{Constant, Fix, Gap, RecordBody, Safety, Type, Variants, abi_words};

use crate::abis::by_value;
use crate::classify::is_time_record;
use crate::context::{ArgumentRecord, Context};
use crate::edits;
use crate::spelling::Spelling;
use crate::words::count;

/// Padding at one place of a structure.
#[derive(Debug)]
pub struct Padding<'a> {
    /// The definition.
    pub body: &'a RecordBody,
    /// The ABIs of the definition that can lay it out.
    pub within: AbiSet,
    /// Index of the member that the padding follows.
    pub after: usize,
    /// Index of the member behind the padding; `None` for padding at the end.
    pub before: Option<usize>,
    /// How many bits there are, 0 included.
    pub bits: Variants<u64>,
    /// A name for a reserved member in its place, which nothing else in the definition has.
    pub free_name: String,
}

impl Padding<'_> {
    /// The ABIs that have a byte or more here.
    pub fn abis(&self) -> AbiSet {
        self.bits
            .iter()
            .filter(|(_, bits)| **bits >= 8)
            .fold(AbiSet::EMPTY, |all, (abis, _)| all.union(abis))
    }

    /// The ABIs that have the widest padding, as the end of a sentence: "on every ABI".
    pub fn place(&self) -> String {
        let widest = self.widest();
        let widths = self.widths();
        let found = widths.iter().find(|(bytes, _)| *bytes == widest);
        abi_words::on(found.map_or(AbiSet::EMPTY, |(_, on)| *on), self.within)
    }

    /// How much padding the other ABIs have, as a note.
    pub fn narrower(&self) -> Option<String> {
        let widest = self.widest();
        let others: Vec<String> = self
            .widths()
            .iter()
            .filter(|(bytes, _)| *bytes != widest && *bytes != 0)
            .map(|(bytes, on)| {
                format!("{} {}", count(*bytes, "byte"), abi_words::on(*on, self.within))
            })
            .collect();
        (!others.is_empty()).then(|| others.join(", "))
    }

    /// The ABIs by the whole bytes of padding that they have, the widest first.
    fn widths(&self) -> Vec<(u64, AbiSet)> {
        let mut widths: Vec<(u64, AbiSet)> = Vec::new();
        for (abis, bits) in self.bits.iter() {
            match widths.iter_mut().find(|(bytes, _)| *bytes == bits / 8) {
                Some((_, on)) => *on = on.union(abis),
                None => widths.push((bits / 8, abis)),
            }
        }
        widths.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        widths
    }

    /// The widest padding at this place, in whole bytes, leaving out ABIs that round structures.
    pub fn widest(&self) -> u64 {
        let counts = |abis: AbiSet| abis.iter().any(|id| !id.abi().rounds_records());
        let bits = self.bits.iter().filter(|(abis, _)| counts(*abis)).map(|(_, bits)| *bits);
        bits.max().unwrap_or(0) / 8
    }
}

/// Every place of a structure where an ABI has a byte or more of padding. What only the rounding
/// of structures makes (arm OABI) is not counted: no member of theirs is amiss. Nor are the
/// structures of times: whoever uses those has to do otherwise.
pub fn paddings<'a>(cx: &Context<'_>, argument: &ArgumentRecord<'a>) -> Vec<Padding<'a>> {
    let mut found: Vec<Padding<'a>> = Vec::new();
    if is_time_record(argument.record) {
        return found;
    }
    let mut known = HashMap::new();
    for (abis, body) in argument.record.variants.iter() {
        let within = cx.laid_out(argument.id, abis);
        let Some(last) = body.members.len().checked_sub(1) else { continue };
        let gaps = Gaps::new(cx, argument, within);
        let mut names = None;
        for before in gaps.places() {
            let bits = by_value(within, |abi| {
                let Some(gap) = gaps.find(before, abi) else { return Some(0) };
                let end = gap.offset_bits + gap.bits;
                Some(end.saturating_sub(unit_end(cx, body, gap, abi)))
            });
            let after = before.map_or(last, |before| before - 1);
            let mut padding =
                Padding { body, within, after, before, bits, free_name: String::new() };
            if padding.abis().iter().all(|abi| abi.abi().rounds_records()) {
                continue;
            }
            let names = names.get_or_insert_with(|| free_names(cx.spelling, body));
            padding.free_name = names.next().unwrap_or_default();
            let member = &body.members[after];
            // The same text read for other ABIs.
            match known.entry((before.is_none(), member.name_span, &member.name)) {
                Entry::Occupied(entry) => {
                    let index: usize = *entry.get();
                    let known = &mut found[index];
                    known.within = known.within.union(within);
                    for (abis, bits) in padding.bits.iter() {
                        known.bits.add(abis, *bits);
                    }
                }
                Entry::Vacant(entry) => {
                    entry.insert(found.len());
                    found.push(padding);
                }
            }
        }
    }
    found
}

/// The gaps of a structure on several ABIs. A layout is walked once for all of its gaps.
struct Gaps(Vec<(AbiId, Vec<Gap>)>);

impl Gaps {
    fn new(cx: &Context<'_>, argument: &ArgumentRecord<'_>, within: AbiSet) -> Self {
        let on = |abi| {
            let layout = cx.layouts.record(argument.id, abi).ok()?;
            // A gap before the first member follows none, so nothing can be said of it.
            let between = layout.gaps().into_iter().filter(|gap| gap.before != Some(0));
            Some((abi, between.chain(layout.tail()).collect()))
        };
        Self(within.iter().filter_map(on).collect())
    }

    /// The members that some ABI has a gap before, in order, with the end last.
    fn places(&self) -> Vec<Option<usize>> {
        let all = self.0.iter().flat_map(|(_, gaps)| gaps);
        let places: BTreeSet<(bool, Option<usize>)> =
            all.map(|gap| (gap.before.is_none(), gap.before)).collect();
        places.into_iter().map(|(_, before)| before).collect()
    }

    fn find(&self, before: Option<usize>, abi: AbiId) -> Option<&Gap> {
        let (_, gaps) = self.0.iter().find(|(id, _)| *id == abi)?;
        let key = |before: Option<usize>| (before.is_none(), before);
        let at = gaps.binary_search_by_key(&key(before), |gap| key(gap.before)).ok()?;
        gaps.get(at)
    }
}

/// Where the gap begins, in bits. What a bit-field leaves of its own type is no padding: another
/// bit-field would fit there.
fn unit_end(cx: &Context<'_>, body: &RecordBody, gap: &Gap, abi: AbiId) -> u64 {
    let after = gap.after.and_then(|index| body.members.get(index));
    match after {
        Some(member) if member.bits.is_some() => {
            let unit = cx.layouts.type_size(&member.ty, abi).map_or(1, |size| size.size);
            gap.offset_bits.next_multiple_of(unit.max(1) * 8)
        }
        _ => gap.offset_bits,
    }
}

/// The width in bytes of the member that fills a padding on every ABI, if there is one: where
/// the ABIs with natural alignment agree on it. Where they do not, something before it varies.
pub fn filler(padding: &Padding<'_>) -> Option<u64> {
    let natural = natural(padding.within);
    let mut widths = padding
        .bits
        .iter()
        .filter(|(abis, _)| !abis.intersection(natural).is_empty())
        .map(|(_, bits)| *bits);
    let width = widths.next()?;
    (widths.next().is_none() && width >= 8 && width.is_multiple_of(8)).then_some(width / 8)
}

/// The ABIs of a set that align everything naturally.
fn natural(within: AbiSet) -> AbiSet {
    within
        .iter()
        .filter(|id| !id.abi().under_aligns_64_bit() && !id.abi().rounds_records())
        .collect()
}

/// Names for reserved members that the definition has free.
pub(crate) fn free_names<'a>(
    spelling: Spelling<'a>,
    body: &RecordBody,
) -> impl Iterator<Item = String> + use<'a> {
    let named = body.members.iter().filter_map(|member| member.name.clone());
    let taken: HashSet<String> = named.collect();
    spelling.reserved_names().filter(move |name| !taken.contains(name))
}

/// The reserved member that takes the place of a padding, as a fix.
pub fn reserve(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    padding: &Padding<'_>,
) -> Option<(String, Fix)> {
    let sources = &cx.interface.sources;
    if argument.record.kind == RecordKind::Union {
        return cover(cx, argument, padding);
    }
    let declaration = cx.spelling.reserved(argument.record, &padding.free_name, filler(padding)?);
    let after = &padding.body.members[padding.after];
    let open_ended = padding.before.is_none() && is_flexible(&after.ty);
    let edit = if open_ended {
        edits::insert_before(cx.interface, after, &declaration)
    } else {
        edits::insert_behind(sources, after.span, &declaration)
    };
    let fix = Fix {
        message: format!(
            "add `{}` in its place, and {}",
            cx.spelling.ended(&declaration),
            cx.spelling.about_reserved()
        ),
        edits: edit.into_iter().collect(),
        safety: Safety::ChangesAbi,
    };
    Some((declaration, fix))
}

/// The alternative that takes all of a union, as a fix.
fn cover(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    padding: &Padding<'_>,
) -> Option<(String, Fix)> {
    let sizes = by_value(natural(padding.within), |abi| {
        Some(cx.layouts.record(argument.id, abi).ok()?.size)
    });
    let size = if sizes.len() == 1 { sizes.first()? } else { return None };
    let declaration = cx.spelling.reserved_bytes(&padding.free_name, *size);
    let after = &padding.body.members[padding.after];
    let edit = edits::insert_behind(&cx.interface.sources, after.span, &declaration);
    let fix = Fix {
        message: format!(
            "add `{}` as an alternative, and {}",
            cx.spelling.ended(&declaration),
            cx.spelling.about_reserved()
        ),
        edits: edit.into_iter().collect(),
        safety: Safety::ChangesAbi,
    };
    Some((declaration, fix))
}

/// Whether a type is an array without elements of its own: `[]` or `[0]`.
pub fn is_flexible(ty: &Type) -> bool {
    matches!(ty, Type::FlexibleArray(_) | Type::Array(_, Constant::Known(0)))
}

/// What comes of padding that is the same on every ABI, as the end of a sentence.
pub fn harm(argument: &ArgumentRecord<'_>, bytes: u64) -> String {
    let written = argument
        .commands
        .iter()
        .flat_map(|command| command.variants.iter())
        .any(|(_, body)| body.direction.kernel_writes());
    if written {
        let bytes = count(bytes, "byte");
        format!("the kernel leaks {bytes} of its memory unless it clears the structure first")
    } else {
        "programs pass garbage there, so the bytes can never get a meaning".into()
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{Abi, Direction};
    use ioctlkit_model::Layouts;

    use super::*;
    use crate::testing::{Build, LONG, U8, U32, U64};

    /// Where each padding is, how wide at most, on how many ABIs, and what would fill it.
    fn summary(members: &[(&str, Type)]) -> Vec<(usize, bool, u64, AbiSet, Option<String>)> {
        let mut build = Build::new();
        let id = build.structure("x", members);
        build.command("X_GET", Direction::Read, Type::Record(id));
        let layouts = Layouts::new(&build.interface);
        let cx = Context::new(&layouts);
        paddings(&cx, &cx.argument_records()[0])
            .iter()
            .map(|padding| {
                let declaration = filler(padding).map(|n| {
                    let record = cx.argument_records()[0].record;
                    cx.spelling.reserved(record, &padding.free_name, n)
                });
                let tail = padding.before.is_none();
                (padding.after, tail, padding.widest(), padding.abis(), declaration)
            })
            .collect()
    }

    fn aligning_64_bits() -> AbiSet {
        AbiSet::of(|abi| !abi.under_aligns_64_bit())
    }

    #[test]
    fn the_structure_of_the_kernels_guide_has_a_hole_and_a_tail_where_64_bits_are_aligned() {
        let on = aligning_64_bits();
        assert_eq!(
            summary(&[("a", U32), ("b", U64), ("c", U32)]),
            [
                (0, false, 4, on, Some("__u32 reserved0".into())),
                (2, true, 4, on, Some("__u32 reserved1".into())),
            ]
        );
    }

    #[test]
    fn the_filler_is_as_wide_as_the_widest_hole() {
        assert_eq!(
            summary(&[("reserved0", U8), ("b", U64)]),
            [(0, false, 7, AbiSet::ALL, Some("__u8 reserved1[7]".into()))]
        );
    }

    #[test]
    fn nothing_fills_a_hole_whose_width_follows_the_word() {
        let on = AbiSet::of(|abi| !abi.is_64_bit() && !abi.under_aligns_64_bit());
        assert_eq!(summary(&[("a", LONG), ("b", U64)]), [(0, false, 4, on, None)]);
    }

    #[test]
    fn rounding_alone_is_no_padding() {
        let colour = Type::Array(Box::new(U8), Constant::Known(3));
        assert_eq!(summary(&[("colour", colour)]), []);
        let on = AbiSet::of(|abi| !Abi::under_aligns_32_bit(abi));
        let hole = summary(&[("a", Type::Array(Box::new(U8), Constant::Known(2))), ("b", U32)]);
        assert_eq!(hole, [(0, false, 2, on, Some("__u16 reserved0".into()))]);
    }
}
