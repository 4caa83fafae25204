//! The source as the ABIs of one class see it: crates, their modules, and the names in them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_abi::{Abi, AbiSet};

use super::cargo::Package;
use super::features::Features;
use super::files::{Files, folder_of};
use super::lookups::Lookups;
use super::macros::Expansions;
use crate::rust::evaluate::build::Builder;
use crate::rust::syntax::condition::{Build, Script};
use crate::rust::syntax::item::{Import, Item};

/// A module, or a block with items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) usize);

/// A crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CrateId(pub(crate) usize);

/// A file that was read, by its place in [`Builder`].
pub(crate) type FileIndex = usize;

/// A crate to be looked at.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// Its first file.
    pub(crate) file: PathBuf,
    /// Its package, where there is one.
    pub(crate) package: Option<Arc<Package>>,
}

#[derive(Debug)]
pub(crate) struct Krate {
    pub(crate) package: Option<Arc<Package>>,
    pub(crate) features: Rc<BTreeSet<String>>,
    pub(crate) script: Option<Rc<Script>>,
    pub(crate) scope: Option<ScopeId>,
    /// Whether all of it is looked at, and not only what is asked for.
    pub(crate) whole: bool,
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

/// A file's names are taken from there, and its macros are expanded there.
pub(crate) struct World<'a> {
    pub(crate) files: &'a Files,
    pub(crate) builder: &'a mut Builder,
    pub(crate) abi: &'static Abi,
    pub(crate) abis: AbiSet,
    pub(crate) crates: Vec<Krate>,
    crate_of: HashMap<PathBuf, CrateId>,
    /// The packages of crates, by their folders.
    packages: HashMap<PathBuf, Arc<Package>>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) definitions: Vec<Definition>,
    /// Uses of macros that may be the crate's own.
    pub(crate) macro_uses: Vec<(ScopeId, Arc<Item>, u8)>,
    /// Those that make no command, to be expanded when a name is missing.
    pub(crate) unexpanded: HashMap<ScopeId, Vec<(Arc<Item>, u8)>>,
    pub(crate) expansions: &'a mut Expansions,
    pub(crate) lookups: Lookups,
    /// What the globs of modules lead to.
    pub(crate) globs: HashMap<(ScopeId, usize), Option<super::names::Target>>,
    /// The records that were read for this class.
    pub(crate) done: HashSet<ioctlkit_model::RecordId>,
    /// What pointers point to, to be defined when everything else is.
    pub(crate) pending: Vec<(ScopeId, Arc<Item>)>,
    /// The public constants, with their documentation.
    pub(crate) published: Vec<(ScopeId, Arc<Item>, Vec<String>)>,
    /// Files that crates lead to.
    pub(crate) reached: HashSet<FileIndex>,
    /// Files, and folders of files, of modules that these ABIs do not have.
    pub(crate) left_out: HashSet<PathBuf>,
    pub(crate) builtin: Option<ScopeId>,
    /// Whether what cannot be resolved is said.
    pub(crate) aloud: bool,
    /// The requests that cannot be worked out.
    pub(crate) unknown: Vec<crate::rust::recognise::uses::Unknown>,
    /// What functions pass on to `ioctl`.
    pub(crate) passing: crate::rust::recognise::calls::Passing,
    /// How many calls may be worked out yet: functions may call each other without end.
    calls_left: u32,
}

/// So many calls are worked out for one class of ABIs.
const MOST_CALLS: u32 = 1 << 18;

impl<'a> World<'a> {
    pub(crate) fn new(
        files: &'a Files,
        builder: &'a mut Builder,
        expansions: &'a mut Expansions,
        abis: AbiSet,
        abi: &'static Abi,
    ) -> Self {
        let mut world = Self {
            files,
            builder,
            abi,
            abis,
            published: Vec::new(),
            crates: Vec::new(),
            crate_of: HashMap::new(),
            packages: HashMap::new(),
            scopes: Vec::new(),
            definitions: Vec::new(),
            macro_uses: Vec::new(),
            unexpanded: HashMap::new(),
            expansions,
            lookups: Lookups::default(),
            globs: HashMap::new(),
            done: HashSet::new(),
            pending: Vec::new(),
            reached: HashSet::new(),
            left_out: HashSet::new(),
            builtin: None,
            aloud: true,
            unknown: Vec::new(),
            passing: crate::rust::recognise::calls::Passing::new(),
            calls_left: MOST_CALLS,
        };
        world.builtin = world.enter_builtin();
        world
    }

    fn enter_builtin(&mut self) -> Option<ScopeId> {
        let parsed = self.builder.builtin();
        let id = self.add_crate(None, false);
        let scope = self.enter(id, None, parsed, PathBuf::new());
        self.crates[id.0].scope = scope;
        scope
    }

