//! What cargo knows of packages: targets, features, dependencies. Nothing is downloaded, and no
//! file is written.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rayon::prelude::*;
use serde::Deserialize;

use super::features::{self, Features, Lists};
use crate::programs::{self, RunError};
use crate::reading::{self, ReadError};

/// How long cargo may take. Of a workspace of hundreds of packages it takes a second.
const LONGEST: Duration = Duration::from_secs(60);

/// The edition of a package that states none.
pub(crate) const FIRST_EDITION: u16 = 2015;

/// A package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its edition: a year.
    pub(crate) edition: u16,
    /// The folder of its `Cargo.toml`, absolute.
    pub(crate) folder: PathBuf,
    /// The name and root of its library, if it has one.
    pub(crate) library: Option<(String, PathBuf)>,
    /// The names and roots of its programs and examples.
    pub(crate) programs: Vec<(String, PathBuf)>,
    /// Its build script, if it has one.
    pub(crate) script: Option<PathBuf>,
    /// The features that are on.
    pub(crate) features: BTreeSet<String>,
    /// All its features, and what each turns on.
    pub(crate) lists: Lists,
    /// What it depends on, by the name that its source uses.
    pub(crate) dependencies: BTreeMap<String, Dependency>,
    /// The folder of the workspace, which has `Cargo.lock`.
    pub(crate) workspace: PathBuf,
    /// The folder that it is built in, if cargo told.
    pub(crate) target_folder: Option<PathBuf>,
}

/// A dependency.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) package: String,
    /// The versions that will do.
    pub(crate) requirement: String,
    /// Its folder, where it is not from a registry.
    pub(crate) path: Option<PathBuf>,
    /// Whether it is there only if a feature says so.
    pub(crate) optional: bool,
    /// The features that are asked for, `default` among them.
    pub(crate) features: BTreeSet<String>,
}

impl Dependency {
    /// Whether it is that package, of the same workspace.
    pub(crate) fn is(&self, package: &Package) -> bool {
        self.path.as_ref() == Some(&package.folder)
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    version: String,
    edition: String,
    manifest_path: PathBuf,
    targets: Vec<MetadataTarget>,
    features: Lists,
    dependencies: Vec<MetadataDependency>,
}

#[derive(Deserialize)]
struct MetadataTarget {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct MetadataDependency {
    name: String,
    req: String,
    kind: Option<String>,
    rename: Option<String>,
    path: Option<PathBuf>,
    optional: bool,
    #[serde(default)]
    features: BTreeSet<String>,
    uses_default_features: bool,
}

/// Who asks cargo about manifests: cargo is a program, which not every process may run.
pub trait AskCargo: Sync {
    /// What `cargo metadata` answers for each manifest, as JSON.
    ///
    /// # Errors
    /// Why cargo does not tell, in a sentence, for each manifest by itself.
    fn metadata(&self, manifests: &[PathBuf]) -> Vec<Result<Vec<u8>, String>>;
}

/// Runs cargo, on all processors.
#[derive(Debug, Clone, Copy)]
pub struct Cargo;

impl AskCargo for Cargo {
    fn metadata(&self, manifests: &[PathBuf]) -> Vec<Result<Vec<u8>, String>> {
        manifests.par_iter().map(|manifest| run(manifest)).collect()
    }
}

fn run(manifest: &Path) -> Result<Vec<u8>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        // No toolchain file of the folder may make rustup install or run what it names, and no
        // configuration of cargo may name programs.
        .current_dir("/")
        .env("RUSTUP_AUTO_INSTALL", "0")
        .env("CARGO_TERM_COLOR", "never");
    PATIENCE.answer(&mut command, LONGEST)
}

/// That of the whole run.
static PATIENCE: Patience = Patience(AtomicUsize::new(0));

/// How many times cargo gave no answer and was ended. A tree may have any number of manifests that make it hang.
struct Patience(AtomicUsize);

impl Patience {
    /// How many times a run may end cargo before it stops asking.
    const MOST: usize = 2;

