//! Which files are meant, and which crates they belong to.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_model::{Problem, ProblemKind};

use super::cargo::{self, AskCargo, Package, manifest_above};
use super::crates::Root;
use super::features::{FeatureName, Features, Missing};
use super::files::normal;
use super::sources::AskedFor;
use crate::overlay;
use crate::reach::Reach;
use crate::walk::{Step, is_hidden, walk};

/// What paths lead to.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// The files that were asked for.
    pub(crate) asked_for: AskedFor,
    /// The crates that they may be part of.
    pub(crate) roots: Vec<Root>,
    /// The packages of these crates.
    pub(crate) packages: Vec<Arc<Package>>,
    /// What could not be used.
    pub(crate) problems: Vec<Problem>,
    /// The manifests that cargo has to be asked about.
    manifests: Vec<PathBuf>,
    /// Whether cargo did not tell of some.
    is_guess: bool,
}

/// Whether there is Rust source at a path: a file, or a folder that holds some outside what cargo
/// builds. A kernel's source is not for user space.
pub fn holds_source(path: &Path) -> bool {
    if path.is_dir() {
        let reach = Reach::of(&[path.to_owned()], &[]);
        return !is_kernel(path)
            && walk(path, &reach, is_kept, |step| match step {
                Step::File(file) if is_source(file) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            })
            .is_break();
    }
    is_source(path)
}

fn is_kernel(folder: &Path) -> bool {
    folder.join("include/uapi/linux").is_dir() && folder.join("arch").is_dir()
}

/// Whether a folder is looked into: neither what tools make, nor what is hidden.
fn is_kept(folder: &Path) -> bool {
    !is_hidden(folder) && !folder.join("CACHEDIR.TAG").is_file()
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Finds the files that paths name; what their crates are is for cargo to say.
pub(crate) fn discover(paths: &[PathBuf], reach: &Reach) -> Discovered {
    let mut found = Discovered::default();
    for path in paths {
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => normal(&absolute),
            Err(error) => {
                found.problems.push(problem(path, &format!("cannot read: {error}")));
                continue;
            }
        };
        if path.is_dir() {
            found.folder(path, &absolute, reach);
        } else if overlay::is_file(path) {
            found.asked_for.named.insert(absolute.clone());
            found.file(path.clone(), absolute.clone());
            found.manifests.extend(absolute.parent().and_then(manifest_above));
        } else {
            found.problems.push(problem(path, "cannot read: no such file or folder"));
        }
    }
    found
}

fn problem(path: &Path, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: message.to_owned(),
        help: Some("name a `.rs` file, or a folder that holds some".into()),
    }
}

impl Discovered {
    fn file(&mut self, shown: PathBuf, absolute: PathBuf) {
        if !self.asked_for.shown.contains_key(&absolute) {
            self.asked_for.files.push(absolute.clone());
            self.asked_for.shown.insert(absolute, shown);
        }
    }

    fn folder(&mut self, path: &Path, absolute: &Path, reach: &Reach) {
        let before = self.asked_for.files.len();
        let _ = walk(path, reach, is_kept, |step| {
            match step {
                Step::File(file) if is_source(file) => {
                    let below = file.strip_prefix(path).unwrap_or(file);
                    let is_here = path == Path::new(".");
                    let shown = if is_here { below.to_owned() } else { file.to_owned() };
                    self.file(shown, absolute.join(below));
                }
                Step::File(file) if file.ends_with("Cargo.toml") => {
                    let below = file.strip_prefix(path).unwrap_or(file);
                    self.manifests.push(absolute.join(below));
                }
                Step::File(_) => {}
                Step::LeadsOut(link, outside) => {
                    if is_source(link) || link.is_dir() {
                        let message = format!("not read: it {outside}");
                        self.problems.push(problem(link, &message));
                    }
                }
                Step::LeadsBack(at) => self.problems.push(Problem {
                    kind: ProblemKind::Incomplete,
                    ..problem(at, "a link leads back to a folder above it")
                }),
                Step::Fails(at, error) => self.problems.push(Problem {
                    kind: ProblemKind::Incomplete,
                    ..problem(at, &format!("cannot read: {error}"))
                }),
            }
            ControlFlow::Continue(())
        });
        if self.asked_for.files.len() == before {
            self.problems.push(problem(path, "the folder holds no Rust source"));
        }
        self.manifests.extend(manifest_above(absolute));
    }

