//! The files of an interface by number, in the order in which they were come across, and what is
//! wrong with those that names lead to.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::prelude;
use crate::rust::syntax::file::{Parsed, parse};
use crate::rust::syntax::item::{Item, Place};

/// A file that was read, by its place in [`Sources`].
pub(crate) type FileIndex = usize;

/// Why something that a name leads to is missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Missing {
    /// A file that cannot be read, with the reason.
    Unreadable(PathBuf, String),
    /// The file of a module, by the module's name.
    Module(FileIndex, Place, String),
    /// A file that a build script would make for another.
    Generated(PathBuf, String),
}

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct AskedFor {
    /// The files, absolute.
    pub(crate) files: Vec<PathBuf>,
    /// Those among them that were named, and not only found in a folder.
    pub(crate) named: HashSet<PathBuf>,
    /// The paths that are shown for files, by their absolute paths.
    pub(crate) shown: HashMap<PathBuf, PathBuf>,
}

/// The files so far. More are added as names lead to them; none changes.
#[derive(Debug)]
pub(crate) struct Sources {
    asked_for: Rc<AskedFor>,
    parsed: RefCell<Vec<Arc<Parsed>>>,
    index_of: RefCell<HashMap<PathBuf, FileIndex>>,
    missing: RefCell<Vec<Missing>>,
}

impl Sources {
    /// None yet.
    pub(crate) fn new(asked_for: Rc<AskedFor>) -> Self {
        Self {
            asked_for,
            parsed: RefCell::default(),
            index_of: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// The files that were asked for, absolute.
    pub(crate) fn asked_for(&self) -> &[PathBuf] {
        &self.asked_for.files
    }

    /// Whether a file was named, and not only found in a folder.
    pub(crate) fn is_named(&self, path: &Path) -> bool {
        self.asked_for.named.contains(path)
    }

    /// Whether a file was asked for.
    pub(crate) fn is_asked_for(&self, file: FileIndex) -> bool {
        self.asked_for.shown.contains_key(&self.parsed.borrow()[file].path)
    }

    /// The path that is shown for a file.
    pub(crate) fn shown<'p>(&'p self, path: &'p Path) -> &'p Path {
        self.asked_for.shown.get(path).map_or(path, PathBuf::as_path)
    }

    /// The file that defines what everyone knows.
    pub(crate) fn builtin(&self) -> FileIndex {
        let path = PathBuf::from(prelude::PATH);
        match self.index(&path) {
            Some(known) => known,
            None => self.file(&Arc::new(parse(path, &prelude::TEXT.into()))),
        }
    }

    /// The number of a file, given now unless it was before.
    pub(crate) fn file(&self, parsed: &Arc<Parsed>) -> FileIndex {
        if let Some(known) = self.index(&parsed.path) {
            return known;
        }
        let mut all = self.parsed.borrow_mut();
        all.push(parsed.clone());
        self.index_of.borrow_mut().insert(parsed.path.clone(), all.len() - 1);
        all.len() - 1
    }

    /// The number of a path's file, if it was come across.
    pub(crate) fn index(&self, path: &Path) -> Option<FileIndex> {
        self.index_of.borrow().get(path).copied()
    }

    pub(crate) fn parsed(&self, file: FileIndex) -> Arc<Parsed> {
        self.parsed.borrow()[file].clone()
    }

    /// The text of a place.
    pub(crate) fn spelling(&self, file: FileIndex, place: Place) -> String {
        let parsed = self.parsed(file);
        parsed.text.get(place.start as usize..place.end as usize).unwrap_or_default().to_owned()
    }

    /// Remembers what is missing, once.
    pub(crate) fn lacks(&self, missing: Missing) {
        let mut known = self.missing.borrow_mut();
        if !known.contains(&missing) {
            known.push(missing);
        }
    }

    /// Remembers a module without a file.
    pub(crate) fn lacks_module(&self, file: FileIndex, module: &Item) {
        self.lacks(Missing::Module(file, module.name_place, module.name.clone()));
    }

    /// Whether a build script makes a part of the source that a file belongs to, and has not run.
    pub(crate) fn awaits_build(&self, file: FileIndex) -> bool {
        let path = &self.parsed(file).path;
        self.missing.borrow().iter().any(|missing| match missing {
            Missing::Generated(own, _) => {
                own.parent().is_some_and(|folder| path.starts_with(folder))
            }
            _ => false,
        })
    }

    /// What is missing so far.
    pub(crate) fn missing(&self) -> Vec<Missing> {
        self.missing.borrow().clone()
    }
}
