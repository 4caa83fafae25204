//! Reads files, each once, many at a time, and follows `mod name;` from one to the next.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::Scope;
use rayon::prelude::*;

use crate::overlay;
use crate::reach::Reach;
use crate::reading::{self, ReadError, limit};
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::file::{Parsed, parse};
use crate::rust::syntax::item::{Item, Kind, Module};
use crate::{Caution, watch};

/// Why a file could not be read at all.
pub(crate) type Unreadable = String;

type Outcome = Result<Arc<Parsed>, Unreadable>;

/// Files that were read, or could not be.
#[derive(Debug, Default)]
pub(crate) struct Files {
    reach: Reach,
    caution: Caution,
    known: Mutex<HashMap<PathBuf, Outcome>>,
    /// Those whose modules are followed.
    followed: Mutex<HashSet<PathBuf>>,
}

impl Files {
    /// None yet, of those within reach.
    pub(crate) fn new(reach: Reach, caution: Caution) -> Self {
        Self { reach, caution, ..Self::default() }
    }

    /// The file, read now unless it was before.
    pub(crate) fn get(&self, path: &Path) -> Outcome {
        if let Some(known) = lock(&self.known).get(path) {
            return known.clone();
        }
        let outcome = self.read(path);
        lock(&self.known).entry(path.to_owned()).or_insert(outcome).clone()
    }

    fn read(&self, path: &Path) -> Outcome {
        if let Some(reason) = self.caution.avoided.get(path) {
            return Err(format!("{reason}; the file was left out"));
        }
        if let Err(outside) = self.reach.check(path) {
            return Err(outside.to_string());
        }
        watch::during(|| vec![path.to_owned()], || read(path))
    }

    /// Every pair that a condition in any file asks for.
    pub(crate) fn pairs(&self) -> BTreeSet<(String, String)> {
        let known = lock(&self.known);
        known.values().flatten().flat_map(|parsed| parsed.pairs.iter().cloned()).collect()
    }

    /// Reads files, on all processors.
    pub(crate) fn read_each(&self, paths: &[PathBuf]) {
        paths.par_iter().for_each(overlay::carried(|path: &PathBuf| drop(self.get(path))));
    }

    /// Reads the files that `roots` lead to, on all processors.
    pub(crate) fn read_from(&self, roots: &[PathBuf]) {
        self.read_within(roots, &|_| true);
    }

    /// Reads the files that `roots` lead to, on all processors, but no modules whose conditions are
    /// not `wanted`.
    pub(crate) fn read_within(&self, roots: &[PathBuf], wanted: Wanted<'_>) {
        rayon::scope(|scope| {
            for root in roots {
                self.follow(scope, root.clone(), folder_of(root), wanted);
            }
        });
    }

    fn follow<'s>(&'s self, scope: &Scope<'s>, path: PathBuf, folder: PathBuf, wanted: Wanted<'s>) {
        let overlay = overlay::current();
        let read = move |scope: &Scope<'s>| {
            if !lock(&self.followed).insert(path.clone()) {
                return;
            }
            let outcome = self.get(&path);
            if let Ok(parsed) = outcome {
                let module = Around { file: &parsed.path, folder: &folder, inline: false };
                self.follow_items(scope, &parsed.items, module, wanted);
            }
        };
        scope.spawn(move |scope| overlay::during(&overlay, || read(scope)));
    }

    fn follow_items<'s>(
        &'s self,
        scope: &Scope<'s>,
        items: &[Arc<Item>],
        Around { file, folder, inline }: Around<'_>,
        wanted: Wanted<'s>,
    ) {
        for item in items {
            let Kind::Module(module) = &item.kind else { continue };
            if !wanted(&item.conditions) {
                continue;
            }
            let near = if inline { folder } else { file.parent().unwrap_or(folder) };
            if let Some(items) = &module.items {
                let named = module.paths.iter().map(|(_, path)| normal(&near.join(path)));
                for folder in named.chain([folder.join(&item.name)]) {
                    let inner = Around { file, folder: &folder, inline: true };
                    self.follow_items(scope, items, inner, wanted);
                }
                continue;
            }
            for (_, path) in &module.paths {
                let path = normal(&near.join(path));
                let folder = folder_of(&path);
                self.follow(scope, path, folder, wanted);
            }
            if let Some((path, folder)) = default_file(&item.name, folder) {
                self.follow(scope, path, folder, wanted);
            }
        }
    }
}

/// Whether modules under such conditions are read.
type Wanted<'s> = &'s (dyn Fn(&[Condition]) -> bool + Sync);

/// The module around items: its file, the folder of its own modules, and whether it stands within
/// another in that file.
#[derive(Clone, Copy)]
struct Around<'a> {
    file: &'a Path,
    folder: &'a Path,
    inline: bool,
}

/// What is behind the lock; nothing that holds it can leave it half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the files of a file's modules are, for a crate's root and a `mod.rs`.
pub(crate) fn folder_of(root: &Path) -> PathBuf {
    root.parent().unwrap_or_else(|| Path::new("")).to_owned()
}

/// The file that a module is in, and the folder of its own modules. `holds` tells whether a
/// condition does.
pub(crate) fn module_file(
    item: &Item,
    module: &Module,
    file: &Path,
    folder: &Path,
    inline: bool,
    holds: impl Fn(&[Condition]) -> bool,
) -> Option<(PathBuf, PathBuf)> {
    let near = if inline { folder } else { file.parent().unwrap_or(folder) };
    if let Some((_, path)) = module.paths.iter().find(|(conditions, _)| holds(conditions)) {
        let path = normal(&near.join(path));
        let folder = folder_of(&path);
        return Some((path, folder));
    }
    default_file(&item.name, folder)
}

/// Where the files of the modules in a module with a body are.
pub(crate) fn inline_folder(
    item: &Item,
    module: &Module,
    file: &Path,
    folder: &Path,
    inline: bool,
    holds: impl Fn(&[Condition]) -> bool,
) -> PathBuf {
    let near = if inline { folder } else { file.parent().unwrap_or(folder) };
    match module.paths.iter().find(|(conditions, _)| holds(conditions)) {
        Some((_, path)) => normal(&near.join(path)),
        None => folder.join(&item.name),
    }
}

fn default_file(name: &str, folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let own = folder.join(name);
    let beside = folder.join(format!("{name}.rs"));
    if overlay::is_file(&beside) {
        return Some((beside, own));
    }
    let within = own.join("mod.rs");
    overlay::is_file(&within).then_some((within, own))
}

/// The path without `.` and `..`, as far as its text tells.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn read(path: &Path) -> Outcome {
    let text = reading::read_text(path, limit::SOURCE).map_err(|error| match error {
        ReadError::NotText { byte, .. } => format!("cannot read: not UTF-8 at byte {byte}"),
        other => format!("cannot read: {other}"),
    })?;
    Ok(Arc::new(parse(path.to_owned(), &text.into())))
}
