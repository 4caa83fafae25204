//! Enumerators whose values ask for a size: the compiler knows them for its own target only, and the text for
//! every ABI.

use crate::c::files::Loaded;
use crate::c::lex::names::{ByName, NameSet, hash};
use crate::c::uses::Uses;

/// The words that ask for what differs between ABIs.
const ASKING: [&str; 6] =
    ["sizeof", "_Alignof", "__alignof__", "__alignof", "offsetof", "__builtin_offsetof"];

/// The text of each such enumerator, or constant of a file; none where several have the name.
#[derive(Debug, Default)]
pub(crate) struct SizedEnumerators(ByName<Option<String>>);

impl SizedEnumerators {
    pub(crate) fn of(loaded: &[Loaded], uses: &Uses) -> Self {
        let asking: NameSet = ASKING.iter().map(|word| hash(word)).collect();
        let reached = uses.reach_through_enumerators(loaded, asking);
        let mut found = ByName::default();
        for file in loaded {
            for one in file.scan.enumerators.iter().filter(|one| reached.contains(&one.hash)) {
                let text = file.slice(&one.body);
                let text = format!("(({text}) + {})", one.behind);
                found.entry(one.hash).and_modify(|known| *known = None).or_insert(Some(text));
            }
        }
        Self(found)
    }

    /// Whether there is one of that name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        !self.0.is_empty() && self.0.contains_key(&hash(name))
    }

    /// What the one of a name is, by its hash.
    pub(crate) fn text(&self, name: u64) -> Option<&str> {
        self.0.get(&name)?.as_deref()
    }
}
