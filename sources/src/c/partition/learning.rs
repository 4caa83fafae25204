//! Macros that are defined under a condition on the ABI, or from macros that tell ABIs apart, do so too.

use std::collections::HashMap;

use super::{ARCHITECTURE, Features, Known};
use crate::c::discover::{Tree, asm_arch};
use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::scan::Define;
use crate::c::uses::User;

/// Headers of `asm/` whose macros do not make a difference to those who use them: what they say
/// is either known by name above, or the same everywhere.
const NEUTRAL: [&str; 9] = [
    "ioctl.h",
    "types.h",
    "byteorder.h",
    "swab.h",
    "bitsperlong.h",
    "posix_types.h",
    "posix_types_32.h",
    "posix_types_64.h",
    "posix_types_x32.h",
];

/// No macro with a longer text is looked into, in bytes.
const LONGEST: usize = 200;

/// What was learnt and is not yet passed on to what depends on it.
#[derive(Debug, Clone, Copy)]
enum Learnt {
    /// Of a macro, by the hash of its name.
    Macro(u64),
    /// Of a region of a file.
    Region(Index, usize),
}

/// What lies right inside each region of a file, and what follows it in its chain.
type Inside = HashMap<usize, Vec<User>>;

/// Passes on what each macro and each region tells until nothing is new.
pub(super) struct Learning<'f> {
    known: Known,
    files: &'f Files,
    /// What each region depends on, by file, with all that is around it.
    regions: Vec<Vec<Features>>,
    /// Worked out for files in which a region turns out to depend on more.
    inside: HashMap<Index, Inside>,
    todo: Vec<Learnt>,
}

impl<'f> Learning<'f> {
    pub(super) fn new(known: Known, files: &'f Files) -> Self {
        let mut regions = Vec::with_capacity(files.loaded.len());
        for file in &files.loaded {
            let mut of_file: Vec<Features> = Vec::with_capacity(file.scan.regions.len());
            for region in &file.scan.regions {
                let around = region.before.into_iter().chain(region.parent);
                let own = known.of_all(&region.identifiers);
                of_file.push(around.fold(own, |all, outer| all.union(of_file[outer])));
            }
            regions.push(of_file);
        }
        Self { known, files, regions, inside: HashMap::new(), todo: Vec::new() }
    }

    /// What every macro tells.
    pub(super) fn run(mut self, tree: &Tree) -> Known {
        for (index, file) in self.files.loaded.iter().enumerate() {
            let of_folder = of_folder(file, tree);
            for define in &file.scan.defines {
                let mut features =
                    define.region.map_or(Features::default(), |at| self.regions[index][at]);
                if is_looked_into(define) {
                    features = features.union(self.known.of_all(&define.words));
                }
                // An include guard is nobody's business.
                if !define.body.is_empty() {
                    features = features.union(of_folder);
                }
                self.learn(define.hash, features);
            }
        }
        while let Some(learnt) = self.todo.pop() {
            match learnt {
                Learnt::Macro(name) => self.pass_on(name),
                Learnt::Region(index, region) => self.pass_inward(index, region),
            }
        }
        self.known
    }

    fn learn(&mut self, name: u64, features: Features) {
        if features.is_empty() {
            return;
        }
        let known = self.known.macros.entry(name).or_default();
        let all = known.union(features);
        if all != *known {
            *known = all;
            self.todo.push(Learnt::Macro(name));
        }
    }

    fn learn_of_region(&mut self, index: Index, region: usize, features: Features) {
        let known = &mut self.regions[index][region];
        let all = known.union(features);
        if all != *known {
            *known = all;
            self.todo.push(Learnt::Region(index, region));
        }
    }

    /// To what uses a macro.
    fn pass_on(&mut self, name: u64) {
        let files = self.files;
        let features = self.known.of_all(&[name]);
        for user in files.uses.of_word(name) {
            match user {
                User::Define(file, at) => {
                    let define = &files.loaded[file as usize].scan.defines[at as usize];
                    if is_looked_into(define) {
                        self.learn(define.hash, features);
                    }
                }
                User::Region(file, at) => {
                    self.learn_of_region(file as Index, at as usize, features);
                }
            }
        }
    }

    /// To what depends on a region.
    fn pass_inward(&mut self, index: Index, region: usize) {
        let files = self.files;
        let features = self.regions[index][region];
        let inside =
            self.inside.entry(index).or_insert_with(|| inside(&files.loaded[index], index));
        for user in inside.get(&region).cloned().unwrap_or_default() {
            match user {
                User::Define(_, at) => {
                    let define = &files.loaded[index].scan.defines[at as usize];
                    self.learn(define.hash, features);
                }
                User::Region(_, at) => self.learn_of_region(index, at as usize, features),
            }
        }
    }
}

fn is_looked_into(define: &Define) -> bool {
    define.parameters.is_none() && define.body.len() < LONGEST
}

/// What every macro of a file tells by the folder that the file is in.
fn of_folder(file: &Loaded, tree: &Tree) -> Features {
    let is_neutral =
        file.path.file_name().is_some_and(|name| NEUTRAL.iter().any(|neutral| name == *neutral));
    if asm_arch(&file.path, tree).is_some() && !is_neutral {
        ARCHITECTURE
    } else {
        Features::default()
    }
}

fn inside(file: &Loaded, index: Index) -> Inside {
    let mut inside = Inside::new();
    let index = index as u32;
    for (at, define) in (0..).zip(&file.scan.defines) {
        if let Some(region) = define.region {
            inside.entry(region).or_default().push(User::Define(index, at));
        }
    }
    for (at, region) in (0..).zip(&file.scan.regions) {
        for outer in region.before.into_iter().chain(region.parent) {
            inside.entry(outer).or_default().push(User::Region(index, at));
        }
    }
    inside
}
