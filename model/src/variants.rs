//! A thing that may be defined otherwise on some ABIs.

use ioctlkit_abi::{AbiId, AbiSet};

/// The definitions of one thing, each with the ABIs that it holds on. No ABI has two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variants<T>(Vec<(AbiSet, T)>);

impl<T> Default for Variants<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Variants<T> {
    /// One definition for these ABIs.
    pub fn one(abis: AbiSet, definition: T) -> Self {
        Self(vec![(abis, definition)])
    }

    /// The definition on that ABI, if the thing exists there.
    pub fn get(&self, abi: AbiId) -> Option<&T> {
        self.0.iter().find(|(abis, _)| abis.contains(abi)).map(|(_, definition)| definition)
    }

    /// The ABIs on which the thing exists.
    pub fn abis(&self) -> AbiSet {
        self.0.iter().fold(AbiSet::EMPTY, |all, (abis, _)| all.union(*abis))
    }

    /// Every definition with its ABIs.
    pub fn iter(&self) -> impl Iterator<Item = (AbiSet, &T)> {
        self.0.iter().map(|(abis, definition)| (*abis, definition))
    }

    /// Every definition, to be changed so that two that differ still do.
    pub(crate) fn definitions_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, definition)| definition)
    }

    /// The definition that was added first, usually that of the first ABI.
    pub fn first(&self) -> Option<&T> {
        self.0.first().map(|(_, definition)| definition)
    }

    /// How many definitions differ.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the thing exists nowhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> IntoIterator for Variants<T> {
    type Item = (AbiSet, T);
    type IntoIter = std::vec::IntoIter<(AbiSet, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: PartialEq> Variants<T> {
    /// Adds a definition for ABIs that have none yet; an equal one is shared.
    pub fn add(&mut self, abis: AbiSet, definition: T) {
        let abis = abis.difference(self.abis());
        if abis.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(_, known)| *known == definition) {
            Some((known_abis, _)) => *known_abis = known_abis.union(abis),
            None => self.0.push((abis, definition)),
        }
    }
}
