//! What names were found to stand for, and those whose lookup has not ended: modules import from
//! each other in circles, and a name that one of them lacks is looked for in all of them.
//!
//! That a name is not found within a circle is known for good when the lookup that began the circle
//! has ended without finding it either. Until then it is unsettled, and answers whoever asks within
//! that lookup.

use std::collections::HashMap;

use super::scopes::{Names, ScopeId, Target};

/// A name, where it is looked for, and as what.
pub(crate) type Key = (ScopeId, String, Names);

/// No chain of lookups is longer.
const LONGEST: usize = 64;

/// What is known when a lookup begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// What the name stands for.
    Known(Option<Target>),
    /// It has to be looked for. [`Lookups::end`] takes what is found.
    Now,
}

#[derive(Debug)]
struct Lookup {
    key: Key,
    /// The first lookup, by its place in the chain, that this one led back to.
    leads_back_to: usize,
    /// How many names were unsettled when it began.
    unsettled: usize,
    /// Whether something within was not looked for, because the chain is too long.
    was_cut: bool,
}

/// Lookups that have ended, and the chain of those that have not.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    known: HashMap<Key, Option<Target>>,
    chain: Vec<Lookup>,
    /// What was not found, in a lookup that led back to the one at that place in the chain.
    unsettled: Vec<(Key, usize)>,
    unsettled_at: HashMap<Key, usize>,
}

/// Leads back to nothing.
const NOWHERE: usize = usize::MAX;

impl Lookups {
    /// Begins to look for a name.
    pub(crate) fn begin(&mut self, key: Key) -> Begun {
        if let Some(known) = self.known.get(&key) {
            return Begun::Known(known.clone());
        }
        let back = if let Some(index) = self.unsettled_at.get(&key) {
            Some(self.unsettled[*index].1)
        } else if self.is_too_long() {
            self.cut();
            Some(0)
        } else {
            self.chain.iter().position(|lookup| lookup.key == key)
        };
        if let Some(back) = back {
            self.lead_back_to(back);
            return Begun::Known(None);
        }
        self.push(key);
        Begun::Now
    }

    /// Ends the lookup that began last.
    pub(crate) fn end(&mut self, found: Option<&Target>) {
        let Some(lookup) = self.chain.pop() else { return };
        let leads_back = lookup.leads_back_to < self.chain.len();
        if found.is_none() && lookup.was_cut {
            self.cut();
        }
        if found.is_none() && leads_back {
            self.lead_back_to(lookup.leads_back_to);
            for (_, back) in &mut self.unsettled[lookup.unsettled..] {
                *back = lookup.leads_back_to.min(*back);
            }
            self.unsettled_at.insert(lookup.key.clone(), self.unsettled.len());
            self.unsettled.push((lookup.key, lookup.leads_back_to));
            return;
        }
        let forgotten = self.forget_unsettled(lookup.unsettled);
        if let Some(found) = found {
            self.known.insert(lookup.key, Some(found.clone()));
        } else if !lookup.was_cut {
            // What began the circle does not have it, so nothing within has.
            let keys = forgotten.into_iter().chain([lookup.key]);
            self.known.extend(keys.map(|key| (key, None)));
        }
    }

    /// Follows something within the chain that is no lookup of a name by itself.
    pub(crate) fn follow(&mut self, key: Key) {
        self.push(key);
    }

    /// Ends what [`Lookups::follow`] began.
    pub(crate) fn unfollow(&mut self) {
        let Some(lookup) = self.chain.pop() else { return };
        self.forget_unsettled(lookup.unsettled);
        if lookup.was_cut {
            self.cut();
        }
        if lookup.leads_back_to != NOWHERE {
            self.lead_back_to(lookup.leads_back_to.min(self.chain.len().saturating_sub(1)));
        }
    }

    /// Whether the chain is longer than any that is meant.
    pub(crate) fn is_too_long(&self) -> bool {
        self.chain.len() > LONGEST
    }

    /// What the innermost lookup has led back to so far, taken from it.
    pub(crate) fn take_way_back(&mut self) -> WayBack {
        let last = self.chain.last_mut();
        WayBack(last.map_or(NOWHERE, |last| std::mem::replace(&mut last.leads_back_to, NOWHERE)))
    }

    /// Gives back what was taken, and tells whether anything since has led back.
    pub(crate) fn put_way_back(&mut self, before: WayBack) -> bool {
        let led_back = self.chain.last().is_some_and(|last| last.leads_back_to != NOWHERE);
        self.lead_back_to(before.0);
        led_back
    }

    fn push(&mut self, key: Key) {
        let unsettled = self.unsettled.len();
        self.chain.push(Lookup { key, leads_back_to: NOWHERE, unsettled, was_cut: false });
    }

    /// Forgets what was unsettled last, down to that many.
    fn forget_unsettled(&mut self, count: usize) -> Vec<Key> {
        let forgotten: Vec<Key> = self.unsettled.drain(count..).map(|(key, _)| key).collect();
        for key in &forgotten {
            self.unsettled_at.remove(key);
        }
        forgotten
    }

    fn cut(&mut self) {
        if let Some(last) = self.chain.last_mut() {
            last.was_cut = true;
        }
    }

    fn lead_back_to(&mut self, place: usize) {
        if let Some(last) = self.chain.last_mut() {
            last.leads_back_to = last.leads_back_to.min(place);
        }
    }
}

/// What a lookup has led back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WayBack(usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn key(module: usize) -> Key {
        (ScopeId(module), "name".into(), Names::Types)
    }

    fn begins(lookups: &mut Lookups, module: usize) -> bool {
        matches!(lookups.begin(key(module)), Begun::Now)
    }

    /// 0 imports from 1, which imports from 0 and from 2, which imports from 1.
    fn look_around(lookups: &mut Lookups) {
        assert!(begins(lookups, 0));
        assert!(begins(lookups, 1));
        assert!(!begins(lookups, 0), "it leads back");
        assert!(begins(lookups, 2));
        assert!(!begins(lookups, 1), "it leads back");
        lookups.end(None);
        lookups.end(None);
    }

    #[test]
    fn what_a_circle_lacks_is_known_of_each_module_when_its_first_lookup_ends() {
        let mut lookups = Lookups::default();
        look_around(&mut lookups);
        lookups.end(None);
        for module in 0..3 {
            assert!(!begins(&mut lookups, module), "{module} is known");
        }
    }

    #[test]
    fn what_is_unsettled_within_a_circle_is_not_looked_for_again_there() {
        let mut lookups = Lookups::default();
        look_around(&mut lookups);
        assert!(begins(&mut lookups, 3));
        assert!(!begins(&mut lookups, 2), "unsettled");
        lookups.end(None);
        // 3 asked 2, which leads to 1 and so to 0: it is no more settled than they are.
        lookups.end(Some(&Target::Module(ScopeId(9))));
        for module in 1..4 {
            assert!(begins(&mut lookups, module), "{module} may lead to what 0 has");
            lookups.end(Some(&Target::Module(ScopeId(9))));
        }
    }

    #[test]
    fn a_chain_has_an_end_and_tells_nothing_of_what_is_nearer_to_it() {
        let mut lookups = Lookups::default();
        let begun = (0..1000).take_while(|&module| begins(&mut lookups, module)).count();
        assert_eq!(begun, LONGEST + 1);
        for _ in 0..begun {
            lookups.end(None);
        }
        assert!(begins(&mut lookups, LONGEST), "it has room from there");
    }
}
