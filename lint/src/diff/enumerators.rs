//! Enumerators of two versions.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Among, Enum, Enumerator, FileId, Interface, Span, expected};

use super::{Versions, pairing};

/// An enumerator whose value is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renumbered {
    /// Its name.
    pub name: String,
    /// The tag of its enumeration in the new version, if it has one.
    pub of: Option<String>,
    /// The enumeration, in the sources of the new version.
    pub span: Span,
    /// The enumeration, in the sources of the old version.
    pub old_span: Span,
    /// What it was.
    pub old: i128,
    /// What it is.
    pub new: i128,
    /// The ABIs on which it changed.
    pub abis: AbiSet,
}

/// What an enumerator is on some ABIs.
struct Known<'a> {
    path: &'a str,
    found: &'a Enum,
    abis: AbiSet,
    value: i128,
    among: Among,
}

/// Enumerators of both versions that have other values, but for changes that are expected, which constants
/// are reported with.
pub(super) fn renumbered(versions: &Versions) -> Vec<Renumbered> {
    let (old, new) = (versions.old(), versions.new_version());
    let mut all: Vec<Renumbered> = Vec::new();
    let known = by_name(new, |file| versions.new_path(file));
    let asked_for = pairing::asked_for(old);
    // Those that are commands are compared as such: their values differ between ABIs.
    let commands: HashSet<&str> =
        old.commands.iter().chain(&new.commands).map(|command| command.name.as_str()).collect();
    for found in old.enums.iter().filter(|found| asked_for.contains(&found.span.file)) {
        let path = versions.old_path(found.span.file);
        for (abis, body) in found.variants.iter() {
            for (enumerator, among) in Among::each(body) {
                if commands.contains(enumerator.name.as_str()) {
                    continue;
                }
                let Some(others) = known.get(enumerator.name.as_str()) else { continue };
                // One of the same header goes before one of that name elsewhere.
                let here = others.iter().find(|other| other.path == path);
                let Some(one) = here.or(others.first()) else { continue };
                for now in others.iter().filter(|other| std::ptr::eq(other.found, one.found)) {
                    let changed = abis.intersection(now.abis).intersection(new.abis);
                    let among = among.in_both(now.among);
                    if changed.is_empty() || is_as_it_was(enumerator, now.value, among) {
                        continue;
                    }
                    all.push(Renumbered {
                        name: enumerator.name.clone(),
                        of: now.found.name.clone(),
                        span: now.found.span,
                        old_span: found.span,
                        old: enumerator.value,
                        new: now.value,
                        abis: changed,
                    });
                }
            }
        }
    }
    all
}

/// Whether the value is the same, or another one as expected.
fn is_as_it_was(old: &Enumerator, new: i128, among: Among) -> bool {
    old.value == new || expected(&old.name, (old.value, new), among).is_some()
}

fn by_name<'a>(
    interface: &'a Interface,
    path: impl Fn(FileId) -> &'a str,
) -> HashMap<&'a str, Vec<Known<'a>>> {
    let mut known: HashMap<&'a str, Vec<Known<'a>>> = HashMap::new();
    for found in &interface.enums {
        for (abis, body) in found.variants.iter() {
            for (enumerator, among) in Among::each(body) {
                known.entry(enumerator.name.as_str()).or_default().push(Known {
                    path: path(found.span.file),
                    found,
                    abis,
                    value: enumerator.value,
                    among,
                });
            }
        }
    }
    known
}
