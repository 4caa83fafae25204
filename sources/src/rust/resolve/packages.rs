//! The packages that dependencies are, each looked for once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::cargo::{Dependency, Package};
use super::registry;

/// The folder of a package, and the name of another that it depends on.
type Key = (PathBuf, String);

/// The packages that were looked for, and those that were not found.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    known: RefCell<HashMap<Key, Option<Arc<Package>>>>,
}

impl Packages {
    /// Those of a workspace, which depend on each other.
    pub(crate) fn of_workspace(packages: &[Arc<Package>]) -> Self {
        let mut known = HashMap::new();
        for of in packages {
            for dependency in of.dependencies.values() {
                let Some(path) = &dependency.path else { continue };
                if let Some(found) = packages.iter().find(|package| package.folder == *path) {
                    let key = (of.folder.clone(), dependency.package.clone());
                    known.insert(key, Some(found.clone()));
                }
            }
        }
        Self { known: RefCell::new(known) }
    }

    /// The package that a dependency is.
    pub(crate) fn dependency(&self, of: &Package, dependency: &Dependency) -> Option<Arc<Package>> {
        let key = (of.folder.clone(), dependency.package.clone());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = registry::find(of, dependency).map(Arc::new);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    /// The version that a package's dependency is, by its numbers: of its source, else of the lock
    /// file, else the first that will do.
    pub(crate) fn version(&self, of: &Package, dependency: &Dependency) -> Option<Vec<u64>> {
        let found = self.dependency(of, dependency).map(|found| found.version.clone());
        registry::version(of, dependency, found.as_deref())
    }
}
