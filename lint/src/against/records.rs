//! Compares two structures on every ABI that has both.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Layouts, Record};

use super::members::{Slot, slots};
use super::names::same_member;
use super::{Extent, Fault, Item, Pair, RecordPair, Told};

/// Compares a pair of structures.
pub(super) fn compare(rust: &Layouts<'_>, c: &Layouts<'_>, pair: RecordPair) -> Pair {
    let within = rust.interface().abis.intersection(c.interface().abis);
    let mut abis = AbiSet::EMPTY;
    let mut faults: Vec<Told> = Vec::new();
    for abi in within {
        let (Ok(ours), Ok(theirs)) = (slots(rust, pair.rust, abi), slots(c, pair.c, abi)) else {
            continue;
        };
        abis.insert(abi);
        add(&mut faults, abi, on_one_abi(&ours, &theirs));
    }
    let (ours, theirs) = (rust.interface().record(pair.rust), c.interface().record(pair.c));
    Pair {
        item: Item::Record,
        name: name(ours),
        c_name: theirs.display_name(),
        span: ours.span,
        c_span: theirs.span,
        abis,
        faults,
    }
}

fn name(record: &Record) -> String {
    let name = record.name.as_ref().or(record.typedef_name.as_ref());
    name.cloned().unwrap_or_else(|| record.display_name())
}

/// Faults that several ABIs have are told once.
fn add(known: &mut Vec<Told>, abi: AbiId, faults: Vec<Fault>) {
    for fault in faults {
        match known.iter_mut().find(|told| told.fault == fault) {
            Some(told) => told.abis.insert(abi),
            None => known.push(Told { abis: AbiSet::only(abi), fault }),
        }
    }
}

fn on_one_abi(ours: &(u64, Vec<Slot<'_>>), theirs: &(u64, Vec<Slot<'_>>)) -> Vec<Fault> {
    let mut faults = Vec::new();
    if ours.0 != theirs.0 {
        faults.push(Fault::Size { rust: ours.0, c: theirs.0 });
    }
    members(&ours.1, &theirs.1, &mut faults);
    faults
}

/// What became of each slot of one side.
struct Matched(Vec<bool>);

impl Matched {
    fn new(slots: &[Slot<'_>]) -> Self {
        Self(vec![false; slots.len()])
    }

    /// Marks a slot and everything in it.
    fn mark(&mut self, slots: &[Slot<'_>], index: usize) {
        self.0[index] = true;
        // What is in an opened slot comes behind it.
        for (inner, slot) in slots.iter().enumerate().skip(index + 1) {
            if slot.within.is_some_and(|holder| holder >= index && self.0[holder]) {
                self.0[inner] = true;
            }
        }
    }
}

fn members(ours: &[Slot<'_>], theirs: &[Slot<'_>], faults: &mut Vec<Fault>) {
    let (mut our_matched, mut their_matched) = (Matched::new(ours), Matched::new(theirs));
    for (their_index, their) in theirs.iter().enumerate().filter(|(_, slot)| !slot.opened) {
        let Some(name) = &their.member.name else { continue };
        let ours_of_name = ours.iter().enumerate().find(|(index, our)| {
            !our.opened
                && !our_matched.0[*index]
                && our.member.name.as_ref().is_some_and(|our| same_member(our, name))
        });
        let Some((our_index, our)) = ours_of_name else { continue };
        if their.is_reserved() || our.is_reserved() {
            // Reserved bytes may be split and called as each side likes.
            continue;
        }
        our_matched.mark(ours, our_index);
        their_matched.mark(theirs, their_index);
        if our.extent != their.extent {
            faults.push(Fault::Place {
                member: our.name(),
                c_member: their.name(),
                rust: our.extent,
                c: their.extent,
            });
        }
    }
    // Members under other names, and members that stand for an anonymous union as a whole.
    for (our_index, our) in ours.iter().enumerate() {
        if our_matched.0[our_index] || our.is_reserved() || our.extent.size_bits == 0 {
            continue;
        }
        let same_place = theirs.iter().enumerate().find(|(index, their)| {
            let is_free = !(their_matched.0[*index] || their.is_reserved());
            let both_opened = our.opened && their.opened;
            is_free && !both_opened && their.extent == our.extent
        });
        if let Some((their_index, _)) = same_place {
            our_matched.mark(ours, our_index);
            their_matched.mark(theirs, their_index);
        }
    }
    faults.extend(
        left(ours, &our_matched, theirs, &their_matched)
            .map(|slot| Fault::OnlyInRust { member: slot.name(), rust: slot.extent }),
    );
    faults.extend(
        left(theirs, &their_matched, ours, &our_matched)
            .map(|slot| Fault::OnlyInC { c_member: slot.name(), c: slot.extent }),
    );
}

/// The slots without a counterpart whose bytes the other side does not keep free for them either.
/// A header that is older or newer has reserved bytes there, or fewer alternatives of a union.
fn left<'s, 'a>(
    slots: &'s [Slot<'a>],
    matched: &'s Matched,
    others: &'s [Slot<'_>],
    others_matched: &'s Matched,
) -> impl Iterator<Item = &'s Slot<'a>> {
    slots.iter().enumerate().filter_map(move |(index, slot)| {
        let plain = !slot.opened && !slot.is_reserved() && slot.extent.size_bits > 0;
        if !plain || matched.0[index] {
            return None;
        }
        let takes_its_place = others.iter().enumerate().filter(|(index, other)| {
            !other.opened && (slot.shared || other.is_reserved() || !others_matched.0[*index])
        });
        let extents: Vec<Extent> = takes_its_place.map(|(_, other)| other.extent).collect();
        // Rust has an integer where C names some of its bits; the others are nobody's.
        let has_named_bits = others.iter().enumerate().any(|(index, other)| {
            other.member.bits.is_some()
                && !others_matched.0[index]
                && slot.extent.offset_bits <= other.extent.offset_bits
                && other.extent.end_bits() <= slot.extent.end_bits()
        });
        (!has_named_bits && !slot.extent.is_covered_by(extents)).then_some(slot)
    })
}
