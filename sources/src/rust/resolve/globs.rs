//! Where glob imports lead, by a fixpoint: a glob's own path may come through other globs, and modules
//! import from each other in circles.
//!
//! The globs of a module are followed when it is first asked for a name that it does not define. The
//! modules that they lead to, and those on the way there, are followed together until no glob leads
//! anywhere new. What a module has through its globs is then a walk over modules that are all known.

use std::collections::HashMap;
use std::sync::Arc;

use super::crates::Resolver;
use super::scopes::{Names, ScopeId, Target};
use crate::rust::syntax::item::Import;

/// The globs of modules that were followed.
#[derive(Debug, Default)]
pub(crate) struct Globs {
    of: HashMap<ScopeId, Followed>,
    /// The modules that are needed to follow those that are being followed; none are, else.
    needed: Option<Vec<ScopeId>>,
}

/// The globs of a module.
#[derive(Debug, Default)]
struct Followed {
    /// Where each leads, as far as that is known.
    targets: Vec<Option<Target>>,
    /// How many of them will not be followed again.
    settled: usize,
}

impl Globs {
    /// Where the globs of a module lead.
    pub(super) fn of(&self, module: ScopeId) -> impl DoubleEndedIterator<Item = &Target> {
        self.of.get(&module).into_iter().flat_map(|followed| followed.targets.iter().flatten())
    }

    /// Whether globs are being followed: that a name is not found says nothing yet.
    pub(super) fn are_open(&self) -> bool {
        self.needed.is_some()
    }

    fn are_settled(&self, module: ScopeId, count: usize) -> bool {
        count == 0 || self.of.get(&module).is_some_and(|followed| followed.settled == count)
    }

    fn target(&mut self, module: ScopeId, index: usize) -> &mut Option<Target> {
        let targets = &mut self.of.entry(module).or_default().targets;
        if targets.len() <= index {
            targets.resize(index + 1, None);
        }
        &mut targets[index]
    }
}

impl Resolver<'_> {
    /// Follows the globs of a module, and all that they depend on.
    pub(super) fn settle(&mut self, module: ScopeId) {
        if self.globs.are_settled(module, self.scope(module).globs.len()) {
            return;
        }
        if let Some(needed) = &mut self.globs.needed {
            needed.push(module);
            return;
        }
        self.globs.needed = Some(Vec::new());
        // What is being looked for meanwhile has nothing to do with where globs lead.
        let lookups = std::mem::take(&mut self.open);
        let mut modules = vec![module];
        while self.follow_once(&mut modules) {}
        self.open = lookups;
        self.globs.needed = None;
        for module in modules {
            let count = self.scope(module).globs.len();
            self.globs.of.entry(module).or_default().settled = count;
        }
    }

    /// Follows the globs of modules as far as those that were followed before tell, and tells whether
    /// anything is known now that was not.
    fn follow_once(&mut self, modules: &mut Vec<ScopeId>) -> bool {
        let mut is_new = false;
        let mut at = 0;
        while let Some(module) = modules.get(at).copied() {
            let globs: Vec<Arc<Import>> = self.scope(module).globs.clone();
            for (index, import) in globs.iter().enumerate() {
                if self.globs.target(module, index).is_some() {
                    continue;
                }
                let target = self.import(module, import, Names::Types);
                is_new |= target.is_some();
                let leads_to = match &target {
                    Some(Target::Module(other)) => Some(*other),
                    _ => None,
                };
                *self.globs.target(module, index) = target;
                let needed = self.globs.needed.as_mut().map(std::mem::take).unwrap_or_default();
                for other in needed.into_iter().chain(leads_to) {
                    let is_settled = self.globs.are_settled(other, self.scope(other).globs.len());
                    if !is_settled && !modules.contains(&other) {
                        modules.push(other);
                        is_new = true;
                    }
                }
            }
            at += 1;
        }
        is_new
    }
}
