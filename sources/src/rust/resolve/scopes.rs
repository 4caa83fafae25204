//! Crates, their modules, and what names in them stand for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::cargo::Package;
use super::sources::FileIndex;
use crate::rust::syntax::condition::Script;
use crate::rust::syntax::item::{Import, Item};

/// A module, or a block with items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) usize);

/// A crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CrateId(pub(crate) usize);

#[derive(Debug)]
pub(crate) struct Krate {
    pub(crate) package: Option<Arc<Package>>,
    pub(crate) features: Rc<BTreeSet<String>>,
    pub(crate) script: Option<Rc<Script>>,
    pub(crate) scope: Option<ScopeId>,
    /// Whether all of it is looked at, and not only what is asked for.
    pub(crate) whole: bool,
    /// Whether all its files were entered.
    pub(crate) has_all_files: bool,
    pub(crate) macros: HashMap<String, Arc<str>>,
    /// The names of functions that a constant may call.
    pub(crate) const_functions: HashSet<String>,
    /// The functions of its types, by their names.
    pub(crate) methods: HashMap<String, Vec<Method>>,
    /// The implementations for types of a name.
    pub(crate) implementations: HashMap<String, Vec<(ScopeId, Arc<Item>)>>,
}

/// A function of a type.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// The module that it is in.
    pub(crate) scope: ScopeId,
    /// The function.
    pub(crate) item: Arc<Item>,
    /// The type's name.
    pub(crate) of: Rc<str>,
}

#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) krate: CrateId,
    pub(crate) parent: Option<ScopeId>,
    /// Whether names that are not found here are looked for in the parent.
    pub(crate) block: bool,
    pub(crate) file: FileIndex,
    pub(crate) folder: PathBuf,
    pub(crate) inline: bool,
    pub(crate) names: HashMap<String, Vec<Entry>>,
    pub(crate) globs: Vec<Arc<Import>>,
    /// Files that are part of this module.
    pub(crate) included: Vec<ScopeId>,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Item(Arc<Item>),
    Module(ScopeId),
    /// A module in a file that was not entered yet.
    Unentered(Arc<Item>),
    Import(Arc<Import>),
    /// `extern crate`.
    Crate(String),
}

/// Something that may define commands.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) scope: ScopeId,
    pub(crate) item: Arc<Item>,
    /// The type or function around it.
    pub(crate) within: String,
}

/// Which kind of thing a name is looked up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Names {
    /// A module, a type.
    Types,
    /// A constant, a function.
    Values,
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// An item, and the module that it is in.
    Item(ScopeId, Arc<Item>),
    /// A module.
    Module(ScopeId),
    /// A variant, by its place in an enumeration.
    Variant(ScopeId, Arc<Item>, usize),
    /// Something in a crate whose meaning is known, or whose source is not: the crate, and the
    /// names behind it.
    External(String, Vec<String>),
}
