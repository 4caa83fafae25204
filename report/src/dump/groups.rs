//! ABIs that agree share an entry, and name themselves by the number of their set.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, AbiSet};
use serde::{Serialize, Serializer};

use crate::json::names;

/// The sets of ABIs that a dump speaks of, in the order in which it first does.
#[derive(Debug, Default)]
pub(super) struct Sets(RefCell<Known>);

#[derive(Debug, Default)]
struct Known {
    order: Vec<AbiSet>,
    numbers: BTreeMap<AbiSet, u32>,
}

impl Sets {
    /// The number of a set.
    pub(super) fn number(&self, set: AbiSet) -> u32 {
        let mut known = self.0.borrow_mut();
        let next = known.order.len() as u32;
        let number = *known.numbers.entry(set).or_insert(next);
        if number == next {
            known.order.push(set);
        }
        number
    }
}

/// The list that the numbers point into. It is the last key, since writing the others makes it.
impl Serialize for Sets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.borrow().order.iter().map(|set| names(*set)))
    }
}

/// What some ABIs have in common.
#[derive(Serialize)]
pub(super) struct OnSomeAbis<T> {
    abis: u32,
    #[serde(flatten)]
    entry: T,
}

/// Why some ABIs have nothing to say.
#[derive(Serialize)]
pub(super) struct Reason {
    abis: u32,
    reason: String,
}

/// An entry for each group of ABIs that agree, in the order of each group's first ABI; none for
/// ABIs that have nothing to say.
pub(super) fn grouped<T: PartialEq>(
    abis: AbiSet,
    sets: &Sets,
    entry: impl FnMut(AbiId) -> Option<T>,
) -> Vec<OnSomeAbis<T>> {
    let groups = by_entry(abis, entry).into_iter();
    groups.map(|(set, entry)| OnSomeAbis { abis: sets.number(set), entry }).collect()
}

/// The reasons, grouped in the same way.
pub(super) fn reasons(
    abis: AbiSet,
    sets: &Sets,
    reason: impl FnMut(AbiId) -> Option<String>,
) -> Vec<Reason> {
    let groups = by_entry(abis, reason).into_iter();
    groups.map(|(set, reason)| Reason { abis: sets.number(set), reason }).collect()
}

fn by_entry<T: PartialEq>(
    abis: AbiSet,
    mut entry: impl FnMut(AbiId) -> Option<T>,
) -> Vec<(AbiSet, T)> {
    let mut groups: Vec<(AbiSet, T)> = Vec::new();
    for abi in abis {
        let Some(entry) = entry(abi) else { continue };
        match groups.iter_mut().find(|(_, known)| *known == entry) {
            Some((set, _)) => set.insert(abi),
            None => groups.push((AbiSet::only(abi), entry)),
        }
    }
    groups
}
