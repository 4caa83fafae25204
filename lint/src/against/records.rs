//! Compares two structures on every ABI that has both.

use std::collections::{HashMap, VecDeque};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Layouts, Record};

use super::members::{Slot, slots};
use super::names::{folded, spellings};
use super::places::Places;
use super::{Extent, Fault, Item, Pair, RecordPair, Told};
use crate::on_abis::OnAbis;

/// Compares a pair of structures.
pub(super) fn compare(rust: &Layouts<'_>, c: &Layouts<'_>, pair: RecordPair) -> Pair {
    let within = rust.interface().abis.intersection(c.interface().abis);
    let mut abis = AbiSet::EMPTY;
    let mut faults = OnAbis::new();
    for abi in within {
        let (Ok(ours), Ok(theirs)) = (slots(rust, pair.rust, abi), slots(c, pair.c, abi)) else {
            continue;
        };
        abis.insert(abi);
        faults.add(abi, on_one_abi(&ours, &theirs));
    }
    let faults = faults.into_each().map(|(abis, fault)| Told { abis, fault }).collect();
    let (ours, theirs) = (rust.interface().record(pair.rust), c.interface().record(pair.c));
    Pair {
        item: Item::Record,
        name: name(ours),
        c_name: theirs.display_name(),
        span: ours.span,
        c_span: theirs.span,
        abis,
        faults,
        packed_by: None,
    }
}

fn name(record: &Record) -> String {
    let name = record.name.as_ref().or(record.typedef_name.as_ref());
    name.cloned().unwrap_or_else(|| record.display_name())
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
        // What is in an opened slot comes right behind it.
        let behind = slots.iter().enumerate().skip(index + 1);
        for (inner, _) in behind.take_while(|(_, slot)| slot.within >= Some(index)) {
            self.0[inner] = true;
        }
    }
}

fn members(ours: &[Slot<'_>], theirs: &[Slot<'_>], faults: &mut Vec<Fault>) {
    let (mut our_matched, mut their_matched) = (Matched::new(ours), Matched::new(theirs));
    let mut by_name: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, our) in ours.iter().enumerate().filter(|(_, slot)| !slot.opened) {
        if let Some(name) = &our.member.name {
            by_name.entry(folded(name)).or_default().push_back(index);
        }
    }
    for (their_index, their) in theirs.iter().enumerate().filter(|(_, slot)| !slot.opened) {
        let Some(name) = &their.member.name else { continue };
        let of_spelling = |name: String| by_name.get(&name)?.front().copied();
        let Some(our_index) = spellings(name).into_iter().filter_map(of_spelling).min() else {
            continue;
        };
        let our = &ours[our_index];
        if their.is_reserved() || our.is_reserved() {
            // Reserved bytes may be split and called as each side likes.
            continue;
        }
        if let Some(name) = &our.member.name
            && let Some(same) = by_name.get_mut(&folded(name))
        {
            same.pop_front();
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
    let mut by_place: HashMap<Extent, VecDeque<usize>> = HashMap::new();
    for (index, their) in theirs.iter().enumerate().filter(|(_, their)| !their.is_reserved()) {
        by_place.entry(their.extent).or_default().push_back(index);
    }
    for (our_index, our) in ours.iter().enumerate() {
        if our_matched.0[our_index] || our.is_reserved() || our.extent.size_bits == 0 {
            continue;
        }
        let Some(same_place) = by_place.get_mut(&our.extent) else { continue };
        while same_place.front().is_some_and(|index| their_matched.0[*index]) {
            same_place.pop_front();
        }
        let found = same_place
            .iter()
            .copied()
            .find(|index| !(their_matched.0[*index] || our.opened && theirs[*index].opened));
        if let Some(their_index) = found {
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
    let plain = || others.iter().enumerate().filter(|(_, other)| !other.opened);
    let places = |index: usize, other: &Slot<'_>| (index, other.extent);
    let all = Places::of(plain().map(|(index, other)| places(index, other)));
    let free = plain().filter(|(index, other)| other.is_reserved() || !others_matched.0[*index]);
    let free = Places::of(free.map(|(index, other)| places(index, other)));
    let named_bits = others
        .iter()
        .enumerate()
        .filter(|(index, other)| other.member.bits.is_some() && !others_matched.0[*index]);
    let named_bits = Places::of(named_bits.map(|(index, other)| places(index, other)));
    slots.iter().enumerate().filter_map(move |(index, slot)| {
        let plain = !slot.opened && !slot.is_reserved() && slot.extent.size_bits > 0;
        if !plain || matched.0[index] {
            return None;
        }
        // Rust has an integer where C names some of its bits; the others are nobody's.
        let has_named_bits = named_bits.overlapping(slot.extent).any(|index| {
            let bits = others[index].extent;
            slot.extent.offset_bits <= bits.offset_bits && bits.end_bits() <= slot.extent.end_bits()
        });
        let takes_its_place = if slot.shared { &all } else { &free };
        (!has_named_bits && !takes_its_place.cover(slot.extent)).then_some(slot)
    })
}
