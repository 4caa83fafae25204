//! Things that are found ABI by ABI, and said once for all ABIs that have them.

use std::collections::HashMap;
use std::hash::Hash;

use ioctlkit_abi::{AbiId, AbiSet};

/// What was found so far, in the order in which it was met first.
#[derive(Debug)]
pub(crate) struct OnAbis<T> {
    found: Vec<(AbiSet, T)>,
    places: HashMap<T, usize>,
}

impl<T: Clone + Eq + Hash> OnAbis<T> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { found: Vec::new(), places: HashMap::new() }
    }

    /// Adds what one ABI has.
    pub(crate) fn add(&mut self, abi: AbiId, all: impl IntoIterator<Item = T>) {
        for one in all {
            if let Some(place) = self.places.get(&one) {
                self.found[*place].0.insert(abi);
            } else {
                self.places.insert(one.clone(), self.found.len());
                self.found.push((AbiSet::only(abi), one));
            }
        }
    }

    /// Each thing that was found so far.
    pub(crate) fn each(&self) -> impl Iterator<Item = &T> {
        self.found.iter().map(|(_, one)| one)
    }

    /// Each thing with its ABIs.
    pub(crate) fn into_each(self) -> impl Iterator<Item = (AbiSet, T)> {
        self.found.into_iter()
    }
}