    fn answer(&self, command: &mut Command, time: Duration) -> Result<Vec<u8>, String> {
        if self.0.load(Ordering::Relaxed) >= Self::MOST {
            return Err("it was not asked, as it gave no answer about other manifests".into());
        }
        let output = programs::answer(command, time).map_err(|error| match error {
            RunError::System(error) if error.kind() == std::io::ErrorKind::NotFound => {
                "cargo is not installed".to_owned()
            }
            RunError::System(error) => format!("cargo cannot be run: {error}"),
            other => {
                self.0.fetch_add(1, Ordering::Relaxed);
                format!("`cargo metadata` gave no answer: {other}")
            }
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(if said.trim().is_empty() {
            format!("it ended: {}", output.status)
        } else {
            why(&said)
        })
    }
}

/// The packages of the workspace that an answer of cargo is about.
///
/// # Errors
/// Why it cannot be used, in a sentence.
pub(crate) fn packages(answer: &[u8], features: &Features) -> Result<Vec<Package>, String> {
    let metadata: Metadata = serde_json::from_slice(answer)
        .map_err(|error| format!("cargo's answer cannot be read: {error}"))?;
    let Metadata { packages, target_directory, workspace_root } = metadata;
    let convert = |package| package_of(package, &target_directory, &workspace_root);
    let mut packages: Vec<Package> = packages.into_iter().map(convert).collect();
    features::settle(&mut packages, features);
    Ok(packages)
}

/// The first lines of what cargo says, as a sentence. Where a manifest that it names is a link out of
/// its folder, cargo quotes what no manifest is, and that is not passed on.
fn why(said: &str) -> String {
    let arrows = said.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
    let mut named = said.split('`').chain(arrows).filter(|path| !path.is_empty()).map(|path| {
        let path = path.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
        // Relative to where cargo runs.
        Path::new("/").join(path)
    });
    let leads_out =
        |path: &PathBuf| matches!(reading::stays_in_folder(path), Err(ReadError::Outside));
    if let Some(link) = named.find(leads_out) {
        let link = link.display();
        return format!("`{link}` is a link that leads out of its folder");
    }
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let useful = lines.map(|line| line.strip_prefix("error: ").unwrap_or(line));
    let sentence: Vec<&str> = useful.filter(|line| *line != "Caused by:").take(3).collect();
    sentence.join(": ")
}

fn package_of(found: MetadataPackage, target: &Path, workspace: &Path) -> Package {
    let mut library = None;
    let mut programs = Vec::new();
    let mut script = None;
    for part in found.targets {
        let root = (part.name.replace('-', "_"), part.src_path);
        let is = |kinds: &[&str]| part.kind.iter().any(|kind| kinds.contains(&kind.as_str()));
        if is(&["lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"]) {
            library = Some(root);
        } else if is(&["bin", "example"]) {
            programs.push(root);
        } else if is(&["custom-build"]) {
            script = Some(root.1);
        }
    }
    let mut dependencies = BTreeMap::new();
    for mut part in found.dependencies.into_iter().filter(|part| part.kind.is_none()) {
        if part.uses_default_features {
            part.features.insert("default".into());
        }
        let name = part.rename.as_ref().unwrap_or(&part.name).replace('-', "_");
        let dependency = Dependency {
            package: part.name,
            requirement: part.req,
            path: part.path,
            optional: part.optional,
            features: part.features,
        };
        add(&mut dependencies, name, dependency);
    }
    Package {
        name: found.name,
        version: found.version,
        edition: found.edition.parse().unwrap_or(FIRST_EDITION),
        folder: found.manifest_path.parent().unwrap_or(Path::new("/")).to_owned(),
        library,
        programs,
        script,
        features: BTreeSet::new(),
        lists: found.features,
        dependencies,
        workspace: workspace.to_owned(),
        target_folder: Some(target.to_owned()),
    }
}

/// Adds a dependency, which several platforms may have.
pub(crate) fn add(
    dependencies: &mut BTreeMap<String, Dependency>,
    name: String,
    dependency: Dependency,
) {
    match dependencies.entry(name) {
        Entry::Vacant(entry) => drop(entry.insert(dependency)),
        Entry::Occupied(mut entry) => {
            let known = entry.get_mut();
            known.optional &= dependency.optional;
            known.features.extend(dependency.features);
        }
    }
}

impl Package {
    /// Whether a file is of a test, a benchmark or a build script.
    pub(crate) fn is_for_tests(&self, file: &Path) -> bool {
        let Ok(below) = file.strip_prefix(&self.folder) else { return false };
        below == Path::new("build.rs") || below.starts_with("tests") || below.starts_with("benches")
    }
}

/// The nearest `Cargo.toml` in a folder or above it.
pub(crate) fn manifest_above(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_no_longer_asked_where_it_gave_no_answer_again_and_again() {
        let patience = Patience(AtomicUsize::new(0));
        let mut said = Vec::new();
        for _ in 0..4 {
            let mut command = Command::new("sleep");
            said.push(patience.answer(command.arg("600"), Duration::from_millis(20)).unwrap_err());
        }
        assert!(said[..2].iter().all(|it| it.contains("did not end within")), "{said:?}");
        assert!(said[2..].iter().all(|it| it.contains("it was not asked")), "{said:?}");
        let mut command = Command::new("false");
        let told = Patience(AtomicUsize::new(1)).answer(&mut command, LONGEST);
        assert_eq!(told, Err("it ended: exit status: 1".into()));
    }
}
