//! Headers that define `_IOC` and its family anew: their commands are packed by what they say, and not
//! by what the kernel says.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::Type;

use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::condition;
use crate::c::lex::expression::{Macro, Names};
use crate::c::lex::scan::Define;
use crate::c::lex::scan::hash;
use crate::c::macros::{ROOTS, is_ioctl_h};

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
            for (at, define) in file.scan.defines.iter().enumerate() {
                if !ROOTS.contains(&define.name.as_str()) {
                    continue;
                }
                match in_force(files, file, define) {
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

/// Whether programs on Linux see a definition; `None` where the text does not tell.
fn in_force(files: &Files, file: &Loaded, define: &Define) -> Option<bool> {
    let roots = ROOTS.map(hash);
    let is_defined = |name: &str| {
        let here = file.scan.defines.iter().any(|other| {
            other.name == name
                && other.region.is_none_or(|region| file.scan.regions[region].is_guard)
        });
        (here || files.defined.contains(name)).then_some(true)
    };
    let mut is_fallback = false;
    let mut all = Some(true);
    for region in file.scan.enclosing(define.region).filter(|region| !region.is_guard) {
        // `#ifndef _IOC` counts only where the kernel's own is not included.
        let mut asked = file.scan.asked(region).peekable();
        if asked.peek().is_some() && asked.all(|name| roots.contains(&name)) {
            is_fallback = true;
            continue;
        }
        match condition::holds(&file.scan, &file.text, region, &is_defined) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    if is_fallback && file.scan.includes.iter().any(is_of_ioctl) { Some(false) } else { all }
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
