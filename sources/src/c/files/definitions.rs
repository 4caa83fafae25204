//! Where each macro is defined.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::{Index, Loaded};
use crate::c::lex::names::ByName;

/// A definition, by its file and its place in the scan of that.
pub(super) type DefinitionIndex = (Index, usize);

/// The definition of each macro.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// `None` where there are several texts.
    pub(super) of_all: ByName<Option<DefinitionIndex>>,
    /// Of the macros with several texts, those of each file, likewise.
    pub(super) of_file: HashMap<(Index, u64), Option<DefinitionIndex>, FxBuildHasher>,
}

impl Definitions {
    pub(super) fn of(loaded: &[Loaded]) -> Self {
        let mut found = Self::default();
        let all = || {
            loaded.iter().enumerate().flat_map(|(index, file)| {
                (0..).zip(&file.scan.defines).map(move |(at, define)| (index, at, define))
            })
        };
        let mut several = false;
        for (index, at, define) in all() {
            let place = found.of_all.entry(define.hash).or_insert(Some((index, at)));
            let text = loaded[index].slice(&define.body);
            let same_text = place.is_some_and(|(index, at): DefinitionIndex| {
                let first = &loaded[index];
                let known = &first.scan.defines[at];
                known.parameters == define.parameters && first.slice(&known.body) == text
            });
            if !same_text {
                *place = None;
                several = true;
            }
        }
        for (index, at, define) in all().filter(|_| several) {
            if found.of_all[&define.hash].is_none() {
                let own = found.of_file.entry((index, define.hash));
                own.and_modify(|place| *place = None).or_insert(Some((index, at)));
            }
        }
        found
    }
}
