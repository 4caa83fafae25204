//! Files of a git revision, in a folder of their own: the work tree is left alone.

mod command;
mod listing;
mod objects;
mod place;
mod revisions;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use ioctl_lint::temporary::TemporaryFolder;

use crate::cli::failure::Failure;
use command::Git;
use ioctlkit_report::visible::ShownPath as _;
use listing::{Entry, Listing, Names, includes};
use objects::{NoContents, Objects};
pub(super) use revisions::Revisions;

/// A repository on this machine.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    root: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// With files beside it.
    WithWorkTree,
    Bare,
}

/// Files of a revision.
#[derive(Debug)]
pub(super) struct Checkout {
    folder: TemporaryFolder,
    git: Git,
    listing: Listing,
    /// The files that are there, or were asked for.
    written: BTreeSet<usize>,
    /// The files that were named, or lie in a folder that was, and that the repository lacks.
    lacking: Vec<PathBuf>,
}

impl Repository {
    /// The repository that a path is in, whether there is such a path now or was in an old revision.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let folder = nearest_folder(path);
        if place::is_bare(&folder) {
            return Ok(Self { root: place::bare_root(&folder)?, kind: Kind::Bare });
        }
        Ok(Self { root: place::root(&folder)?, kind: Kind::WithWorkTree })
    }

    /// The folder of its work tree, or its own.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there are no files beside it.
    pub(super) fn is_bare(&self) -> bool {
        self.kind == Kind::Bare
    }

    fn git(&self) -> Git {
        match self.kind {
            Kind::WithWorkTree => Git::at(&self.root),
            Kind::Bare => Git::at_bare(&self.root),
        }
    }

    /// A path of the work tree, as the repository knows it.
    pub(super) fn below(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = absolute(path);
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let below = whole.strip_prefix(&root).map(Path::to_owned);
        below.map_err(|_| {
            Failure::new(format!("{} is not in the repository {}", path.shown(), root.shown()))
                .help("all paths have to be in one repository")
        })
    }

    /// The commit that a revision names.
    fn commit(&self, revision: &str) -> Result<String, Failure> {
        let commit = format!("{revision}^{{commit}}");
        let commit = self
            .git()
            .output(&["rev-parse", "--verify", "--end-of-options", &commit])
            .map_err(|_| {
                Failure::new(format!("there is no revision `{revision}` in the repository"))
                    .help("name a branch, a tag or a commit; a shallow clone lacks older ones")
            })?;
        Ok(commit.trim_end().to_owned())
    }

    /// Writes what is needed to read `paths` of a revision into a folder of its own: the files themselves,
    /// and what they include, from `folders` as well.
    pub(super) fn checkout(
        &self,
        revision: &str,
        paths: &[PathBuf],
        folders: &[PathBuf],
    ) -> Result<Checkout, Failure> {
        let commit = self.commit(revision)?;
        let git = self.git();
        let listing = Listing::of(&git, &commit)?;
        let folder = TemporaryFolder::new()
            .map_err(|error| Failure::of_io("cannot make a temporary folder", &error))?;
        let mut checkout =
            Checkout { folder, git, listing, written: BTreeSet::new(), lacking: Vec::new() };
        let is_all = paths.iter().any(|path| path.as_os_str().is_empty());
        let named = checkout.listing.named(paths);
        if is_all || !checkout.listing.can_be_narrow(&named) {
            checkout.write_all(&named)?;
        } else {
            checkout.write_with_includes(&named, folders)?;
        }
        for folder in folders.iter().filter(|folder| checkout.listing.has(folder)) {
            make_folder(&checkout.folder.path().join(folder))?;
        }
        Ok(checkout)
    }
}

impl Checkout {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whether the revision has that file or folder.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.listing.has(path)
    }

    /// Whether the revision has that file, or a folder with something to read.
    pub(super) fn has_source(&self, path: &Path) -> bool {
        self.listing.has_source(path)
    }

    /// The files that were named, or lie in a folder that was, and that the repository lacks.
    pub(super) fn lacking(&self) -> &[PathBuf] {
        &self.lacking
    }

    /// Writes everything that front ends read, where only what the named files include is there; answers
    /// whether anything came of it.
    pub(super) fn widen(&mut self) -> Result<bool, Failure> {
        let before = self.written.len();
        self.write_all(&BTreeSet::new())?;
        Ok(self.written.len() > before)
    }

    /// Writes everything that front ends read. Of what was not named, what the repository lacks is left out.
    fn write_all(&mut self, named: &BTreeSet<usize>) -> Result<(), Failure> {
        let mut objects = Objects::of(&self.git)?;
        for at in self.listing.all().union(named).copied() {
            if !self.written.insert(at) {
                continue;
            }
            match write(&mut objects, self.listing.entry(at), self.folder.path()) {
                Err(NoContents::Missing) if named.contains(&at) => {
                    self.lacking.push(PathBuf::from(&self.listing.entry(at).path));
                }
                Err(NoContents::Missing) => {}
                written => _ = written.map_err(Failure::from)?,
            }
        }
        self.some_of(named)?;
        objects.finish()
    }

    fn write_with_includes(
        &mut self,
        named: &BTreeSet<usize>,
        folders: &[PathBuf],
    ) -> Result<(), Failure> {
        for folder in self.listing.landmarks() {
            make_folder(&self.folder.path().join(folder))?;
        }
        let folders: Vec<String> =
            folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
        let by_name = Names::of(&self.listing, &folders);
        let mut objects = Objects::of(&self.git)?;
        let mut open: Vec<usize> = named.iter().copied().collect();
        while let Some(at) = open.pop() {
            if !self.written.insert(at) {
                continue;
            }
            let entry = self.listing.entry(at);
            // What is included and not there is missed by whoever reads the header, who says so.
            let text = match write(&mut objects, entry, self.folder.path()) {
                Err(NoContents::Missing) if named.contains(&at) => {
                    self.lacking.push(PathBuf::from(&entry.path));
                    continue;
                }
                Err(NoContents::Missing) => continue,
                text => text.map_err(Failure::from)?,
            };
            for include in includes(&text) {
                let meant = by_name.meant(&include, &entry.path);
                open.extend(meant.into_iter().filter(|at| !self.written.contains(at)));
            }
        }
        self.some_of(named)?;
        objects.finish()
    }

    /// Fails where the repository lacks everything that was named.
    fn some_of(&self, named: &BTreeSet<usize>) -> Result<(), Failure> {
        let lacks_all = !named.is_empty() && self.lacking.len() >= named.len();
        if lacks_all { Err(NoContents::Missing.into()) } else { Ok(()) }
    }
}

/// Writes a file below a folder, and answers its text.
fn write(objects: &mut Objects, entry: &Entry, folder: &Path) -> Result<Vec<u8>, NoContents> {
    let text = objects.contents(&entry.object, &entry.path)?;
    let path = folder.join(&entry.path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, &text)?;
    Ok(text)
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path)
        .map_err(|error| Failure::of_io("cannot make a temporary folder", &error))
}

/// The folder of a path, or the nearest one above it that is there.
fn nearest_folder(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut folders = absolute.ancestors().filter(|folder| folder.is_dir());
    folders.next().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// A path without links as far as it is there, and without `..` behind that.
fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for above in whole.ancestors() {
        let Ok(mut known) = above.canonicalize() else { continue };
        for part in whole.strip_prefix(above).unwrap_or(Path::new("")).components() {
            match part {
                Component::ParentDir => _ = known.pop(),
                part => known.push(part),
            }
        }
        return known;
    }
    whole
}
