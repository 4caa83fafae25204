//! Headers that define `_IOC` and its family anew: their commands are packed by what they say, and not
//! by what the kernel says.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::Type;

use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::condition;
use crate::c::lex::expression::{Macro, Names};
use crate::c::lex::names::hash;
use crate::c::lex::scan::Define;
use crate::c::macros::{ROOTS, is_ioctl_h};
use crate::watch;

/// The headers with macros of their own, and those that see them.
#[derive(Debug, Default)]
pub(crate) struct Redefined {
    definitions: HashMap<String, (Index, usize)>,
    holds_in: HashSet<Index>,
    /// Definitions under a condition of which nobody knows whether it holds: they were not followed.
    unclear: Vec<(Index, usize)>,
}

impl Redefined {
    pub(crate) fn find(files: &Files) -> Self {
        let mut found = Self::default();
        for (index, file) in files.loaded.iter().enumerate() {
            if file.is_virtual || is_ioctl_h(file) {
                continue;
            }
            let is_root = |define: &Define| ROOTS.contains(&define.name.as_str());
            if !file.scan.defines.iter().any(is_root) {
                continue;
            }
            let seen = watch::during(|| vec![file.path.clone()], || Seen::of(files, file));
            for (at, define) in file.scan.defines.iter().enumerate() {
                if !is_root(define) {
                    continue;
                }
                match seen.has(define) {
                    Some(true) => {
                        found.definitions.entry(define.name.clone()).or_insert((index, at));
                        found.holds_in.insert(index);
                    }
                    Some(false) => {}
                    None => found.unclear.push((index, at)),
                }
            }
        }
        found.spread(files);
        found
    }

    /// Adds the headers that include one with such macros.
    fn spread(&mut self, files: &Files) {
        while !self.holds_in.is_empty() {
            let names: HashSet<_> = self
                .holds_in
                .iter()
                .filter_map(|index| files.loaded[*index].path.file_name())
                .collect();
            let includes = |index: &Index| {
                files.loaded[*index].scan.includes.iter().any(|include| {
                    std::path::Path::new(&include.name)
                        .file_name()
                        .is_some_and(|name| names.contains(name))
                })
            };
            let new: Vec<Index> = (0..files.loaded.len())
                .filter(|index| !self.holds_in.contains(index) && includes(index))
                .collect();
            if new.is_empty() {
                break;
            }
            self.holds_in.extend(new);
        }
    }

    /// Whether a header's commands are packed by such macros.
    pub(crate) fn holds_in(&self, index: Index) -> bool {
        self.holds_in.contains(&index)
    }

    /// Definitions that were not followed, since nobody knows whether their conditions hold.
    pub(crate) fn unclear(&self) -> &[(Index, usize)] {
        &self.unclear
    }

    /// What names mean in a header.
    pub(crate) fn names<'a>(&'a self, files: &'a Files, home: Index) -> OwnNames<'a> {
        OwnNames { redefined: self, files, home }
    }

    fn macro_named<'a>(&'a self, files: &'a Files, home: Index, name: &str) -> Macro<'a> {
        match self.definitions.get(name).filter(|_| self.holds_in(home)) {
            Some((index, at)) => files.macro_at(*index, *at),
            None => files.macro_named(name, Some(home)),
        }
    }
}

/// What programs on Linux see of a header.
struct Seen {
    /// Of each region, with what is around it; `None` where the text does not tell.
    regions: Vec<Option<bool>>,
}

impl Seen {
    fn of(files: &Files, file: &Loaded) -> Self {
        let scan = &file.scan;
        let is_plain =
            |define: &&Define| define.region.is_none_or(|region| scan.regions[region].is_guard);
        let own: HashSet<&str> =
            scan.defines.iter().filter(is_plain).map(|define| define.name.as_str()).collect();
        let is_defined =
            |name: &str| (own.contains(name) || files.defined.contains(name)).then_some(true);
        let holds = condition::holds(scan, &file.text, &is_defined);
        let roots = ROOTS.map(hash);
        let has_kernels = scan.includes.iter().any(is_of_ioctl);
        let mut regions: Vec<Option<bool>> = Vec::with_capacity(scan.regions.len());
        // Whether a branch and those in front of it ask for anything, and for nothing but these macros.
        let mut asks: Vec<(bool, bool)> = Vec::with_capacity(scan.regions.len());
        for (at, region) in scan.regions.iter().enumerate() {
            let before = region.before.and_then(|at| asks.get(at).copied());
            let (anything, only_roots) = before.unwrap_or((false, true));
            let asked = (
                anything || !region.identifiers.is_empty(),
                only_roots && region.identifiers.iter().all(|name| roots.contains(name)),
            );
            asks.push(asked);
            let own = if region.is_guard {
                Some(true)
            } else if asked == (true, true) {
                // `#ifndef _IOC` counts only where the kernel's own is not included.
                Some(!has_kernels)
            } else {
                holds[at]
            };
            let around = region.parent.map_or(Some(true), |at| regions.get(at).copied().flatten());
            regions.push(condition::and(around, own));
        }
        Self { regions }
    }

    fn has(&self, define: &Define) -> Option<bool> {
        define.region.map_or(Some(true), |region| self.regions[region])
    }
}

fn is_of_ioctl(include: &crate::c::lex::scan::Include) -> bool {
    include.name.ends_with("/ioctl.h")
}

/// The macros that a header sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnNames<'a> {
    redefined: &'a Redefined,
    files: &'a Files,
    home: Index,
}

impl OwnNames<'_> {
    pub(crate) fn macro_named(&self, name: &str) -> Macro<'_> {
        self.redefined.macro_named(self.files, self.home, name)
    }
}

/// The macros that a header sees, where any word may be a type: enough to see what an expression is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnyType<'a>(pub(crate) OwnNames<'a>);

impl Names for AnyType<'_> {
    fn macro_named(&self, name: &str) -> Macro<'_> {
        self.0.macro_named(name)
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        is_word.then(|| Type::Unknown(name.into()))
    }

    fn record(&self, tag: &str) -> Option<Type> {
        Some(Type::Unknown(tag.into()))
    }
}
