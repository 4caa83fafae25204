//! The crates as the ABIs of one class see them: their modules, and the names in them.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_abi::{Abi, AbiSet};

use super::cargo::Package;
use super::features::Features;
use super::files::{Files, folder_of};
use super::globs::Globs;
use super::macros::Expansions;
use super::names::Key;
use super::packages::Packages;
use super::scopes::{CrateId, Definition, Krate, Scope, ScopeId, Target};
use super::sources::{FileIndex, Sources};
use crate::rust::syntax::condition::{Build, Script};
use crate::rust::syntax::item::Item;

/// A crate to be looked at.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// Its first file.
    pub(crate) file: PathBuf,
    /// Its package, where there is one.
    pub(crate) package: Option<Arc<Package>>,
}

/// The crates as far as they were entered for one class of ABIs. What a name means is asked here; what
/// it leads to is read when it is first asked for, and nobody above changes it.
pub(crate) struct Resolver<'a> {
    pub(super) files: &'a Files,
    pub(crate) sources: Rc<Sources>,
    pub(super) packages: &'a Packages,
    pub(super) abi: &'static Abi,
    /// All ABIs, of which these are a class.
    all_abis: AbiSet,
    pub(crate) crates: Vec<Krate>,
    crate_of: HashMap<PathBuf, CrateId>,
    /// The packages of crates, by their folders.
    package_at: HashMap<PathBuf, Arc<Package>>,
    pub(super) scopes: Vec<Scope>,
    pub(super) definitions: Vec<Definition>,
    /// Uses of macros that may be the crate's own.
    pub(super) macro_uses: Vec<(ScopeId, Arc<Item>, u8)>,
    /// Those that make no command, to be expanded when a name is missing.
    pub(super) unexpanded: HashMap<ScopeId, Vec<(Arc<Item>, u8)>>,
    pub(super) expansions: &'a mut Expansions,
    pub(super) globs: Globs,
    /// What names were found to stand for.
    pub(super) known: HashMap<Key, Option<Target>>,
    /// The names that are being looked for.
    pub(super) open: Vec<Key>,
    /// Files that crates lead to.
    pub(super) reached: HashSet<FileIndex>,
    /// Files, and folders of files, of modules that these ABIs do not have.
    pub(super) left_out: HashSet<PathBuf>,
    pub(crate) builtin: Option<ScopeId>,
}

/// What is read, for every class of ABIs.
pub(crate) struct Input<'a> {
    pub(crate) files: &'a Files,
    pub(crate) sources: Rc<Sources>,
    pub(crate) packages: &'a Packages,
    pub(crate) abis: AbiSet,
}

impl<'a> Resolver<'a> {
    /// For the ABIs that all conditions treat as they treat this one.
    pub(crate) fn new(
        Input { files, sources, packages, abis }: Input<'a>,
        expansions: &'a mut Expansions,
        abi: &'static Abi,
    ) -> Self {
        let mut resolver = Self {
            files,
            sources,
            packages,
            abi,
            all_abis: abis,
            crates: Vec::new(),
            crate_of: HashMap::new(),
            package_at: HashMap::new(),
            scopes: Vec::new(),
            definitions: Vec::new(),
            macro_uses: Vec::new(),
            unexpanded: HashMap::new(),
            expansions,
            globs: Globs::default(),
            known: HashMap::new(),
            open: Vec::new(),
            reached: HashSet::new(),
            left_out: HashSet::new(),
            builtin: None,
        };
        resolver.builtin = resolver.enter_builtin();
        resolver
    }

    fn enter_builtin(&mut self) -> Option<ScopeId> {
        let parsed = self.sources.builtin();
        let id = self.add_crate(None, false);
        let scope = self.enter(id, None, parsed, PathBuf::new());
        self.crates[id.0].scope = scope;
        scope
    }

    /// The definitions that may make commands, in the order in which they were come across: bodies
    /// have definitions of their own, which are added when a body is entered.
    pub(crate) fn definition(&self, index: usize) -> Option<&Definition> {
        self.definitions.get(index)
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
            self.package_at.insert(package.folder.clone(), package.clone());
        }
        let script = package.as_ref().and_then(|package| package.script.as_ref());
        let script = script.and_then(|path| self.files.get(path).ok());
        self.crates.push(Krate {
            script: script.map(|parsed| Rc::new(Script::read(&parsed.text, self.abi, &features))),
            package,
            features: Rc::new(features),
            scope: None,
            whole,
            has_all_files: whole,
            macros: HashMap::new(),
            const_functions: HashSet::new(),
            methods: HashMap::new(),
            implementations: HashMap::new(),
        });
        CrateId(self.crates.len() - 1)
    }

    /// Looks at the whole of crates, which may use each other's macros.
    pub(crate) fn open_whole(&mut self, roots: &[Root]) {
        for root in roots {
            self.open(&root.file, root.package.clone(), true);
        }
        self.expand_macros();
    }

    /// Looks at a file that no crate leads to. As a module's file it has its own in the folder of
    /// its name.
    fn open_by_itself(&mut self, file: &Path, package: Option<Arc<Package>>) {
        let own = file.with_extension("");
        let folder = if own.is_dir() { own } else { folder_of(file) };
        self.open_in(file, folder, package, true);
        self.expand_macros();
    }

    /// Looks at the whole of a crate once more with all its features, for the files that the
    /// default ones leave out.
    fn open_with_all_features(&mut self, root: &Root) {
        let Some(package) = &root.package else { return };
        let Ok(parsed) = self.files.get(&root.file) else { return };
        let id = self.add_crate(root.package.clone(), true);
        self.crates[id.0].features = Rc::new(package.lists.keys().cloned().collect());
        let file = self.sources.file(&parsed);
        self.crates[id.0].scope = self.enter(id, None, file, folder_of(&root.file));
        self.expand_macros();
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
            let is_wanted = !chosen || self.sources.is_named(&self.sources.parsed(file).path);
            if is_wanted && !reached.contains(&file) {
                self.definitions.push(definition);
            }
        }
        for path in self.unreached() {
            let package = self.package_of(&path);
            let named = self.sources.is_named(&path);
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
            |path: &Path| self.sources.index(path).is_some_and(|file| self.reached.contains(&file));
        self.sources.asked_for().iter().filter(|path| !is_reached(path)).cloned().collect()
    }

    /// The package whose folder a file is in.
    fn package_of(&self, file: &Path) -> Option<Arc<Package>> {
        file.ancestors().find_map(|folder| self.package_at.get(folder)).cloned()
    }

    /// Whether a file was asked for.
    pub(crate) fn asked_for(&self, file: FileIndex) -> bool {
        self.sources.is_asked_for(file)
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
            let file = self.sources.file(&parsed);
            self.crates[id.0].scope = self.enter(id, None, file, folder);
        }
        id
    }

    /// Reads what a crate has for any ABI at once: one ABI after the other leads to it.
    fn read_for_all_abis(&self, root: &Path, krate: CrateId) {
        let features = &*self.krate(krate).features;
        let abis = self.all_abis;
        self.files.read_within(&[root.to_owned()], &|conditions| {
            abis.iter().any(|id| {
                let build = Build { abi: id.abi(), features, script: None };
                conditions.iter().all(|condition| condition.holds(build))
            })
        });
    }
}
