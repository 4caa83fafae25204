//! One side of a comparison: what it is, and how it is read.

use std::path::{Path, PathBuf};

use ioctl_lint::Config;
use ioctl_lint::diff::{Shown, Version};
use ioctlkit_model::{Problem, ProblemKind, SourceMap};
use ioctlkit_sources::dump;

use super::git::{Checkout, Repository};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::reading::{RawNumbers, ReadOptions};
use ioctlkit_report::visible::ShownPath as _;

/// Where a version is read from.
#[derive(Debug)]
pub(super) enum Side {
    /// Headers, Rust source or compiled objects, as they are.
    Paths(Vec<PathBuf>),
    /// What `ioctl-lint dump` wrote.
    Dump(PathBuf),
    /// Files of a revision.
    Revision(Revision),
}

/// Paths of the work tree as they were in a revision.
#[derive(Debug)]
pub(super) struct Revision {
    /// The files, which are there as long as this is.
    checkout: Checkout,
    /// The paths in the repository.
    below: Vec<PathBuf>,
    /// What paths begin with where they are shown.
    prefix: String,
    /// A path of the work tree, which decides about the configuration.
    configured: PathBuf,
}

/// A version with its problems and its configuration.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) version: Version,
    pub(super) problems: Vec<Problem>,
    pub(super) config: Option<Config>,
}

impl Side {
    /// The side that a path of the command line stands for.
    pub(super) fn of_path(path: &Path) -> Self {
        let is_dump = path.is_file() && path.extension().is_some_and(|ending| ending == "json");
        if is_dump { Self::Dump(path.to_owned()) } else { Self::Paths(vec![path.to_owned()]) }
    }

    /// Paths as they were in a revision; `prefix` is what they are shown with.
    pub(super) fn of_revision(
        repository: &Repository,
        revision: &str,
        paths: &[PathBuf],
        prefix: String,
    ) -> Result<Self, Failure> {
        let below: Vec<PathBuf> =
            paths.iter().map(|path| repository.below(path)).collect::<Result<_, _>>()?;
        let checkout = repository.checkout(revision)?;
        let missing = below.iter().find(|path| !checkout.path().join(path).exists());
        if let Some(missing) = missing {
            return Err(Failure::new(format!(
                "there is no header and no Rust source at {} in `{revision}`",
                if missing.as_os_str().is_empty() { Path::new(".") } else { missing }.shown()
            ))
            .help("compare from a revision on that has it"));
        }
        let configured = paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
        Ok(Self::Revision(Revision { checkout, below, prefix, configured }))
    }

    pub(super) fn read(&self, options: &ReadOptions, raw: RawNumbers) -> Result<Read, Failure> {
        match self {
            Self::Paths(paths) => {
                let configured = paths.first().map_or(Path::new("."), PathBuf::as_path);
                read(options, configured, paths.clone(), None, raw)
            }
            Self::Revision(revision) => {
                let root = revision.checkout.path();
                let paths: Vec<PathBuf> =
                    revision.below.iter().map(|path| joined(root, path)).collect();
                let shown = Shown { folder: root.to_owned(), prefix: revision.prefix.clone() };
                read(options, &revision.configured, paths, Some(shown), raw)
            }
            Self::Dump(path) => {
                let _progress = Progress::start("reading a dump");
                let (interface, problems) = dump::read(path)
                    .map_err(|problem| Failure::of_problems(vec![problem], SourceMap::default()))?;
                let version = Version { interface, ..Version::default() };
                Ok(Read { version, problems, config: None })
            }
        }
    }
}

/// The folder itself where the path is empty: no slash behind it.
fn joined(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { root.join(path) }
}

fn read(
    options: &ReadOptions,
    configured: &Path,
    paths: Vec<PathBuf>,
    shown: Option<Shown>,
    raw: RawNumbers,
) -> Result<Read, Failure> {
    let mut group = options.group_as(configured, &paths, raw)?;
    group.accept_missing_features();
    let (interface, problems) = group.read();
    let is_failure = |problem: &&Problem| problem.kind == ProblemKind::Failure;
    let nothing = if interface.objects.is_empty() {
        interface.headers.is_empty() && !problems.is_empty()
    } else {
        interface.headers.len() == interface.objects.len()
            && !interface.objects.iter().any(|object| object.has_types)
            && problems.iter().any(|problem| is_failure(&problem))
    };
    if nothing {
        // Nothing was read, and everything would seem to be gone, or new.
        return Err(Failure::of_problems(problems, interface.sources));
    }
    let failed = problems.iter().filter(is_failure);
    let unread = failed.filter_map(|problem| problem.path.clone()).collect();
    let version = Version { interface, roots: paths, shown, unread };
    Ok(Read { version, problems, config: group.config })
}
