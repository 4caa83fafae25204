//! The members of the structures of a document, with where each is on every ABI.

use std::collections::{BTreeMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Interface, Layouts, RecordId, Span, Type};

use super::analysis::Part;
use super::per_abi::PerAbi;

/// Where a member is, and what follows it.
#[derive(Debug, Default)]
pub(super) struct MemberPlace {
    /// The ABIs that have it.
    pub(super) abis: AbiSet,
    /// Bits from the beginning of the structure that has a name.
    pub(super) offsets: PerAbi<u64>,
    /// Bits of no member between this one and the next.
    pub(super) holes: PerAbi<u64>,
    /// Bits behind the last member.
    pub(super) tails: PerAbi<u64>,
}

/// The members of the document, by their declarations.
pub(super) fn of_document(part: &Part, layouts: &Layouts<'_>) -> BTreeMap<Span, MemberPlace> {
    let interface = layouts.interface();
    let within_others = unnamed(interface);
    let mut members = Members { layouts, part, places: BTreeMap::new() };
    for id in (0..interface.records.len() as u32).map(RecordId) {
        if within_others.contains(&id) || !is_in_document(part, id) {
            continue;
        }
        for abi in interface.record(id).variants.abis() {
            members.add(id, abi, 0, 0);
        }
    }
    members.places
}

/// The structures that are a member without a name of another one: their members are its own.
pub(super) fn unnamed(interface: &Interface) -> HashSet<RecordId> {
    let bodies = interface.records.iter().flat_map(|record| record.variants.iter());
    let members = bodies.flat_map(|(_, body)| &body.members);
    let unnamed = members.filter(|member| member.name.is_none());
    unnamed
        .filter_map(|member| match member.ty {
            Type::Record(id) => Some(id),
            _ => None,
        })
        .collect()
}

fn is_in_document(part: &Part, id: RecordId) -> bool {
    part.interface.record(id).variants.iter().any(|(_, body)| part.owns(body.span))
}

/// Structures in one another that are deeper than this are no source that somebody reads.
const DEEPEST: u32 = 64;

struct Members<'a> {
    layouts: &'a Layouts<'a>,
    part: &'a Part,
    places: BTreeMap<Span, MemberPlace>,
}

impl Members<'_> {
    fn add(&mut self, id: RecordId, abi: AbiId, base_bits: u64, depth: u32) {
        let interface = self.layouts.interface();
        let Some(body) = interface.body(id, abi) else { return };
        let Ok(layout) = self.layouts.record(id, abi) else { return };
        let only = AbiSet::only(abi);
        for (member, placement) in body.members.iter().zip(&layout.members) {
            let offset = base_bits.saturating_add(placement.offset_bits);
            match member.ty {
                Type::Record(inner) if member.name.is_none() && depth < DEEPEST => {
                    self.add(inner, abi, offset, depth + 1);
                }
                _ if member.name.is_none() => {}
                _ => self.place(member.span, only, |place| place.offsets.add(offset, only)),
            }
        }
        for gap in layout.gaps() {
            if let Some(member) = gap.after.and_then(|index| body.members.get(index)) {
                self.place(member.span, only, |place| place.holes.add(gap.bits, only));
            }
        }
        if let Some((tail, member)) = layout.tail().zip(body.members.last()) {
            self.place(member.span, only, |place| place.tails.add(tail.bits, only));
        }
    }

    fn place(&mut self, span: Span, abis: AbiSet, note: impl FnOnce(&mut MemberPlace)) {
        if self.part.owns(span) {
            let place = self.places.entry(span).or_default();
            place.abis = place.abis.union(abis);
            note(place);
        }
    }
}
