//! Enters crates, modules and files: which names there are, and which definitions.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cargo::Package;
use super::crates::Resolver;
use super::files::{folder_of, inline_folder, module_file, normal};
use super::scopes::{CrateId, Definition, Entry, Method, Scope, ScopeId};
use super::sources::{FileIndex, Missing};
use crate::rust::syntax::condition::{Build, Condition};
use crate::rust::syntax::file::Parsed;
use crate::rust::syntax::item::{Item, Kind, Module};

impl Resolver<'_> {
    pub(crate) fn hold(&self, krate: CrateId, conditions: &[Condition]) -> bool {
        if conditions.is_empty() {
            return true;
        }
        let build = self.build(krate);
        conditions.iter().all(|condition| condition.holds(build))
    }

    /// What a crate's conditions are asked about.
    pub(crate) fn build(&self, krate: CrateId) -> Build<'_> {
        let krate = self.krate(krate);
        Build { abi: self.abi, features: &krate.features, script: krate.script.as_deref() }
    }

    /// Enters a file as a module.
    pub(crate) fn enter(
        &mut self,
        krate: CrateId,
        parent: Option<ScopeId>,
        file: FileIndex,
        folder: PathBuf,
    ) -> Option<ScopeId> {
        let parsed = self.sources.parsed(file);
        if !self.hold(krate, &parsed.conditions) {
            if !self.hold_with_features(&parsed.conditions) {
                self.leave_out_file(&parsed, folder);
            }
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

    pub(crate) fn add_scope(&mut self, scope: Scope) -> ScopeId {
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
        self.expand_macros();
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

    pub(crate) fn add_items(
        &mut self,
        scope: ScopeId,
        items: &[Arc<Item>],
        within: &str,
        depth: u8,
    ) {
        let krate = self.scope(scope).krate;
        for item in items {
            if self.hold(krate, &item.conditions) {
                self.add_item(scope, item, within, depth);
            } else if let Kind::Module(module) = &item.kind {
                self.leave_out(scope, item, module);
            }
        }
    }

    /// Remembers a file that these ABIs do not have, and the files of its modules. The folder of a
    /// crate's root has other files besides.
    fn leave_out_file(&mut self, parsed: &Parsed, folder: PathBuf) {
        self.left_out.insert(parsed.path.clone());
        for item in &parsed.items {
            let Kind::Module(module) = &item.kind else { continue };
            self.left_out.insert(folder.join(&item.name));
            let found = module_file(item, module, &parsed.path, &folder, false, |_| true);
            self.left_out.extend(found.map(|(file, _)| file));
        }
        if folder != folder_of(&parsed.path) || parsed.path.ends_with("mod.rs") {
            self.left_out.insert(folder);
        }
    }

    /// Remembers the files of a module that these ABIs do not have.
    fn leave_out(&mut self, scope: ScopeId, item: &Item, module: &Module) {
        let outer = self.scope(scope);
        let own = self.sources.parsed(outer.file).path.clone();
        let inner_folder = outer.folder.join(&item.name);
        let found = module_file(item, module, &own, &outer.folder, outer.inline, |_| true);
        if !self.hold_with_features(&item.conditions) {
            self.left_out.insert(inner_folder);
            self.left_out.extend(found.filter(|_| module.items.is_none()).map(|(file, _)| file));
        }
    }

    /// Remembers the files that a module with several `#[path]` has on other ABIs only.
    fn leave_out_other_files(&mut self, scope: ScopeId, item: &Item, module: &Module, own: &Path) {
        for (conditions, path) in &module.paths {
            let krate = self.scope(scope).krate;
            if self.hold(krate, conditions) || self.hold_with_features(conditions) {
                continue;
            }
            let only = Module { items: None, paths: vec![(Vec::new(), path.clone())] };
            let outer = self.scope(scope);
            let found = module_file(item, &only, own, &outer.folder, outer.inline, |_| true);
            let Some((path, folder)) = found else { continue };
            if let Ok(parsed) = self.files.get(&path) {
                self.leave_out_file(&parsed, folder);
            }
        }
    }

    /// Whether conditions hold where the features that they name are on.
    fn hold_with_features(&self, conditions: &[Condition]) -> bool {
        let mut features = BTreeSet::new();
        for condition in conditions {
            condition.collect_features(&mut features);
        }
        let build = Build { abi: self.abi, features: &features, script: None };
        conditions.iter().all(|condition| condition.holds(build))
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
                if whole && Self::is_followed(depth) {
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
                        self.know_function(krate, inner);
                        self.know_method(krate, scope, inner, &found.of);
                        self.define(whole, scope, inner, &found.of);
                    }
                }
            }
            Kind::Function(_) => {
                self.know_function(krate, item);
                self.name(scope, &item.name, Entry::Item(item.clone()));
                self.define(whole, scope, item, within);
            }
            Kind::Foreign(_) => self.name(scope, &item.name, Entry::Item(item.clone())),
            Kind::Mistaken(_) => self.define(whole, scope, item, within),
            Kind::Data(_)
            | Kind::Enum(_)
            | Kind::Interface(_)
            | Kind::Alias(..)
            | Kind::Constant(..) => {
                self.name(scope, &item.name, Entry::Item(item.clone()));
                self.define(whole, scope, item, within);
            }
        }
    }

    /// Remembers a function of a type.
    fn know_method(&mut self, krate: CrateId, scope: ScopeId, item: &Arc<Item>, of: &str) {
        if matches!(item.kind, Kind::Function(_)) {
            let known = self.crates[krate.0].methods.entry(item.name.clone()).or_default();
            known.push(Method { scope, item: item.clone(), of: of.into() });
        }
    }

    /// Remembers the name of a function that a constant may call.
    fn know_function(&mut self, krate: CrateId, item: &Item) {
        if let Kind::Function(function) = &item.kind
            && function.value.is_some()
        {
            self.crates[krate.0].const_functions.insert(item.name.clone());
        }
    }

    pub(crate) fn define(&mut self, whole: bool, scope: ScopeId, item: &Arc<Item>, within: &str) {
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
        let file = &self.sources.parsed(outer.file).path;
        let holds = |conditions: &[Condition]| self.hold(krate, conditions);
        let folder = inline_folder(item, module, file, &outer.folder, outer.inline, holds);
        let inner = Scope {
            krate,
            parent: Some(scope),
            block: false,
            file: outer.file,
            folder,
            inline: true,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        };
        let inner = self.add_scope(inner);
        self.name(scope, &item.name, Entry::Module(inner));
        self.add_items(inner, items, "", 0);
    }

    /// Enters all files of a crate, for the macros in them.
    pub(super) fn enter_files(&mut self, krate: CrateId) {
        if std::mem::replace(&mut self.crates[krate.0].has_all_files, true) {
            return;
        }
        let mut at = 0;
        // Files lead to further ones.
        while at < self.scopes.len() {
            let scope = ScopeId(at);
            at += 1;
            if self.scope(scope).krate != krate {
                continue;
            }
            let entries = self.scope(scope).names.values().flatten();
            let mut modules: Vec<Arc<Item>> = entries
                .filter_map(|entry| match entry {
                    Entry::Unentered(item) => Some(item.clone()),
                    _ => None,
                })
                .collect();
            modules.sort_by_key(|module| module.place);
            for module in modules {
                self.enter_file(scope, &module);
            }
        }
    }

    /// Enters the file that a module is in.
    pub(crate) fn enter_file(&mut self, scope: ScopeId, item: &Arc<Item>) -> Option<ScopeId> {
        let Kind::Module(module) = &item.kind else { return None };
        let outer = self.scope(scope);
        let krate = outer.krate;
        let file = &self.sources.parsed(outer.file).path.clone();
        let holds = |conditions: &[Condition]| self.hold(krate, conditions);
        let found = module_file(item, module, file, &outer.folder, outer.inline, holds);
        self.leave_out_other_files(scope, item, module, file);
        let entered = match found {
            Some((path, folder)) if !self.is_above(scope, &path) => match self.files.get(&path) {
                Ok(parsed) => {
                    let file = self.sources.file(&parsed);
                    self.enter(krate, Some(scope), file, folder)
                }
                Err(reason) => {
                    self.sources.lacks(Missing::Unreadable(path, reason));
                    None
                }
            },
            Some(_) => None,
            None => {
                if self.krate(krate).whole {
                    let file = self.scope(scope).file;
                    self.sources.lacks_module(file, item);
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
            if self.sources.parsed(self.scope(id).file).path == path {
                return true;
            }
            at = self.scope(id).parent;
        }
        false
    }

    pub(crate) fn include(&mut self, scope: ScopeId, file: &str, generated: bool) {
        let outer = self.scope(scope);
        let krate = outer.krate;
        let own = self.sources.parsed(outer.file).path.clone();
        let path = if generated {
            let package = self.krate(krate).package.clone();
            let Some(path) = package.and_then(|package| generated_file(&package, file)) else {
                self.sources.lacks(Missing::Generated(own, file.to_owned()));
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
        let file = self.sources.file(&parsed);
        self.reached.insert(file);
        let inner = self.add_scope(Scope {
            krate,
            parent: Some(scope),
            block: true,
            file,
            folder: folder_of(&path),
            inline: false,
            names: HashMap::new(),
            globs: Vec::new(),
            included: Vec::new(),
        });
        self.scopes[scope.0].included.push(inner);
        self.add_items(inner, &parsed.items, "", 0);
    }
}

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
