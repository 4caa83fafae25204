//! One side of a comparison: what it is, and how it is read.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ioctl_lint::diff::{Shown, Version};
use ioctl_lint::{Config, raw_commands};
use ioctlkit_model::{Interface, Problem, ProblemKind, SourceMap};
use ioctlkit_sources::dump;

use super::git::{Checkout, Repository};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::reading::{Batch, RawNumbers, ReadOptions};

/// Where a version is read from.
#[derive(Debug)]
pub(super) enum Side {
    /// Headers, Rust source or compiled objects, as they are.
    Paths(Vec<PathBuf>),
    /// The same in a repository's work tree, whose folder this is.
    WorkTree(Vec<PathBuf>, PathBuf),
    /// What `ioctl-lint dump` wrote.
    Dump(PathBuf),
    /// Files of a revision.
    Revision(Box<Revision>),
    /// None of these paths is there.
    Nothing(Vec<PathBuf>),
}

/// Paths of the work tree as they were in a revision.
#[derive(Debug)]
pub(super) struct Revision {
    /// The files, which are there as long as this is.
    checkout: Mutex<Checkout>,
    repository: Repository,
    /// The paths in the repository that the revision has; none where it has none of those that were named.
    below: Vec<PathBuf>,
    /// What paths begin with where they are shown.
    prefix: String,
    /// A path of the work tree, which decides about the configuration.
    configured: PathBuf,
}

/// A version with its problems and its configuration.
#[derive(Debug)]
pub(in crate::cli) struct Read {
    pub(in crate::cli) version: Version,
    pub(in crate::cli) problems: Vec<Problem>,
    pub(in crate::cli) config: Option<Config>,
}

impl Side {
    /// The side that a path of the command line stands for.
    pub(super) fn of_path(path: &Path) -> Self {
        let is_dump = path.is_file() && path.extension().is_some_and(|ending| ending == "json");
        if is_dump { Self::Dump(path.to_owned()) } else { Self::Paths(vec![path.to_owned()]) }
    }

    /// Paths as they were in a revision, with what they include, from folders given with `-I` as well;
    /// `prefix` is what they are shown with.
    pub(super) fn of_revision(
        repository: &Repository,
        revision: &str,
        paths: &[PathBuf],
        include_dirs: &[PathBuf],
        prefix: String,
    ) -> Result<Self, Failure> {
        let mut below: Vec<PathBuf> =
            paths.iter().map(|path| repository.below(path)).collect::<Result<_, _>>()?;
        // Folders outside of the repository are what they are.
        let folders: Vec<PathBuf> =
            include_dirs.iter().filter_map(|folder| repository.below(folder).ok()).collect();
        let checkout = repository.checkout(revision, &below, &folders)?;
        below.retain(|path| checkout.has_source(path));
        let configured = paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
        let (checkout, repository) = (Mutex::new(checkout), repository.clone());
        Ok(Self::Revision(Box::new(Revision { checkout, repository, below, prefix, configured })))
    }

    /// Paths of the work tree as they are; what is not there is gone.
    pub(super) fn of_work_tree(repository: &Repository, paths: &[PathBuf]) -> Self {
        let there: Vec<PathBuf> = paths.iter().filter(|path| path.exists()).cloned().collect();
        if there.is_empty() {
            Self::Nothing(paths.to_vec())
        } else {
            Self::WorkTree(there, repository.root().to_owned())
        }
    }

    /// Whether it has none of the paths that were named.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nothing(_) => true,
            Self::Revision(revision) => revision.below.is_empty(),
            Self::Paths(_) | Self::WorkTree(..) | Self::Dump(_) => false,
        }
    }

    /// What stands before the paths of a revision's files where they are shown.
    pub(super) fn prefix(&self) -> Option<&str> {
        match self {
            Self::Revision(revision) => Some(&revision.prefix),
            _ => None,
        }
    }

    pub(super) fn read(&self, options: &ReadOptions, raw: RawNumbers) -> Result<Read, Failure> {
        match self {
            Self::Paths(paths) => {
                let configured = paths.first().map_or(Path::new("."), PathBuf::as_path);
                read(options.group_as(configured, paths, raw)?, paths.clone(), None)
            }
            Self::WorkTree(paths, root) => {
                let configured = paths.first().map_or(Path::new("."), PathBuf::as_path);
                let group = options.group_as(configured, paths, raw)?;
                read(group, vec![root.clone()], None)
            }
            Self::Revision(revision) => revision.read(options, raw),
            Self::Nothing(paths) => {
                let configured = paths.first().map_or(Path::new("."), PathBuf::as_path);
                nothing(options, configured, raw)
            }
            Self::Dump(path) => {
                let _progress = Progress::start("reading a dump");
                let (interface, problems) = dump::read(path)
                    .map_err(|problem| Failure::of_problems(vec![problem], SourceMap::default()))?;
                let version = Version { interface, is_dump: true, ..Version::default() };
                Ok(Read { version, problems, config: None })
            }
        }
    }
}