    /// Takes one call of those that may be worked out; `None` where none is left.
    pub(crate) fn spend(&mut self) -> Option<()> {
        self.calls_left = self.calls_left.checked_sub(1)?;
        if self.calls_left == 0 {
            self.builder.too_many_calls(MOST_CALLS);
        }
        Some(())
    }

    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0]
    }

    pub(crate) fn krate(&self, id: CrateId) -> &Krate {
        &self.crates[id.0]
    }

    /// The module that a block is in, or the module itself.
    pub(crate) fn module_of(&self, mut id: ScopeId) -> ScopeId {
        while self.scope(id).block {
            match self.scope(id).parent {
                Some(parent) => id = parent,
                None => break,
            }
        }
        id
    }

    fn add_crate(&mut self, package: Option<Arc<Package>>, whole: bool) -> CrateId {
        let features = package.as_ref().map(|package| package.features.clone()).unwrap_or_default();
        if let Some(package) = &package {
            self.packages.insert(package.folder.clone(), package.clone());
        }
        let script = package.as_ref().and_then(|package| package.script.as_ref());
        let script = script.and_then(|path| self.files.get(path).ok());
        self.crates.push(Krate {
            script: script.map(|parsed| Rc::new(Script::read(&parsed.text, self.abi, &features))),
            package,
            features: Rc::new(features),
            scope: None,
            whole,
            macros: HashMap::new(),
            const_functions: HashSet::new(),
            methods: HashMap::new(),
            implementations: HashMap::new(),
        });
        CrateId(self.crates.len() - 1)
    }

    /// Looks at the whole of a crate.
    pub(crate) fn open_whole(&mut self, root: &Root) {
        let id = self.open(&root.file, root.package.clone(), true);
        self.expand_macros(id);
    }

    /// Looks at a file that no crate leads to. As a module's file it has its own in the folder of
    /// its name.
    fn open_by_itself(&mut self, file: &Path, package: Option<Arc<Package>>) {
        let own = file.with_extension("");
        let folder = if own.is_dir() { own } else { folder_of(file) };
        let id = self.open_in(file, folder, package, true);
        self.expand_macros(id);
    }

    /// Looks at the whole of a crate once more with all its features, for the files that the
    /// default ones leave out.
    fn open_with_all_features(&mut self, root: &Root) {
        let Some(package) = &root.package else { return };
        let Ok(parsed) = self.files.get(&root.file) else { return };
        let id = self.add_crate(root.package.clone(), true);
        self.crates[id.0].features = Rc::new(package.lists.keys().cloned().collect());
        let file = self.builder.file(&parsed);
        self.crates[id.0].scope = self.enter(id, None, file, folder_of(&root.file));
        self.expand_macros(id);
    }

    /// Looks at the files that were asked for and that no crate leads to as it is built: with all
    /// features, unless some were chosen, then each by itself.
    pub(crate) fn open_rest(&mut self, roots: &[Root], features: &Features) {
        let reached = self.reached.clone();
        let definitions = self.definitions.len();
        for root in roots {
            let folder = folder_of(&root.file);
            let is_open = |path: &PathBuf| path.starts_with(&folder) && !self.is_left_out(path);
            if self.unreached().iter().any(is_open) {
                self.open_with_all_features(root);
            }
        }
        // What the first pass has read is not read again, and what features that were not chosen
        // lead to only if it was named.
        let chosen = *features != Features::default();
        for definition in self.definitions.split_off(definitions) {
            let file = self.scope(definition.scope).file;
            let is_wanted = !chosen || self.builder.is_named(&self.builder.parsed(file).path);
            if is_wanted && !reached.contains(&file) {
                self.definitions.push(definition);
            }
        }
        for path in self.unreached() {
            let package = self.package_of(&path);
            let named = self.builder.is_named(&path);
            if named || !self.is_left_out(&path) {
                self.open_by_itself(&path, package);
            }
        }
    }

    /// Whether a file is of another system's build, or of a test.
    fn is_left_out(&self, path: &Path) -> bool {
        path.ancestors().any(|at| self.left_out.contains(at))
            || self.package_of(path).is_some_and(|package| package.is_for_tests(path))
    }

    /// The files that were asked for and not looked at yet.
    fn unreached(&self) -> Vec<PathBuf> {
        let is_reached =
            |path: &Path| self.builder.index(path).is_some_and(|file| self.reached.contains(&file));
        self.builder.asked_for().iter().filter(|path| !is_reached(path)).cloned().collect()
    }

    /// The package whose folder a file is in.
    fn package_of(&self, file: &Path) -> Option<Arc<Package>> {
        file.ancestors().find_map(|folder| self.packages.get(folder)).cloned()
    }

    /// Adds the commands of every definition in the files that were asked for.
    pub(crate) fn read_commands(&mut self) {
        let mut index = 0;
        // Bodies have definitions of their own, which are added while this goes on.
        while let Some(definition) = self.definitions.get(index).cloned() {
            if self.asked_for(self.scope(definition.scope).file) {
                self.define_commands(&definition);
                self.define_later(&definition);
            }
            index += 1;
        }
        self.say_unknown();
        self.define_pending();
        self.define_constants();
    }

    /// Whether a file was asked for.
    pub(crate) fn asked_for(&self, file: FileIndex) -> bool {
        self.builder.is_asked_for(file)
    }

    /// The crate with that root, read as far as it is asked for.
    pub(crate) fn open(
        &mut self,
        root: &Path,
        package: Option<Arc<Package>>,
        whole: bool,
    ) -> CrateId {
        self.open_in(root, folder_of(root), package, whole)
    }

    fn open_in(
        &mut self,
        root: &Path,
        folder: PathBuf,
        package: Option<Arc<Package>>,
        whole: bool,
    ) -> CrateId {
        if let Some(known) = self.crate_of.get(root) {
            return *known;
        }
        let id = self.add_crate(package, whole);
        self.crate_of.insert(root.to_owned(), id);
        if self.is_libc(id) {
            self.read_for_all_abis(root, id);
        }
        if let Ok(parsed) = self.files.get(root) {
            let file = self.builder.file(&parsed);
            self.crates[id.0].scope = self.enter(id, None, file, folder);
        }
        id
    }

    /// Reads what a crate has for any ABI at once: one ABI after the other leads to it.
    fn read_for_all_abis(&self, root: &Path, krate: CrateId) {
        let features = &*self.krate(krate).features;
        let abis = self.builder.interface.abis;
        self.files.read_within(&[root.to_owned()], &|conditions| {
            abis.iter().any(|id| {
                let build = Build { abi: id.abi(), features, script: None };
                conditions.iter().all(|condition| condition.holds(build))
            })
        });
    }
}
