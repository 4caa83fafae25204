//! Structures, unions, enumerations and typedefs that the new version no longer defines.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{FileId, Interface, Span};

use super::pairing::RecordPair;
use super::{Versions, pairing};

/// A type that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedType {
    /// As C spells it: `struct x`, `enum x`, `x_t`.
    pub name: String,
    /// Its name in the old version, in the sources of that version.
    pub old_span: Span,
    /// What has its place in the new version: a structure that commands or members use instead.
    pub now: Option<String>,
}

/// Finds them, in the order of the old version. `pairs` are the structures that were compared.
pub(super) fn removed(versions: &Versions, pairs: &[RecordPair]) -> Vec<RemovedType> {
    let (old, new) = (versions.old(), versions.new_version());
    let there = names(new);
    let there: HashSet<&str> = there.iter().map(|(name, _)| name.as_str()).collect();
    let instead: HashMap<String, &str> = pairs
        .iter()
        .filter(|pair| pair.was.is_some())
        .map(|pair| (old.record(pair.old).display_name(), pair.known_as.as_str()))
        .collect();
    let by_name = |name: &str| instead.get(name).map(|now| (*now).to_owned());
    let asked_for = pairing::asked_for(old);
    let is_there = |file: FileId| versions.has(versions.old_path(file));
    let mut seen = HashSet::new();
    names(old)
        .into_iter()
        .filter(|(_, span)| asked_for.contains(&span.file) && is_there(span.file))
        .filter(|(name, _)| !there.contains(name.as_str()))
        .filter(|(_, span)| !versions.hides(versions.old_path(span.file)))
        .filter(|(name, _)| seen.insert(name.clone()))
        .map(|(name, old_span)| RemovedType { now: by_name(&name), name, old_span })
        .collect()
}

/// The names of every type that is defined.
fn names(interface: &Interface) -> Vec<(String, Span)> {
    let records = interface.records.iter().filter(|record| !record.variants.is_empty());
    let tags = records
        .filter_map(|record| record.name.as_ref().map(|_| (record.display_name(), record.span)));
    let enums = interface.enums.iter().filter(|found| !found.variants.is_empty());
    let enums =
        enums.filter_map(|found| Some((format!("enum {}", found.name.as_ref()?), found.span)));
    let typedefs = interface.typedefs.iter().filter(|found| !found.variants.is_empty());
    let typedefs = typedefs.map(|found| (found.name.clone(), found.span));
    tags.chain(enums).chain(typedefs).collect()
}
