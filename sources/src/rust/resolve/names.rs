//! What a path means.

use std::collections::HashSet;

use super::cargo::{Dependency, FIRST_EDITION};
use super::crates::Resolver;
use super::prelude;
use super::scopes::{CrateId, Entry, Names, ScopeId, Target};
use crate::rust::syntax::item::{Import, Item, Kind};

/// A name, where it is looked for, and as what.
pub(crate) type Key = (ScopeId, String, Names);

/// No chain of imports is longer.
const LONGEST: usize = 64;

impl Resolver<'_> {
    /// What names lead to, seen from a scope.
    pub(crate) fn resolve(
        &mut self,
        scope: ScopeId,
        names: &[&str],
        global: bool,
        kind: Names,
    ) -> Option<Target> {
        let (first, rest) = names.split_first()?;
        // What the prelude tells need not be read in a file for each architecture.
        if *first == "linux_raw_sys" && prelude::has(first, names.last()?, kind) {
            return Some(Target::External(
                "libc".into(),
                rest.iter().map(|&name| name.into()).collect(),
            ));
        }
        let of_first = if rest.is_empty() { kind } else { Names::Types };
        let krate = self.scope(scope).krate;
        let mut target = match *first {
            "crate" | "$crate" if !global => Target::Module(self.krate(krate).scope?),
            "self" if !global => Target::Module(self.module_of(scope)),
            "super" if !global => {
                let module = self.module_of(scope);
                Target::Module(self.module_of(self.scope(module).parent?))
            }
            name if global => match self.external(krate, name) {
                Some(target) => target,
                None => self.lookup(self.krate(krate).scope?, name, of_first)?,
            },
            name => self.lexical(scope, name, of_first, !rest.is_empty())?,
        };
        for (index, name) in rest.iter().enumerate() {
            let of_this = if index + 1 == rest.len() { kind } else { Names::Types };
            target = self.member(target, name, of_this)?;
        }
        Some(target)
    }

    fn lexical(&mut self, scope: ScopeId, name: &str, kind: Names, more: bool) -> Option<Target> {
        let krate = self.scope(scope).krate;
        let mut at = scope;
        loop {
            if let Some(found) = self.lookup(at, name, kind) {
                return Some(found);
            }
            match self.scope(at).parent {
                Some(parent) if self.scope(at).block => at = parent,
                _ => break,
            }
        }
        if more { self.external(krate, name) } else { None }
    }

    fn member(&mut self, target: Target, name: &str, kind: Names) -> Option<Target> {
        match target {
            Target::Module(scope) => match name {
                "self" => Some(Target::Module(scope)),
                "super" => Some(Target::Module(self.module_of(self.scope(scope).parent?))),
                _ => self.lookup(scope, name, kind),
            },
            Target::External(krate, mut path) => {
                path.push(name.to_owned());
                Some(Target::External(krate, path))
            }
            Target::Item(scope, item) => match &item.kind {
                Kind::Enum(found) => {
                    let index = found.variants.iter().position(|variant| variant.name == name);
                    match index {
                        Some(index) => Some(Target::Variant(scope, item.clone(), index)),
                        None => self.associated(scope, &item.name, name),
                    }
                }
                Kind::Data(_) => self.associated(scope, &item.name, name),
                Kind::Alias(_, ty) => {
                    let path = ty.path()?;
                    let key = (scope, format!("{}::{name}", item.name), kind);
                    self.once(key, |resolver| {
                        let names = path.names();
                        let target = resolver.resolve(scope, &names, path.global, Names::Types)?;
                        resolver.member(target, name, kind)
                    })
                }
                _ => None,
            },
            Target::Variant(..) => None,
        }
    }

    /// A constant or function of a type.
    pub(crate) fn associated(&self, scope: ScopeId, ty: &str, name: &str) -> Option<Target> {
        let krate = self.krate(self.scope(scope).krate);
        let implementations = krate.implementations.get(ty)?;
        implementations.iter().find_map(|(scope, item)| {
            let Kind::Implementation(found) = &item.kind else { return None };
            let inner = found.items.iter().find(|inner| inner.name == name)?;
            Some(Target::Item(*scope, inner.clone()))
        })
    }

    /// What a name in a module stands for: what the module defines, else what it has through its globs.
    pub(crate) fn lookup(&mut self, scope: ScopeId, name: &str, kind: Names) -> Option<Target> {
        let key = (scope, name.to_owned(), kind);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut seen = HashSet::new();
        let found =
            self.once(key.clone(), |resolver| resolver.search(scope, name, kind, &mut seen));
        if found.is_some() {
            self.known.insert(key, found.clone());
        } else if self.open.is_empty() && !self.globs.are_open() {
            // Nothing was left out because somebody is looking for it already, so none of them has it.
            let lacking = seen.into_iter().map(|module| ((module, name.to_owned(), kind), None));
            self.known.extend(lacking);
        }
        found
    }

    /// Looks for something, unless somebody is looking for it already: what leads back to itself leads to
    /// nothing.
    fn once(&mut self, key: Key, look: impl FnOnce(&mut Self) -> Option<Target>) -> Option<Target> {
        if self.open.len() > LONGEST || self.open.contains(&key) {
            return None;
        }
        self.open.push(key);
        let found = look(self);
        self.open.pop();
        found
    }

    /// Looks for a name in a module and in what its globs lead to, each module once.
    fn search(
        &mut self,
        scope: ScopeId,
        name: &str,
        kind: Names,
        seen: &mut HashSet<ScopeId>,
    ) -> Option<Target> {
        let mut open = vec![Target::Module(scope)];
        while let Some(target) = open.pop() {
            let found = match target {
                Target::Module(module) if !seen.insert(module) => None,
                Target::Module(module) => match self.known.get(&(module, name.to_owned(), kind)) {
                    Some(known) => known.clone(),
                    None => self.defined(module, name, kind).or_else(|| {
                        self.settle(module);
                        open.extend(self.globs.of(module).rev().cloned());
                        None
                    }),
                },
                Target::External(krate, mut path) => prelude::has(&krate, name, kind).then(|| {
                    path.push(name.to_owned());
                    Target::External(krate, path)
                }),
                target => self.member(target, name, kind),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What a name is that a module defines or imports by itself.
    fn defined(&mut self, scope: ScopeId, name: &str, kind: Names) -> Option<Target> {
        let mut found = self.lookup_own(scope, name, kind);
        // What a macro yields may be further uses of macros.
        while found.is_none() && self.expand_for(scope, name) {
            found = self.lookup_own(scope, name, kind);
        }
        found
    }

    fn lookup_own(&mut self, scope: ScopeId, name: &str, kind: Names) -> Option<Target> {
        for entry in self.scope(scope).names.get(name).cloned().unwrap_or_default() {
            let found = match entry {
                Entry::Item(item) if has_name(&item, kind) => Some(Target::Item(scope, item)),
                Entry::Module(module) => (kind == Names::Types).then_some(Target::Module(module)),
                Entry::Unentered(item) if kind == Names::Types => {
                    self.enter_file(scope, &item).map(Target::Module)
                }
                Entry::Import(import) => self.import(scope, &import, kind),
                Entry::Crate(original) if kind == Names::Types => {
                    let krate = self.scope(scope).krate;
                    if original == "self" {
                        self.krate(krate).scope.map(Target::Module)
                    } else {
                        self.external(krate, &original)
                    }
                }
                Entry::Item(_) | Entry::Unentered(_) | Entry::Crate(_) => None,
            };
            if found.is_some() {
                return found;
            }
        }
        let included = self.scope(scope).included.clone();
        included.into_iter().find_map(|inner| self.lookup(inner, name, kind))
    }

    pub(super) fn import(
        &mut self,
        scope: ScopeId,
        import: &Import,
        kind: Names,
    ) -> Option<Target> {
        let names: Vec<&str> = import.path.iter().map(String::as_str).collect();
        let krate = self.scope(scope).krate;
        if let [only] = names.as_slice() {
            return self
                .external(krate, only)
                .or_else(|| self.resolve(scope, &names, import.global, kind));
        }
        // Before 2018 the paths of imports began at the crate's root.
        let edition = self.krate(krate).package.as_ref().map(|package| package.edition);
        if edition == Some(FIRST_EDITION)
            && let Some(root) = self.krate(krate).scope
            && let Some(found) = self.resolve(root, &names, false, kind)
        {
            return Some(found);
        }
        self.resolve(scope, &names, import.global, kind)
    }

    /// The root of the `libc` crate, where its source is at hand.
    pub(crate) fn libc_root(&mut self, scope: ScopeId) -> Option<ScopeId> {
        let package = self.krate(self.scope(scope).krate).package.clone()?;
        let dependency = package.dependencies.get("libc")?.clone();
        let found = self.packages.dependency(&package, &dependency)?;
        let (_, root) = found.library.clone()?;
        let id = self.open(&root, Some(found), false);
        self.krate(id).scope
    }

    /// Whether a scope is part of the `libc` crate.
    pub(crate) fn is_in_libc(&self, scope: ScopeId) -> bool {
        self.is_libc(self.scope(scope).krate)
    }

    /// Whether a scope is part of the `linux-raw-sys` crate, whose constants are those of the kernel's
    /// headers on each architecture.
    pub(crate) fn is_of_kernel(&self, scope: ScopeId) -> bool {
        let krate = self.krate(self.scope(scope).krate);
        krate.package.as_ref().is_some_and(|package| package.name == "linux-raw-sys")
    }

    /// Whether a crate is the `libc` crate.
    pub(crate) fn is_libc(&self, krate: CrateId) -> bool {
        self.krate(krate).package.as_ref().is_some_and(|package| package.name == "libc")
    }

    /// The version of a dependency that a crate is built with, as far as it is known.
    pub(crate) fn version_of(&self, krate: CrateId, name: &str) -> Option<Vec<u64>> {
        let package = self.krate(krate).package.clone()?;
        let original = |dependency: &Dependency| dependency.package.replace('-', "_");
        let dependency =
            package.dependencies.values().find(|dependency| original(dependency) == name)?.clone();
        self.packages.version(&package, &dependency)
    }

    /// A crate by the name that another has for it.
    pub(super) fn external(&mut self, krate: CrateId, name: &str) -> Option<Target> {
        let package = self.krate(krate).package.clone();
        let dependency =
            package.as_ref().and_then(|package| package.dependencies.get(name).cloned());
        let original = dependency.as_ref().map(|dependency| dependency.package.replace('-', "_"));
        let original = original.as_deref().unwrap_or(name);
        if prelude::is_known_crate(original) {
            return Some(Target::External(original.to_owned(), Vec::new()));
        }
        let package = package?;
        if let Some((library, root)) = &package.library
            && library == name
        {
            let id = self.open(root, Some(package.clone()), false);
            return self.krate(id).scope.map(Target::Module);
        }
        let dependency = dependency?;
        let unknown = Target::External(original.to_owned(), Vec::new());
        let Some(found) = self.packages.dependency(&package, &dependency) else {
            return Some(unknown);
        };
        let Some((_, root)) = &found.library else { return Some(unknown) };
        let root = root.clone();
        let id = self.open(&root, Some(found), false);
        Some(self.krate(id).scope.map_or(unknown, Target::Module))
    }
}

fn has_name(item: &Item, kind: Names) -> bool {
    match &item.kind {
        Kind::Data(_) | Kind::Enum(_) | Kind::Interface(_) | Kind::Alias(..) => {
            kind == Names::Types
        }
        Kind::Constant(..) | Kind::Function(_) | Kind::Foreign(_) => kind == Names::Values,
        _ => false,
    }
}
