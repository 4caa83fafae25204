//! The source as the ABIs of one class see it: crates, their modules, and the names in them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_abi::{Abi, AbiSet};

use super::build::Builder;
use super::cargo::Package;
use super::condition::{Build, Condition};
use super::files::{Files, folder_of, module_file, normal};
use super::item::{Import, Item, Kind, Module};
use super::macros::Rules;

/// A module, or a block with items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(usize);

/// A crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CrateId(usize);

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
    features: Rc<BTreeSet<String>>,
    pub(crate) scope: Option<ScopeId>,
    /// Whether all of it is looked at, and not only what is asked for.
    whole: bool,
    pub(crate) macros: HashMap<String, Arc<str>>,
    /// The implementations for types of a name.
    pub(crate) implementations: HashMap<String, Vec<(ScopeId, Arc<Item>)>>,
}

#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) krate: CrateId,
    pub(crate) parent: Option<ScopeId>,
    /// Whether names that are not found here are looked for in the parent.
    pub(crate) block: bool,
    pub(crate) file: FileIndex,
    folder: PathBuf,
    inline: bool,
    pub(crate) names: HashMap<String, Vec<Entry>>,
    pub(crate) globs: Vec<Import>,
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
    Import(Import),
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
    pub(crate) scopes: Vec<Scope>,
    pub(crate) definitions: Vec<Definition>,
    /// Uses of macros that may be the crate's own.
    macro_uses: Vec<(ScopeId, Arc<Item>, u8)>,
    pub(crate) rules: HashMap<Arc<str>, Option<Rc<Rules>>>,
    pub(crate) lookups:
        HashMap<(ScopeId, String, super::resolve::Names), Option<super::resolve::Target>>,
    pub(crate) busy: Vec<(ScopeId, String, super::resolve::Names)>,
    /// The records that were read for this class.
    pub(crate) done: HashSet<ioctlkit_model::RecordId>,
    /// What pointers point to, to be defined when everything else is.
    pub(crate) pending: Vec<(ScopeId, Arc<Item>)>,
    /// Files that crates lead to.
    pub(crate) reached: HashSet<FileIndex>,
    /// Files, and folders of files, of modules that these ABIs do not have.
    left_out: HashSet<PathBuf>,
    pub(crate) builtin: Option<ScopeId>,
    /// Whether what cannot be resolved is said.
    pub(crate) aloud: bool,
}

