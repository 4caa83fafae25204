//! Which definitions of macros, and which conditions, use a word: what follows from a word's meaning is
//! found without reading everything again.

use crate::c::files::{Index, Loaded};
use crate::c::lex::names::{ByName, NameSet};
use crate::c::lex::scan::Define;

/// A definition or a condition, by its place in the scan of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum User {
    /// A definition whose text has the word.
    Define(u32, u32),
    /// A directive such as `#if` that asks for the word.
    Region(u32, u32),
}

/// Every use of every word, in the order of the words' hashes.
#[derive(Debug, Default)]
pub(crate) struct Uses(Vec<(u64, User)>);

impl Uses {
    pub(crate) fn of(loaded: &[Loaded]) -> Self {
        let mut uses = Vec::new();
        for (file, scan) in (0..).zip(loaded.iter().map(|file| &file.scan)) {
            for (at, define) in (0..).zip(&scan.defines) {
                uses.extend(define.words.iter().map(|word| (*word, User::Define(file, at))));
            }
            for (at, region) in (0..).zip(&scan.regions) {
                uses.extend(region.identifiers.iter().map(|word| (*word, User::Region(file, at))));
            }
        }
        uses.sort_unstable();
        uses.dedup();
        Self(uses)
    }

    /// What uses a word, given as its hash.
    pub(crate) fn of_word(&self, word: u64) -> impl Iterator<Item = User> {
        let first = self.0.partition_point(|(known, _)| *known < word);
        self.0[first..].iter().take_while(move |(known, _)| *known == word).map(|(_, user)| *user)
    }

    /// The names of all macros whose expansion reaches one of `names`, and these.
    pub(crate) fn reach(&self, loaded: &[Loaded], mut names: NameSet) -> NameSet {
        let mut todo: Vec<u64> = names.iter().copied().collect();
        while let Some(name) = todo.pop() {
            for (_, user) in self.defines(loaded, name) {
                if names.insert(user.hash) {
                    todo.push(user.hash);
                }
            }
        }
        names
    }

    /// The same, with the enumerators and constants whose values reach them.
    pub(crate) fn reach_through_enumerators(&self, loaded: &[Loaded], names: NameSet) -> NameSet {
        let mut by_word: ByName<Vec<u64>> = ByName::default();
        for one in loaded.iter().flat_map(|file| &file.scan.enumerators) {
            for word in &*one.words {
                by_word.entry(*word).or_default().push(one.hash);
            }
        }
        let mut reached = self.reach(loaded, names);
        let mut todo: Vec<u64> = reached.iter().copied().collect();
        while let Some(name) = todo.pop() {
            let new: NameSet = by_word.remove(&name).into_iter().flatten().collect();
            for name in self.reach(loaded, new) {
                if reached.insert(name) {
                    todo.push(name);
                }
            }
        }
        reached
    }

    /// The definitions that use a word.
    pub(crate) fn defines<'l>(
        &self,
        loaded: &'l [Loaded],
        word: u64,
    ) -> impl Iterator<Item = (Index, &'l Define)> {
        self.of_word(word).filter_map(|user| match user {
            User::Define(file, at) => {
                Some((file as Index, &loaded[file as usize].scan.defines[at as usize]))
            }
            User::Region(..) => None,
        })
    }
}
