//! Enumerators of two versions.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Enum, FileId, Interface, Span};

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

/// What an enumerator is, by its name.
struct Known<'a> {
    path: &'a str,
    found: &'a Enum,
    value: i128,
}

/// Enumerators of both versions that have other values, but for those that count the others.
pub(super) fn renumbered(versions: &Versions) -> Vec<Renumbered> {
    let (old, new) = (versions.old(), versions.new_version());
    let mut all: Vec<Renumbered> = Vec::new();
    for abi in old.abis.intersection(new.abis) {
        let known = by_name(new, abi, |file| versions.new_path(file));
        let asked_for = pairing::asked_for(old);
        for found in old.enums.iter().filter(|found| asked_for.contains(&found.span.file)) {
            let Some(body) = found.variants.get(abi) else { continue };
            let path = versions.old_path(found.span.file);
            let mut seen = BTreeSet::new();
            for enumerator in &body.enumerators {
                if counts_others(&enumerator.name) || !seen.insert(&enumerator.name) {
                    continue;
                }
                let Some(others) = known.get(enumerator.name.as_str()) else { continue };
                let Some(now) = others.iter().find(|other| other.path == path).or(others.first())
                else {
                    continue;
                };
                let grew = enumerator.name.ends_with("_MASK")
                    && now.value & enumerator.value == enumerator.value;
                if now.value != enumerator.value && !grew {
                    let changed = Renumbered {
                        name: enumerator.name.clone(),
                        of: now.found.name.clone(),
                        span: now.found.span,
                        old_span: found.span,
                        old: enumerator.value,
                        new: now.value,
                        abis: AbiSet::only(abi),
                    };
                    add(&mut all, changed);
                }
            }
        }
    }
    all
}

/// The same change on several ABIs is one.
fn add(all: &mut Vec<Renumbered>, changed: Renumbered) {
    let same = |known: &&mut Renumbered| {
        known.name == changed.name
            && known.old_span == changed.old_span
            && (known.old, known.new) == (changed.old, changed.new)
    };
    match all.iter_mut().find(same) {
        Some(known) => known.abis = known.abis.union(changed.abis),
        None => all.push(changed),
    }
}

fn by_name<'a>(
    interface: &'a Interface,
    abi: AbiId,
    path: impl Fn(FileId) -> &'a str,
) -> HashMap<&'a str, Vec<Known<'a>>> {
    let mut known: HashMap<&'a str, Vec<Known<'a>>> = HashMap::new();
    for found in &interface.enums {
        let Some(body) = found.variants.get(abi) else { continue };
        for enumerator in &body.enumerators {
            known.entry(enumerator.name.as_str()).or_default().push(Known {
                path: path(found.span.file),
                found,
                value: enumerator.value,
            });
        }
    }
    known
}

/// Whether an enumerator is there to say how many others there are, so that it changes with them.
fn counts_others(name: &str) -> bool {
    const WORDS: [&str; 11] =
        ["MAX", "LAST", "COUNT", "NUM", "CNT", "NR", "END", "LIMIT", "SIZE", "SENTINEL", "NBITS"];
    let name = name.to_ascii_uppercase();
    name.ends_with("MAX") || name.split('_').any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_others_is_known_by_its_name() {
        for name in [
            "IFLA_MAX",
            "__IFLA_MAX",
            "BPF_LINK_TYPE_COUNT",
            "NUM_STATES",
            "foo_last",
            "__MIB_XFRMMAX",
        ] {
            assert!(counts_others(name), "{name}");
        }
        for name in ["IFLA_MAXIMUM", "LASTING", "NUMBER"] {
            assert!(!counts_others(name), "{name}");
        }
    }
}