impl<'a> World<'a> {
    pub(crate) fn new(
        files: &'a Files,
        builder: &'a mut Builder,
        abis: AbiSet,
        abi: &'static Abi,
    ) -> Self {
        let mut world = Self {
            files,
            builder,
            abi,
            abis,
            crates: Vec::new(),
            crate_of: HashMap::new(),
            scopes: Vec::new(),
            definitions: Vec::new(),
            macro_uses: Vec::new(),
            rules: HashMap::new(),
            lookups: HashMap::new(),
            busy: Vec::new(),
            done: HashSet::new(),
            pending: Vec::new(),
            reached: HashSet::new(),
            left_out: HashSet::new(),
            builtin: None,
            aloud: true,
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
        self.crates.push(Krate {
            package,
            features: Rc::new(features),
            scope: None,
            whole,
            macros: HashMap::new(),
            implementations: HashMap::new(),
        });
        CrateId(self.crates.len() - 1)
    }

    /// Looks at the whole of a crate.
    pub(crate) fn open_whole(&mut self, root: &Root) {
        let id = self.open(&root.file, root.package.clone(), true);
        self.expand_macros(id);
    }

    /// Looks at the whole of a crate once more with all its features, for the files that the
    /// default ones leave out.
    fn open_with_all_features(&mut self, root: &Root) {
        let Some(package) = &root.package else { return };
        let Ok(parsed) = self.files.get(&root.file) else { return };
        let id = self.add_crate(root.package.clone(), true);
        self.crates[id.0].features = Rc::new(package.all_features.clone());
        let file = self.builder.file(&parsed);
        self.crates[id.0].scope = self.enter(id, None, file, folder_of(&root.file));
        self.expand_macros(id);
    }

    /// Looks at the files that were asked for and that no crate leads to as it is built by
    /// default: with all features, then each by itself.
    pub(crate) fn open_rest(&mut self, roots: &[Root]) {
        let reached = self.reached.clone();
        let definitions = self.definitions.len();
        for root in roots {
            let folder = folder_of(&root.file);
            if self.unreached().iter().any(|path| path.starts_with(&folder)) {
                self.open_with_all_features(root);
            }
        }
        // What the first pass has read is not read again.
        let mut index = 0;
        let scopes = &self.scopes;
        self.definitions.retain(|definition| {
            index += 1;
            index <= definitions || !reached.contains(&scopes[definition.scope.0].file)
        });
        for path in self.unreached() {
            let package = self.package_of(&path);
            let named = self.builder.is_named(&path);
            let is_of_another_build =
                self.left_out.iter().any(|left_out| path.starts_with(left_out))
                    || package.as_ref().is_some_and(|package| package.is_for_tests(&path));
            if named || !is_of_another_build {
                self.open_whole(&Root { file: path, package });
            }
        }
    }

    /// The files that were asked for and not looked at yet.
    fn unreached(&self) -> Vec<PathBuf> {
        let is_reached =
            |path: &Path| self.builder.index(path).is_some_and(|file| self.reached.contains(&file));
        self.builder.asked_for().iter().filter(|path| !is_reached(path)).cloned().collect()
    }

    /// The package whose folder a file is in.
    fn package_of(&self, file: &Path) -> Option<Arc<Package>> {
        let packages = self.crates.iter().filter_map(|krate| krate.package.as_ref());
        let around = packages.filter(|package| file.starts_with(&package.folder));
        around.max_by_key(|package| package.folder.components().count()).cloned()
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
        self.define_pending();
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
        if let Some(known) = self.crate_of.get(root) {
            return *known;
        }
        let id = self.add_crate(package, whole);
        self.crate_of.insert(root.to_owned(), id);
        if let Ok(parsed) = self.files.get(root) {
            let file = self.builder.file(&parsed);
            self.crates[id.0].scope = self.enter(id, None, file, folder_of(root));
        }
        id
    }

    fn build(&self, krate: CrateId) -> (Rc<BTreeSet<String>>, &'static Abi) {
        (self.krate(krate).features.clone(), self.abi)
    }

    pub(crate) fn hold(&self, krate: CrateId, conditions: &[Condition]) -> bool {
        if conditions.is_empty() {
            return true;
        }
        let (features, abi) = self.build(krate);
        conditions.iter().all(|condition| condition.holds(Build { abi, features: &features }))
    }

    /// Enters a file as a module.
    fn enter(
        &mut self,
        krate: CrateId,
        parent: Option<ScopeId>,
        file: FileIndex,
        folder: PathBuf,
    ) -> Option<ScopeId> {
        let parsed = self.builder.parsed(file);
        if !self.hold(krate, &parsed.conditions) {
            return None;
        }
        self.reached.insert(file);
        let scope = self.add_scope(Scope {
            krate,
            parent,
            block: false,
            file,
            folder,
            inline: false,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        });
        self.add_items(scope, &parsed.items, "", 0);
        Some(scope)
    }

    fn add_scope(&mut self, scope: Scope) -> ScopeId {
        self.scopes.push(scope);
        ScopeId(self.scopes.len() - 1)
    }

    /// A block with items of its own, for their names only.
    pub(crate) fn enter_block(
        &mut self,
        parent: ScopeId,
        items: &[Arc<Item>],
        within: &str,
    ) -> ScopeId {
        let (definitions, uses) = (self.definitions.len(), self.macro_uses.len());
        let scope = self.enter_items(parent, items, within);
        self.definitions.truncate(definitions);
        self.macro_uses.truncate(uses);
        scope
    }

    /// A function's body with items of its own, which may define commands.
    pub(crate) fn enter_body(
        &mut self,
        parent: ScopeId,
        items: &[Arc<Item>],
        within: &str,
    ) -> ScopeId {
        let scope = self.enter_items(parent, items, within);
        self.expand_macros(self.scope(parent).krate);
        scope
    }

    fn enter_items(&mut self, parent: ScopeId, items: &[Arc<Item>], within: &str) -> ScopeId {
        if items.is_empty() {
            return parent;
        }
        let outer = self.scope(parent);
        let scope = Scope {
            krate: outer.krate,
            parent: Some(parent),
            block: true,
            file: outer.file,
            folder: outer.folder.clone(),
            inline: outer.inline,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        };
        let id = self.add_scope(scope);
        self.add_items(id, items, within, 0);
        id
    }

    fn add_items(&mut self, scope: ScopeId, items: &[Arc<Item>], within: &str, depth: u8) {
        let krate = self.scope(scope).krate;
        for item in items {
            if self.hold(krate, &item.conditions) {
                self.add_item(scope, item, within, depth);
            } else if let Kind::Module(module) = &item.kind {
                self.leave_out(scope, item, module);
            }
        }
    }

    /// Remembers the files of a module that these ABIs do not have.
    fn leave_out(&mut self, scope: ScopeId, item: &Item, module: &Module) {
        let outer = self.scope(scope);
        let own = self.builder.parsed(outer.file).path.clone();
        let found = module_file(item, module, &own, &outer.folder, outer.inline, |_| true);
        if module.items.is_none()
            && let Some((file, folder)) = found
        {
            self.left_out.insert(folder.join(&item.name));
            self.left_out.insert(file);
        }
    }

    fn add_item(&mut self, scope: ScopeId, item: &Arc<Item>, within: &str, depth: u8) {
        let krate = self.scope(scope).krate;
        let whole = self.krate(krate).whole;
        match &item.kind {
            Kind::Module(module) => self.add_module(scope, item, module),
            Kind::Use(imports) => {
                for import in imports {
                    match &import.name {
                        Some(name) => self.name(scope, name, Entry::Import(import.clone())),
                        None => self.scopes[scope.0].globs.push(import.clone()),
                    }
                }
            }
            Kind::ExternCrate(original) => {
                self.name(scope, &item.name, Entry::Crate(original.clone()));
            }
            Kind::MacroRules(text) => {
                self.crates[krate.0].macros.insert(item.name.clone(), text.clone());
            }
            Kind::MacroCall(_) => {
                if whole && depth < DEEPEST {
                    self.macro_uses.push((scope, item.clone(), depth));
                }
                self.define(whole, scope, item, within);
            }
            Kind::Include { file, generated } => self.include(scope, file, *generated),
            Kind::Implementation(found) => {
                let known = self.crates[krate.0].implementations.entry(found.of.clone());
                known.or_default().push((scope, item.clone()));
                for inner in &found.items {
                    if self.hold(krate, &inner.conditions) {
                        self.define(whole, scope, inner, &found.of);
                    }
                }
            }
            Kind::Mistaken(_) => self.define(whole, scope, item, within),
            Kind::Data(_)
            | Kind::Enum(_)
            | Kind::Interface(_)
            | Kind::Alias(..)
            | Kind::Constant(..)
            | Kind::Function(_) => {
                self.name(scope, &item.name, Entry::Item(item.clone()));
                self.define(whole, scope, item, within);
            }
        }
    }

    fn define(&mut self, whole: bool, scope: ScopeId, item: &Arc<Item>, within: &str) {
        if whole {
            let within = within.to_owned();
            self.definitions.push(Definition { scope, item: item.clone(), within });
        }
    }

    fn name(&mut self, scope: ScopeId, name: &str, entry: Entry) {
        self.scopes[scope.0].names.entry(name.to_owned()).or_default().push(entry);
    }

    fn add_module(&mut self, scope: ScopeId, item: &Arc<Item>, module: &Module) {
        let outer = self.scope(scope);
        let krate = outer.krate;
        let Some(items) = &module.items else {
            self.name(scope, &item.name, Entry::Unentered(item.clone()));
            if self.krate(krate).whole {
                self.enter_file(scope, item);
            }
            return;
        };
        let inner = Scope {
            krate,
            parent: Some(scope),
            block: false,
            file: outer.file,
            folder: outer.folder.join(&item.name),
            inline: true,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        };
        let inner = self.add_scope(inner);
        self.name(scope, &item.name, Entry::Module(inner));
        self.add_items(inner, items, "", 0);
    }

    /// Enters the file that a module is in.
    pub(crate) fn enter_file(&mut self, scope: ScopeId, item: &Arc<Item>) -> Option<ScopeId> {
        let Kind::Module(module) = &item.kind else { return None };
        let outer = self.scope(scope);
        let krate = outer.krate;
        let file = &self.builder.parsed(outer.file).path.clone();
        let holds = |conditions: &[Condition]| self.hold(krate, conditions);
        let found = module_file(item, module, file, &outer.folder, outer.inline, holds);
        let entered = match found {
            Some((path, folder)) if !self.is_above(scope, &path) => match self.files.get(&path) {
                Ok(parsed) => {
                    let file = self.builder.file(&parsed);
                    self.enter(krate, Some(scope), file, folder)
                }
                Err(reason) => {
                    self.builder.unreadable(&path, &reason);
                    None
                }
            },
            Some(_) => None,
            None => {
                if self.krate(krate).whole {
                    let file = self.scope(scope).file;
                    self.builder.missing_module(file, item);
                }
                None
            }
        };
        let known = self.scopes[scope.0].names.entry(item.name.clone()).or_default();
        known.retain(|entry| !matches!(entry, Entry::Unentered(other) if Arc::ptr_eq(other, item)));
        known.extend(entered.map(Entry::Module));
        entered
    }

    /// Whether a file is one that the module is in already: `#[path]` can lead in a circle.
    fn is_above(&self, scope: ScopeId, path: &Path) -> bool {
        let mut at = Some(scope);
        while let Some(id) = at {
            if self.builder.parsed(self.scope(id).file).path == path {
                return true;
            }
            at = self.scope(id).parent;
        }
        false
    }

    fn include(&mut self, scope: ScopeId, file: &str, generated: bool) {
        let outer = self.scope(scope);
        let (krate, folder) = (outer.krate, outer.folder.clone());
        let own = self.builder.parsed(outer.file).path.clone();
        let path = if generated {
            let package = self.krate(krate).package.clone();
            let Some(path) = package.and_then(|package| generated_file(&package, file)) else {
                self.builder.not_generated(&own, file);
                return;
            };
            path
        } else {
            normal(&folder_of(&own).join(file))
        };
        if self.is_above(scope, &path) {
            return;
        }
        let Ok(parsed) = self.files.get(&path) else { return };
        let file = self.builder.file(&parsed);
        self.reached.insert(file);
        let inner = self.add_scope(Scope {
            krate,
            parent: Some(scope),
            block: true,
            file,
            folder,
            inline: false,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        });
        self.scopes[scope.0].included.push(inner);
        self.add_items(inner, &parsed.items, "", 0);
    }

    /// Adds the items that the crate's own macros yield.
    fn expand_macros(&mut self, krate: CrateId) {
        while let Some((scope, item, depth)) = self.macro_uses.pop() {
            let Kind::MacroCall(call) = &item.kind else { continue };
            let Some(text) = self.own_macro(krate, &call.path) else { continue };
            if !super::macros::may_define(&text) {
                continue;
            }
            if let Some(items) = self.expand_items(&text, call) {
                self.add_items(scope, &items, "", depth + 1);
            }
        }
    }

    /// The definition of a macro of the crate.
    pub(crate) fn own_macro(&self, krate: CrateId, path: &super::item::Path) -> Option<Arc<str>> {
        let first = path.segments.first()?;
        let own = path.segments.len() == 1
            || matches!(first.name.as_str(), "crate" | "self" | "super" | "$crate");
        self.krate(krate).macros.get(path.last()).filter(|_| own).cloned()
    }
}

/// Uses of macros within what macros yield are followed so far.
const DEEPEST: u8 = 8;

/// What a build script made last.
fn generated_file(package: &Package, file: &str) -> Option<PathBuf> {
    let target = package.target_folder.as_ref()?;
    let mut found: Option<(std::time::SystemTime, PathBuf)> = None;
    for profile in ["debug", "release"] {
        let Ok(builds) = std::fs::read_dir(target.join(profile).join("build")) else { continue };
        for build in builds.flatten() {
            let name = build.file_name();
            let hash = name.to_str().and_then(|name| name.strip_prefix(package.name.as_str()));
            if !hash.is_some_and(|hash| hash.starts_with('-') && hash.len() == 17) {
                continue;
            }
            let path = build.path().join("out").join(file);
            let Ok(time) = std::fs::metadata(&path).and_then(|data| data.modified()) else {
                continue;
            };
            if found.as_ref().is_none_or(|(newest, _)| time > *newest) {
                found = Some((time, path));
            }
        }
    }
    found.map(|(_, path)| path)
}
