//! Which features of packages are on, as cargo would have it.

use std::collections::{BTreeMap, BTreeSet};

use super::cargo::Package;

/// The features that packages are read with, as cargo's options choose them for a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Features {
    /// All of each package: `--all-features`.
    All,
    /// Some.
    Chosen {
        /// Names of features, each for the packages that have it, or `package/name` for one
        /// package: `--features`.
        names: Vec<String>,
        /// Whether the default ones are on: without `--no-default-features`.
        default: bool,
    },
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
    pub(crate) of_dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// What some features turn on.
pub(crate) fn enable<'a>(lists: &'a Lists, first: impl IntoIterator<Item = &'a str>) -> Enabled {
    let mut enabled = Enabled::default();
    let mut todo: Vec<&str> = first.into_iter().collect();
    while let Some(name) = todo.pop() {
        if let Some((dependency, feature)) = name.split_once('/') {
            let dependency = dependency.trim_end_matches('?').replace('-', "_");
            enabled.of_dependencies.entry(dependency).or_default().insert(feature.to_owned());
        } else if let Some(list) = lists.get(name)
            && enabled.own.insert(name.to_owned())
        {
            todo.extend(list.iter().map(String::as_str));
        }
    }
    enabled
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
            package.features = enabled.own;
            for (name, features) in enabled.of_dependencies {
                if let Some(dependency) = package.dependencies.get_mut(&name) {
                    dependency.features.extend(features);
                }
            }
        }
        for of in packages.iter() {
            for dependency in of.dependencies.values() {
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
                let own = names.iter().map(|name| match name.split_once('/') {
                    Some((of, name)) if of == package.name => name,
                    _ => name.as_str(),
                });
                own.chain(default.then_some("default")).map(str::to_owned).collect()
            }
        }
    }

    /// The names that no package has.
    pub(crate) fn unknown<'a>(&'a self, packages: &[impl AsRef<Package>]) -> Vec<&'a str> {
        let Self::Chosen { names, .. } = self else { return Vec::new() };
        let has = |package: &Package, name: &str| match name.split_once('/') {
            Some((of, name)) => {
                (of == package.name && package.lists.contains_key(name))
                    || package.dependencies.contains_key(&of.replace('-', "_"))
            }
            None => package.lists.contains_key(name),
        };
        let known = |name: &&str| packages.iter().any(|package| has(package.as_ref(), name));
        names.iter().map(String::as_str).filter(|name| !known(name)).collect()
    }
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
        let of: Vec<_> = enabled.of_dependencies.into_iter().collect();
        let set = |name: &str| BTreeSet::from([name.to_owned()]);
        assert_eq!(of, [("other".into(), set("slow")), ("the_dep".into(), set("fast"))]);
    }
}
