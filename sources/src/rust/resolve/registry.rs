//! Sources of dependencies that cargo has unpacked before, to take types and constants from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::cargo::{self, Dependency, Package};
use super::features::{Lists, enable};
use crate::reading::{limit, read_text};

/// The package that `dependency` of `of` is, if its source is on this machine.
pub(crate) fn find(of: &Package, dependency: &Dependency) -> Option<Package> {
    let folder = match &dependency.path {
        Some(path) => path.clone(),
        None => unpacked(of, dependency)?,
    };
    read(&folder, &dependency.features, &of.workspace)
}

fn read(folder: &Path, asked_for: &BTreeSet<String>, workspace: &Path) -> Option<Package> {
    let manifest = read_text(&folder.join("Cargo.toml"), limit::SOURCE).ok()?;
    let manifest: Table = manifest.parse().ok()?;
    let package = manifest.get("package")?;
    let name = package.get("name")?.as_str()?.to_owned();
    let version = package.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
    // `edition.workspace = true` is of a time with newer ones.
    let edition = match package.get("edition") {
        None => cargo::FIRST_EDITION,
        Some(edition) => edition.as_str().and_then(|year| year.parse().ok()).unwrap_or(2021),
    };
    let library = manifest.get("lib");
    let text = |key| library.and_then(|library| library.get(key)).and_then(Value::as_str);
    let root = folder.join(text("path").unwrap_or("src/lib.rs"));
    let library_name = text("name").unwrap_or(&name).replace('-', "_");
    let features = manifest.get("features").and_then(Value::as_table);
    let lists: Lists =
        features.into_iter().flatten().map(|(name, list)| (name.clone(), strings(list))).collect();
    let enabled = enable(&lists, asked_for.iter().map(String::as_str));
    let mut dependencies = dependencies(&manifest, folder);
    enabled.turn_on_in(&mut dependencies);
    Some(Package {
        name,
        version,
        edition,
        folder: folder.to_owned(),
        library: root.is_file().then_some((library_name, root)),
        programs: Vec::new(),
        // Both ways of each condition would bring in other systems' definitions.
        script: None,
        features: enabled.own,
        lists,
        dependencies,
        workspace: workspace.to_owned(),
        target_folder: None,
    })
}

fn strings(list: &Value) -> Vec<String> {
    let values = list.as_array().into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn dependencies(manifest: &Table, folder: &Path) -> BTreeMap<String, Dependency> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let of_targets =
        targets.into_iter().flatten().filter_map(|(_, target)| target.get("dependencies"));
    let tables = manifest.get("dependencies").into_iter().chain(of_targets);
    let mut found = BTreeMap::new();
    for (name, value) in tables.filter_map(Value::as_table).flatten() {
        let text = |key| value.get(key).and_then(Value::as_str);
        let mut features: BTreeSet<String> =
            value.get("features").map(strings).into_iter().flatten().collect();
        if value.get("default-features").and_then(Value::as_bool).unwrap_or(true) {
            features.insert("default".into());
        }
        let dependency = Dependency {
            package: text("package").unwrap_or(name).to_owned(),
            requirement: value.as_str().or(text("version")).unwrap_or("*").to_owned(),
            path: text("path").map(|path| super::files::normal(&folder.join(path))),
            optional: value.get("optional").and_then(Value::as_bool).unwrap_or(false),
            features,
        };
        cargo::add(&mut found, name.replace('-', "_"), dependency);
    }
    found
}

/// The folder that a package from a registry is unpacked in.
fn unpacked(of: &Package, dependency: &Dependency) -> Option<PathBuf> {
    let locked = locked_version(of, &dependency.package);
    let vendored = of.workspace.join("vendor");
    let mut folders = vec![vendored];
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok();
    folders.extend(registries.into_iter().flatten().flatten().map(|entry| entry.path()));
    // Beside this one, where it is from a registry itself.
    folders.extend(of.folder.parent().map(Path::to_owned));
    if let Some(version) = locked {
        let name = format!("{}-{version}", dependency.package);
        if let Some(path) =
            folders.iter().map(|folder| folder.join(&name)).find(|path| path.is_dir())
        {
            return Some(path);
        }
    }
    // Compatible versions do not differ in the layout of what they mirror.
    folders.iter().find_map(|folder| newest(folder, dependency))
}

/// The numbers of a dependency's version: that of the package that was found, if it was, else that of
/// the lock file, else of the requirement.
pub(crate) fn version(
    of: &Package,
    dependency: &Dependency,
    found: Option<&str>,
) -> Option<Vec<u64>> {
    found
        .and_then(numbers)
        .or_else(|| numbers(&locked_version(of, &dependency.package)?))
        .or_else(|| numbers(dependency.requirement.trim_start_matches(['^', '=', '~', '>', ' '])))
}

/// The version that `Cargo.lock` holds a dependency of a package at.
fn locked_version(of: &Package, dependency: &str) -> Option<String> {
    let lock = read_text(&of.workspace.join("Cargo.lock"), limit::SOURCE).ok()?;
    let lock: Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let text = |package: &Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let own = packages.iter().find(|package| {
        text(package, "name").as_deref() == Some(&of.name)
            && text(package, "version").as_deref() == Some(&of.version)
    });
    // `name` where there is one version of it, else `name version`.
    let listed = own.and_then(|own| own.get("dependencies")).map(strings).unwrap_or_default();
    let exact = listed.iter().find_map(|entry| {
        let mut words = entry.split(' ');
        (words.next() == Some(dependency)).then(|| words.next().map(str::to_owned))?
    });
    exact.or_else(|| {
        let found =
            packages.iter().filter(|package| text(package, "name").as_deref() == Some(dependency));
        found.filter_map(|package| text(package, "version")).next_back()
    })
}

/// The newest compatible version in a folder.
fn newest(folder: &Path, dependency: &Dependency) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let of_package = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let version = name.strip_prefix(&dependency.package)?.strip_prefix('-')?;
        let version = numbers(version)?;
        compatible(&dependency.requirement, &version).then(|| (version, entry.path()))
    });
    of_package.max_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, path)| path)
}

/// The three numbers of a version.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split(['-', '+']).next()?;
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// Whether a version is one that cargo takes for another, by its numbers up to the first that is
/// not 0. What is spelled otherwise takes all.
fn compatible(requirement: &str, version: &[u64]) -> bool {
    let requirement = requirement.trim_start_matches(['^', '=', '~', ' ']);
    let Some(wanted) = numbers(requirement) else { return true };
    let significant = wanted.iter().position(|part| *part != 0).map_or(wanted.len(), |at| at + 1);
    wanted.iter().take(significant).eq(version.iter().take(significant))
        && version >= wanted.as_slice()
}