    /// Asks cargo about each manifest, unless the answer for another told of it.
    pub(crate) fn ask(&mut self, cargo: &dyn AskCargo, features: &Features) {
        let mut open = std::mem::take(&mut self.manifests);
        open.sort_by_key(|manifest| manifest.components().count());
        open.dedup();
        let mut known: HashSet<PathBuf> = HashSet::new();
        // A workspace tells of its members at once; the rest are asked about together.
        if let Some(first) = open.first().cloned() {
            for answer in cargo.metadata(std::slice::from_ref(&first)) {
                let answer = answer.and_then(|answer| cargo::packages(&answer, features));
                self.answer(&first, answer, &mut known);
            }
            known.insert(first);
        }
        open.retain(|manifest| !known.contains(manifest));
        for (manifest, answer) in open.iter().zip(cargo.metadata(&open)) {
            let answer = answer.and_then(|answer| cargo::packages(&answer, features));
            self.answer(manifest, answer, &mut known);
        }
        // Where cargo does not answer, nobody knows.
        if !self.is_guess {
            let unknown = features.unknown(&self.packages);
            let problems = unknown.into_iter().filter_map(|feature| self.no_feature(feature));
            self.problems.extend(problems.collect::<Vec<_>>());
        }
    }

    fn no_feature(&self, feature: &FeatureName) -> Option<Problem> {
        let kind = match feature.missing {
            Missing::Refused => ProblemKind::Failure,
            Missing::Said => ProblemKind::Note,
            Missing::Accepted => return None,
        };
        let all: BTreeSet<&str> = self
            .packages
            .iter()
            .flat_map(|package| package.lists.keys())
            .map(String::as_str)
            .collect();
        let help = match all.len() {
            0 => "no package there has features".to_owned(),
            1..=12 => format!("known features: {}", Vec::from_iter(all).join(", ")),
            count => format!("`[features]` of Cargo.toml lists the {count} that there are"),
        };
        let workspace = self.packages.first().map(|package| package.workspace.join("Cargo.toml"));
        Some(Problem {
            kind,
            path: workspace,
            span: None,
            message: format!("no package has the feature `{}`", feature.name),
            help: Some(help),
        })
    }

    fn answer(
        &mut self,
        manifest: &Path,
        answer: Result<Vec<Package>, String>,
        known: &mut HashSet<PathBuf>,
    ) {
        let packages = match answer {
            Ok(packages) => packages,
            Err(reason) => {
                self.problems.push(Problem {
                    kind: ProblemKind::Incomplete,
                    path: Some(manifest.to_owned()),
                    span: None,
                    message: format!("cargo does not tell which crates there are: {reason}"),
                    help: Some(
                        "the files are read without what cargo knows of features and dependencies"
                            .into(),
                    ),
                });
                self.guess(manifest);
                return;
            }
        };
        for package in packages {
            if !known.insert(package.folder.join("Cargo.toml")) {
                continue;
            }
            let package = Arc::new(package);
            let library = package.library.iter();
            for (_, file) in library.chain(&package.programs) {
                if self.is_wanted(file) {
                    self.roots.push(Root { file: file.clone(), package: Some(package.clone()) });
                }
            }
            self.packages.push(package);
        }
    }

    /// Whether a crate may have a file that was asked for: one in its root's folder, or below.
    fn is_wanted(&self, root: &Path) -> bool {
        let Some(folder) = root.parent() else { return false };
        self.asked_for.files.iter().any(|file| file.starts_with(folder)) && root.is_file()
    }

    /// The crates that a package has where its manifest cannot be read.
    fn guess(&mut self, manifest: &Path) {
        self.is_guess = true;
        let Some(folder) = manifest.parent() else { return };
        for file in ["src/lib.rs", "src/main.rs"] {
            let file = folder.join(file);
            if self.is_wanted(&file) {
                self.roots.push(Root { file, package: None });
            }
        }
    }
}
