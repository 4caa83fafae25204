//! Which features of packages are on, as cargo would have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cargo::{Dependency, Package};

/// The features that packages are read with, as cargo's options choose them for a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Features {
    /// All of each package: `--all-features`.
    All,
    /// Some.
    Chosen {
        /// Each for the packages that have it: `--features`.
        names: Vec<FeatureName>,
        /// Whether the default ones are on: without `--no-default-features`.
        default: bool,
    },
}

/// A feature that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureName {
    /// The feature, or `package/feature` for one package.
    pub name: String,
    /// What happens where no package has it.
    pub missing: Missing,
}

/// What happens where no package has a feature that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is a mistake, and a failure.
    Refused,
    /// It is said.
    Said,
    /// Nothing: another version may have it.
    Accepted,
}

impl Default for Features {
    fn default() -> Self {
        Self::Chosen { names: Vec::new(), default: true }
    }
}

/// What each feature of a package turns on.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// The features that are on, and what they turn on in dependencies, by the names of these.
#[derive(Debug, Default)]
pub(crate) struct Enabled {
    pub(crate) own: BTreeSet<String>,
    dependencies: BTreeSet<String>,
    of_dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// What some features turn on.
pub(crate) fn enable<'a>(lists: &'a Lists, first: impl IntoIterator<Item = &'a str>) -> Enabled {
    let mut enabled = Enabled::default();
    let mut todo: Vec<&str> = first.into_iter().collect();
    while let Some(name) = todo.pop() {
        if let Some((dependency, feature)) = name.split_once('/') {
            let weak = dependency.strip_suffix('?');
            let key = weak.unwrap_or(dependency).replace('-', "_");
            enabled.of_dependencies.entry(key.clone()).or_default().insert(feature.to_owned());
            if weak.is_none() {
                enabled.dependencies.insert(key);
                todo.push(dependency);
            }
        } else if let Some(dependency) = name.strip_prefix("dep:") {
            enabled.dependencies.insert(dependency.replace('-', "_"));
        } else if let Some(list) = lists.get(name)
            && enabled.own.insert(name.to_owned())
        {
            todo.extend(list.iter().map(String::as_str));
        }
    }
    enabled
}

impl Enabled {
    /// Asks of the dependencies what the features say.
    pub(crate) fn turn_on_in(&self, dependencies: &mut BTreeMap<String, Dependency>) {
        for (name, dependency) in dependencies {
            dependency.optional &= !self.dependencies.contains(name);
            if !dependency.optional
                && let Some(features) = self.of_dependencies.get(name)
            {
                dependency.features.extend(features.iter().cloned());
            }
        }
    }
}

/// Turns on what was chosen in the packages of a workspace, what that turns on in their
/// dependencies, and what they ask of each other: a member is built once for all.
pub(crate) fn settle(packages: &mut [Package], chosen: &Features) {
    let mut asked: Vec<BTreeSet<String>> =
        packages.iter().map(|package| chosen.of(package)).collect();
    loop {
        let before = asked.clone();
        for (package, asked) in packages.iter_mut().zip(&asked) {
            let enabled = enable(&package.lists, asked.iter().map(String::as_str));
            package.features.clone_from(&enabled.own);
            enabled.turn_on_in(&mut package.dependencies);
        }
        for of in packages.iter() {
            for dependency in of.dependencies.values().filter(|dependency| !dependency.optional) {
                let member = packages.iter().position(|package| dependency.is(package));
                if let Some(member) = member {
                    asked[member].extend(dependency.features.iter().cloned());
                }
            }
        }
        if asked == before {
            return;
        }
    }
}

impl Features {
    /// What is asked of a package.
    fn of(&self, package: &Package) -> BTreeSet<String> {
        match self {
            Self::All => package.lists.keys().cloned().collect(),
            Self::Chosen { names, default } => {
                let own = names.iter().map(|FeatureName { name, .. }| match name.split_once('/') {
                    Some((of, name)) if of == package.name => name,
                    _ => name.as_str(),
                });
                own.chain(default.then_some("default")).map(str::to_owned).collect()
            }
        }
    }

    /// The same, and a name that no package has is no mistake.
    #[must_use]
    pub fn accepting_missing(mut self) -> Self {
        if let Self::Chosen { names, .. } = &mut self {
            for name in names {
                name.missing = Missing::Accepted;
            }
        }
        self
    }

    /// The names that no package has.
    pub(crate) fn unknown(&self, packages: &[Arc<Package>]) -> Vec<&FeatureName> {
        let Self::Chosen { names, .. } = self else { return Vec::new() };
        names.iter().filter(|feature| !is_known(&feature.name, packages)).collect()
    }
}

fn is_known(name: &str, packages: &[Arc<Package>]) -> bool {
    let Some((of, name)) = name.split_once('/') else {
        return packages.iter().any(|package| package.lists.contains_key(name));
    };
    if let Some(package) = packages.iter().find(|package| package.name == of) {
        return package.lists.contains_key(name);
    }
    // What dependencies from elsewhere have is not known.
    packages.iter().any(|package| package.dependencies.contains_key(&of.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_turn_on_others_here_and_in_dependencies() {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let lists = Lists::from([
            ("default".into(), list(&["a"])),
            ("a".into(), list(&["b", "dep:x", "the-dep/fast"])),
            ("b".into(), list(&["a", "other?/slow"])),
            ("c".into(), list(&[])),
        ]);
        let enabled = enable(&lists, ["default", "nobody"]);
        assert_eq!(enabled.own, ["a", "b", "default"].map(String::from).into());
        assert_eq!(enabled.dependencies, ["the_dep", "x"].map(String::from).into());
        let of: Vec<_> = enabled.of_dependencies.into_iter().collect();
        let set = |name: &str| BTreeSet::from([name.to_owned()]);
        assert_eq!(of, [("other".into(), set("slow")), ("the_dep".into(), set("fast"))]);
    }
}
