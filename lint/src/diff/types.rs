//! Structures, unions, enumerations and typedefs that the new version no longer defines.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::AbiSet;
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
    /// The ABIs that had it, of those on which the new version was read.
    pub abis: AbiSet,
}

/// Finds them, in the order of the old version. `pairs` are the structures that were compared.
pub(super) fn removed(versions: &Versions, pairs: &[RecordPair]) -> Vec<RemovedType> {
    let (old, new) = (versions.old(), versions.new_version());
    let there = names(new);
    let there: HashSet<&str> = there.iter().map(|(name, ..)| name.as_str()).collect();
    // `#define foo_item foo_entry` keeps `struct foo_item` compiling, and `#define foo_t int` a typedef.
    let macros = new.macros.iter().filter(|found| found.definition != found.name);
    let macros: HashSet<&str> = macros.map(|found| found.name.as_str()).collect();
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
        .filter(|(_, span, _)| asked_for.contains(&span.file) && is_there(span.file))
        .filter(|(name, ..)| !there.contains(name.as_str()) && !macros.contains(tag(name)))
        .filter(|(_, span, _)| !versions.hides(versions.old_path(span.file)))
        // A header that was not read on an ABI defines nothing there, which says nothing.
        .map(|(name, span, abis)| {
            let read = versions.read_on(versions.old_path(span.file));
            (name, span, abis.intersection(old.abis).intersection(new.abis).intersection(read))
        })
        .filter(|(_, _, abis)| !abis.is_empty())
        .filter(|(name, ..)| seen.insert(name.clone()))
        .map(|(name, old_span, abis)| RemovedType { now: by_name(&name), name, old_span, abis })
        .collect()
}

/// The last word of a type's name.
fn tag(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// The names of every type that is defined, each with the ABIs that have it.
fn names(interface: &Interface) -> Vec<(String, Span, AbiSet)> {
    let records = interface.records.iter().filter(|record| !record.variants.is_empty());
    let tags = records.filter(|record| record.name.is_some());
    let tags = tags.map(|record| (record.display_name(), record.span, record.variants.abis()));
    let enums = interface.enums.iter().filter(|found| !found.variants.is_empty());
    let enums = enums.filter_map(|found| {
        Some((format!("enum {}", found.name.as_ref()?), found.span, found.variants.abis()))
    });
    let typedefs = interface.typedefs.iter().filter(|found| !found.variants.is_empty());
    let typedefs = typedefs.map(|found| (found.name.clone(), found.span, found.variants.abis()));
    tags.chain(enums).chain(typedefs).collect()
}
