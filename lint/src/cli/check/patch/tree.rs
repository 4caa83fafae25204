//! The tree that a patch is for: where it is, which of its files the patch means, and that nothing outside
//! of it is read.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use ioctl_lint::patch::series::Text;
use ioctl_lint::patch::{Name, Strip};
use ioctlkit_report::visible::ShownPath as _;
use ioctlkit_sources::c::is_kernel_root;
use ioctlkit_sources::reading::{self, ReadError, limit};

use crate::cli::failure::Failure;

/// A folder with everything below it.
#[derive(Debug)]
pub(super) struct Tree {
    /// Without links.
    root: PathBuf,
    /// In front of the paths that are shown; empty for the current folder.
    shown: PathBuf,
    /// Below the root, the folder that names may be relative to besides: the current one, or the one that was
    /// named.
    start: PathBuf,
    /// The texts of files as they are.
    on_disk: HashMap<PathBuf, Text>,
    /// Why files could not be read.
    unread: HashMap<PathBuf, String>,
}

impl Tree {
    /// The tree around a folder: the repository, else the kernel's source, else the folder itself.
    pub(super) fn around(named: Option<&Path>) -> Result<Self, Failure> {
        let named = named.unwrap_or(Path::new("."));
        let at = named
            .canonicalize()
            .map_err(|error| Failure::of_io(&format!("cannot find {}", named.shown()), &error))?;
        let at = if at.is_dir() { at } else { at.parent().unwrap_or(&at).to_owned() };
        let is_repository = |folder: &&Path| folder.join(".git").symlink_metadata().is_ok();
        let root = at
            .ancestors()
            .find(is_repository)
            .or_else(|| at.ancestors().find(|it| is_kernel_root(it)));
        let root = root.unwrap_or(&at).to_owned();
        let here = std::env::current_dir()
            .and_then(|here| here.canonicalize())
            .map_err(|error| Failure::of_io("cannot find the current folder", &error))?;
        let shown = match (root.strip_prefix(&here), here.strip_prefix(&root)) {
            (Ok(below), _) => below.to_owned(),
            (_, Ok(below)) => below.components().map(|_| Component::ParentDir).collect(),
            _ => root.clone(),
        };
        let start = at.strip_prefix(&root).unwrap_or(Path::new("")).to_owned();
        Ok(Self { root, shown, start, on_disk: HashMap::new(), unread: HashMap::new() })
    }

    /// Without links.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// What precedes the paths of its files where they are shown.
    pub(super) fn shown_root(&self) -> &Path {
        &self.shown
    }

    /// The path of a file as it is shown.
    pub(super) fn shown(&self, below: &Path) -> PathBuf {
        self.shown.join(below)
    }

    /// Whether a path is the tree itself.
    pub(super) fn is_root(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|path| path == self.root)
    }

    /// A path as those of the patch are spelled, so that no file is read as two.
    pub(super) fn respelled(&self, path: &Path) -> PathBuf {
        let below = path
            .canonicalize()
            .ok()
            .and_then(|path| path.strip_prefix(&self.root).map(|below| self.shown(below)).ok());
        below.unwrap_or_else(|| path.to_owned())
    }

    /// The file that one of two names means, which both are its own.
    pub(super) fn one_of(&self, new: &Name, old: &Name) -> Result<PathBuf, Refused> {
        let there = self.existing(new)?.or(self.existing(old)?);
        there.map_or_else(|| self.unknown(new), Ok)
    }

    /// The file that a name means, whether there is one or not.
    pub(super) fn file(&self, name: &Name) -> Result<PathBuf, Refused> {
        self.existing(name)?.map_or_else(|| self.unknown(name), Ok)
    }

    fn existing(&self, name: &Name) -> Result<Option<PathBuf>, Refused> {
        for path in self.candidates(name)? {
            if self.root.join(&path).symlink_metadata().is_ok() {
                self.check(&path)?;
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// The file that a name means which is not there: one in a folder that is, if any.
    fn unknown(&self, name: &Name) -> Result<PathBuf, Refused> {
        let candidates = self.candidates(name)?;
        let has_folder = |path: &&PathBuf| {
            path.parent().is_some_and(|folder| {
                !folder.as_os_str().is_empty() && self.root.join(folder).is_dir()
            })
        };
        let likely = candidates.iter().find(has_folder).or(candidates.first());
        let path = likely.cloned().unwrap_or_default();
        self.check(&path)?;
        Ok(path)
    }

    /// Where a name may lead: git's are relative to the repository, and others to where somebody stood.
    fn candidates(&self, name: &Name) -> Result<Vec<PathBuf>, Refused> {
        let names = name.candidates();
        if names.is_empty() {
            return Err(Refused::NotBelow);
        }
        let from_start = names.iter().map(|name| self.start.join(name));
        Ok(if name.strip == Strip::Unknown {
            from_start.chain(names.clone()).collect()
        } else {
            names.iter().cloned().chain(from_start).collect()
        })
    }

    /// Whether a path stays in the tree, whatever links it goes through, and out of what git keeps.
    fn check(&self, path: &Path) -> Result<(), Refused> {
        if path.components().any(|part| part.as_os_str() == ".git") {
            return Err(Refused::OfGit);
        }
        let whole = self.root.join(path);
        let there = whole.ancestors().find_map(|above| above.canonicalize().ok());
        // A link that leads nowhere is none of a file's ancestors, and would be written through.
        let dangles = |above: &Path| above.symlink_metadata().is_ok() && !above.exists();
        if whole.ancestors().any(dangles) || !there.is_some_and(|it| it.starts_with(&self.root)) {
            return Err(Refused::LeadsOut);
        }
        Ok(())
    }

    /// Reads a file as it is on disk.
    pub(super) fn text(&mut self, path: &Path) -> Text {
        let text = match reading::read_bytes(&self.root.join(path), limit::SOURCE) {
            Ok(text) => Some(text.into()),
            Err(ReadError::System(error)) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                self.unread.insert(path.to_owned(), error.to_string());
                None
            }
        };
        self.on_disk.insert(path.to_owned(), text.clone());
        text
    }

    /// What a file was when it was read.
    pub(super) fn on_disk(&self, path: &Path) -> Option<&Text> {
        self.on_disk.get(path)
    }

    /// Why a file could not be read, if it could not.
    pub(super) fn why_unread(&self, path: &Path) -> Option<&str> {
        self.unread.get(path).map(String::as_str)
    }
}

/// Why a name is no file's of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is absolute, or has `..` in it.
    NotBelow,
    /// A link leads out of the tree.
    LeadsOut,
    /// It is what git keeps.
    OfGit,
}

impl Refused {
    /// Words that follow on the file's name.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotBelow => "is not a path below the tree",
            Self::LeadsOut => "is reached through a link that leads out of the tree",
            Self::OfGit => "belongs to git itself",
        }
    }
}