impl Revision {
    fn read(&self, options: &ReadOptions, raw: RawNumbers) -> Result<Read, Failure> {
        if self.below.is_empty() {
            return nothing(options, &self.configured, raw);
        }
        let mut checkout = self.checkout.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.read_from(&checkout, options, raw)?;
        // What a header lacks, another one that it does not include may define.
        if is_whole(&read) || !checkout.widen()? {
            return Ok(read);
        }
        self.read_from(&checkout, options, raw)
    }

    fn read_from(
        &self,
        checkout: &Checkout,
        options: &ReadOptions,
        raw: RawNumbers,
    ) -> Result<Read, Failure> {
        let root = checkout.path();
        let paths: Vec<PathBuf> = self.below.iter().map(|path| joined(root, path)).collect();
        let shown = Shown { folder: root.to_owned(), prefix: self.prefix.clone() };
        let mut group = options.group_as(&self.configured, &paths, raw)?;
        // Folders of the repository are those of the revision.
        group.move_folders(|folder| {
            let below = self.repository.below(folder).ok()?;
            checkout.has(&below).then(|| joined(root, &below))
        });
        let mut read = read(group, vec![root.to_owned()], Some(shown))?;
        for path in checkout.lacking() {
            read.version.unread.push(root.join(path));
            read.problems.push(Problem {
                kind: ProblemKind::Failure,
                path: Some(PathBuf::from(format!("{}{}", self.prefix, path.display()))),
                span: None,
                message: "the repository lacks its contents, and it was not read".into(),
                help: Some(
                    "nothing is fetched here that a partial clone lacks: fetch it with git".into(),
                ),
            });
        }
        Ok(read)
    }
}

/// Whether everything in a version was understood, so that nothing else could add to it.
fn is_whole(read: &Read) -> bool {
    let interface = &read.version.interface;
    let has_errors = interface.headers.iter().any(|header| !header.errors.is_empty());
    interface.not_understood.is_empty() && !has_errors
}

/// A version that has nothing.
pub(in crate::cli) fn nothing(
    options: &ReadOptions,
    configured: &Path,
    raw: RawNumbers,
) -> Result<Read, Failure> {
    let group = options.group_as(configured, &[], raw)?;
    let interface = Interface { abis: group.abis(), ..Interface::default() };
    let version = Version { interface, ..Version::default() };
    Ok(Read { version, problems: Vec::new(), config: group.config })
}

/// The folder itself where the path is empty: no slash behind it.
fn joined(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { root.join(path) }
}

/// Reads a version; `roots` are the folders below which its headers are known by their paths.
pub(in crate::cli) fn read(
    mut group: Batch,
    roots: Vec<PathBuf>,
    shown: Option<Shown>,
) -> Result<Read, Failure> {
    group.accept_missing_features();
    group.want_all_definitions();
    let (mut interface, mut problems) = group.read();
    let is_failure = |problem: &&Problem| problem.kind == ProblemKind::Failure;
    let nothing = if interface.objects.is_empty() {
        interface.headers.is_empty() && !problems.is_empty()
    } else {
        interface.headers.len() == interface.objects.len()
            && !interface.objects.iter().any(|object| object.has_types)
            && problems.iter().any(|problem| is_failure(&problem))
    };
    let failed = problems.iter().filter(is_failure);
    let unread = failed.filter_map(|problem| problem.path.clone()).collect();
    if let Some(shown) = &shown {
        shown.rename(&mut interface, &mut problems);
    }
    if nothing {
        // Nothing was read, and everything would seem to be gone, or new.
        if let Some(shown) = &shown {
            interface.sources.rename(|path| shown.path(path));
        }
        return Err(Failure::of_problems(problems, interface.sources));
    }
    raw_commands::retain_commands(&mut interface);
    let version = Version { interface, roots, shown, unread, is_dump: false };
    Ok(Read { version, problems, config: group.config })
}
