//! What headers declare, for the files that include them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::declare::{Member, RecordKey};
use crate::outline::Declared;
use crate::preprocess::Macro;
use crate::types::Type;

/// A header of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'a, 't> {
    pub(crate) path: &'t str,
    pub(crate) includes: &'a [&'t str],
    pub(crate) declared: &'a Declared<'t>,
}

/// Where a name is declared.
type Places<'t> = FxHashMap<&'t str, Vec<u32>>;

/// All headers of a program.
#[derive(Debug, Default)]
pub(crate) struct Headers<'a, 't> {
    all: Vec<Header<'a, 't>>,
    /// The headers of each file name.
    by_name: FxHashMap<&'t str, Vec<u32>>,
    typedefs: Places<'t>,
    variables: Places<'t>,
    functions: Places<'t>,
    macros: Places<'t>,
    enumerators: Places<'t>,
    records: FxHashMap<RecordKey<'t>, Vec<u32>>,
}

impl<'a, 't> Headers<'a, 't> {
    pub(crate) fn of(headers: Vec<Header<'a, 't>>) -> Self {
        let mut all = Self::default();
        for (place, header) in (0..).zip(&headers) {
            let name = header.path.rsplit('/').next().unwrap_or(header.path);
            all.by_name.entry(name).or_default().push(place);
            let declared = header.declared;
            add(&mut all.typedefs, declared.typedefs.keys(), place);
            add(&mut all.variables, declared.variables.keys(), place);
            add(&mut all.functions, declared.functions.keys(), place);
            add(&mut all.macros, declared.macros.keys(), place);
            add(&mut all.enumerators, declared.enumerators.iter(), place);
            add(&mut all.records, declared.records.keys(), place);
        }
        all.all = headers;
        all
    }

    /// All definitions of macros.
    pub(crate) fn macros(&self) -> impl Iterator<Item = (&'t str, &'a Macro<'t>)> {
        let macros = self.all.iter().flat_map(|header| &header.declared.macros);
        macros.map(|(name, made)| (*name, made))
    }

    /// The headers that a file includes, and those that they include.
    pub(crate) fn included(&self, path: &str, includes: &[&'t str]) -> FxHashSet<u32> {
        let mut found = FxHashSet::default();
        let mut open: Vec<(&str, &str)> = includes.iter().map(|name| (path, *name)).collect();
        while let Some((from, name)) = open.pop() {
            if let Some(place) = self.named(from, name).filter(|place| found.insert(*place)) {
                let header = &self.all[place as usize];
                open.extend(header.includes.iter().map(|name| (header.path, *name)));
            }
        }
        found
    }

    /// The header that a file means by a name: the one whose path has the most in common with its own.
    fn named(&self, from: &str, name: &str) -> Option<u32> {
        let name = name.trim_start_matches("./");
        let last = name.rsplit('/').next().unwrap_or(name);
        let is_it = |place: &&u32| {
            let path = self.all[**place as usize].path;
            let plain = name.trim_start_matches("../");
            path == plain || path.strip_suffix(plain).is_some_and(|before| before.ends_with('/'))
        };
        let common = |place: &&u32| {
            let path = self.all[**place as usize].path;
            path.bytes().zip(from.bytes()).take_while(|(one, other)| one == other).count()
        };
        self.by_name.get(last)?.iter().filter(is_it).max_by_key(common).copied()
    }
}

fn add<'k, K: Copy + Eq + std::hash::Hash + 'k>(
    places: &mut FxHashMap<K, Vec<u32>>,
    names: impl Iterator<Item = &'k K>,
    place: u32,
) {
    for name in names {
        places.entry(*name).or_default().push(place);
    }
}

/// What a file sees of the headers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared<'a, 't> {
    pub(crate) headers: &'a Headers<'a, 't>,
    pub(crate) included: &'a FxHashSet<u32>,
}

impl<'a, 't> Shared<'a, 't> {
    /// What the headers say of a name. Where the file includes none that declares it, a build may do so, and
    /// all others count as far as they agree.
    fn one<T: PartialEq>(
        &self,
        places: Option<&Vec<u32>>,
        of: impl Fn(&'a Declared<'t>) -> Option<&'a T>,
    ) -> Option<&'a T> {
        let places = places?;
        let declared = |place: &u32| of(self.headers.all[*place as usize].declared);
        let mut included = places.iter().filter(|place| self.included.contains(place));
        if let Some(found) = included.find_map(declared) {
            return Some(found);
        }
        let mut all = places.iter().filter_map(declared);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    pub(crate) fn typedef(&self, name: &str) -> Option<&'a Type<'t>> {
        self.one(self.headers.typedefs.get(name), |declared| declared.typedefs.get(name))
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&'a Type<'t>> {
        self.one(self.headers.variables.get(name), |declared| declared.variables.get(name))
    }

    pub(crate) fn function(&self, name: &str) -> Option<&'a Type<'t>> {
        self.one(self.headers.functions.get(name), |declared| declared.functions.get(name))
    }

    pub(crate) fn record(&self, key: &RecordKey<'t>) -> Option<&'a Vec<Member<'t>>> {
        self.one(self.headers.records.get(key), |declared| declared.records.get(key))
    }

    pub(crate) fn has_record(&self, key: &RecordKey<'_>) -> bool {
        self.headers.records.contains_key(key)
    }

    pub(crate) fn is_enumerator(&self, name: &str) -> bool {
        self.headers.enumerators.contains_key(name)
    }

    /// A macro of a header that is included.
    pub(crate) fn macro_of(&self, name: &str) -> Option<&'a Macro<'t>> {
        let mut places = self.headers.macros.get(name)?.iter();
        let place = places.find(|place| self.included.contains(place))?;
        self.headers.all[*place as usize].declared.macros.get(name)
    }
}
