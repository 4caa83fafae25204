//! Compiled objects: modules of a kernel, a kernel itself, and any other ELF file.
//!
//! The container is read through goblin, whatever the class and the byte order; modules may be
//! compressed as distributions ship them (xz, zstd, gzip), objects may be in an archive, and a
//! kernel may be in its boot image. Types come from BTF, where there is any, else from DWARF. A
//! module's BTF builds upon that of its kernel, which is looked for beside the module's folder, in a
//! kernel tree around it and in the running system.
//!
//! What is yielded has the ABI of the object, and its structures have the layout that the compiler
//! chose ([`Observed`](ioctlkit_model::Observed)): nothing is worked out anew. A place in an object is
//! a place in a listing of what was read of it.
//!
//! Input is trusted in nothing. Every offset is checked, what is compressed has a limit, and memory
//! is bounded by the size of the input.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Interface, Problem, ProblemKind};
use rayon::prelude::*;

mod account;
mod base;
mod btf;
mod convert;
mod discover;
mod dwarf;
mod elf;
mod ids;
mod image;
mod input;
mod listing;
mod measure;
mod note;
mod one;
mod open;
mod tables;
mod types;

pub use discover::{holds_object, is_module_tree};

use crate::reach::Reach;
use crate::{Caution, watch};
use base::Bases;
use discover::Asked;
use one::Outcome;

/// What to read, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Objects, archives of them, or folders with modules of a kernel.
    pub paths: Vec<PathBuf>,
    /// The kernel that modules were built for, or its types as `/sys/kernel/btf/vmlinux` has them;
    /// where there is none, it is looked for.
    pub base: Option<PathBuf>,
    /// The ABI of types without an object around them.
    pub bare_abi: Option<AbiId>,
    /// Which types are wanted.
    pub types: Wanted,
    /// What an earlier attempt has taught.
    pub caution: Caution,
}

impl Request {
    /// How far reading may reach.
    pub(crate) fn reach(&self) -> Reach {
        Reach::of(&self.paths, self.base.as_slice())
    }
}

/// Which types of an object are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wanted {
    /// None: tables of handlers and the ABI record only.
    #[default]
    Nothing,
    /// The structures and unions with these tags, or typedefs of these names.
    Named(BTreeSet<String>),
    /// All that the object defines, and whatever that is made of.
    All,
}

/// Reads what the request names. What can't be read becomes a [`Problem`]; the rest is complete.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    let bases = Bases::new(request.base.as_deref());
    let mut problems = Vec::new();
    if let Some(error) = bases.error() {
        problems.push(failure(&error.path, error.to_string(), None));
    }
    for folder in request.paths.iter().filter(|path| path.is_dir()) {
        if !holds_object(folder) {
            problems.push(failure(folder, "the folder holds no module".to_owned(), None));
        }
    }
    let mut asked = discover::discover(&request.paths);
    let reach = request.reach();
    asked.retain(|asked| {
        let lies_outside = reach.check(&asked.path).err();
        let left_out = lies_outside.map(|outside| failure(&asked.path, outside.to_string(), None));
        let left_out = left_out.or_else(|| request.caution.avoids(&asked.path));
        let is_read = left_out.is_none();
        problems.extend(left_out);
        is_read
    });
    let read = |asked: Asked| {
        watch::during(|| vec![asked.path.clone()], || one::read(&asked, request, &bases))
    };
    let outcomes: Vec<Outcome> = if request.caution.is_slow() {
        asked.into_iter().flat_map(read).collect()
    } else {
        asked.into_par_iter().flat_map_iter(read).collect()
    };
    let mut interface = Interface::default();
    let mut told: Vec<account::Told> = Vec::new();
    let is_judged = outcomes.iter().any(|outcome| outcome.is_judged);
    for outcome in outcomes {
        interface.append(outcome.interface);
        told.extend(outcome.told);
    }
    problems.extend(account::once(told));
    if !is_judged {
        // The rest of the run must not look as if it had been about these.
        for problem in problems.iter_mut().filter(|one| one.kind == ProblemKind::Incomplete) {
            problem.kind = ProblemKind::Failure;
        }
    }
    (interface, problems)
}

/// The bytes of an object, out of its compression or its boot image.
///
/// # Errors
/// Why they cannot be had, in words.
pub fn unpacked(path: &Path) -> Result<Vec<u8>, String> {
    open::whole(path).map_err(|error| error.to_string())
}

fn failure(path: &Path, message: String, help: Option<String>) -> Problem {
    Problem { kind: ProblemKind::Failure, path: Some(path.into()), span: None, message, help }
}
