//! How far reading reaches: what was given, the tree around it, and what the system has installed.
//!
//! A tree from strangers may hold links and includes that lead anywhere. What lies outside is
//! neither opened nor quoted.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::{env, fmt, fs};

/// Where a system keeps headers, kernels, their modules and types. Nothing there is secret.
const SYSTEM: [&str; 7] =
    ["/boot", "/lib", "/lib32", "/lib64", "/sys/kernel/btf", "/sys/kernel/notes", "/usr"];

/// What git keeps: remotes may hold passwords, and a runner's token is in its configuration.
pub(crate) const GIT: &str = ".git";

/// The folders that may be read, with everything below but what git keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Absolute, without links.
    folders: BTreeSet<PathBuf>,
    /// Single files.
    files: BTreeSet<PathBuf>,
}

/// A path that leads out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outside {
    /// What it leads to.
    pub(crate) target: PathBuf,
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leads to {}, outside of what may be read", self.target.display())
    }
}

impl Reach {
    /// From the paths that are to be read, and the folders that somebody gave besides.
    pub(crate) fn of(paths: &[PathBuf], given: &[PathBuf]) -> Self {
        let mut reach = Self::default();
        for path in paths {
            reach.folders.extend(root_around(path));
        }
        reach.give(given);
        reach.folders.extend(SYSTEM.iter().filter_map(|path| fs::canonicalize(path).ok()));
        reach.folders.extend(crates());
        reach
    }

    /// Adds what was named by whoever runs the program.
    pub(crate) fn give(&mut self, paths: &[PathBuf]) {
        for path in paths.iter().filter_map(|path| fs::canonicalize(path).ok()) {
            if path.is_dir() {
                self.folders.insert(path);
            } else {
                self.files.insert(path);
            }
        }
    }

    /// Whether a path may be read. One that leads nowhere may: whoever opens it will see.
    ///
    /// # Errors
    /// What it leads to, where that lies outside.
    pub(crate) fn check(&self, path: &Path) -> Result<(), Outside> {
        if is_plainly_installed(path) {
            return Ok(());
        }
        let Ok(target) = fs::canonicalize(path) else { return Ok(()) };
        let is_inside = self.files.contains(&target)
            || target.ancestors().any(|folder| {
                self.folders.contains(folder)
                    && target.strip_prefix(folder).is_ok_and(|below| !is_of_git(below))
            });
        if is_inside { Ok(()) } else { Err(Outside { target }) }
    }

    /// What a confined process has to be able to open, and the folders that it may only list: what
    /// git keeps lies below these.
    #[cfg(feature = "worker")]
    pub(crate) fn readable(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let mut readable: Vec<PathBuf> = self.files.iter().cloned().collect();
        let mut listable = Vec::new();
        for folder in &self.folders {
            if !folder.join(GIT).exists() {
                readable.push(folder.clone());
                continue;
            }
            listable.push(folder.clone());
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            readable
                .extend(entries.filter(|entry| entry.file_name() != GIT).map(|entry| entry.path()));
        }
        (readable, listable)
    }
}

/// The folder that a path belongs to: the outermost repository, workspace or tree of headers around it, else the
/// folder itself, or that of the file. A link is followed only where it stays there.
fn root_around(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let is_link = absolute.symlink_metadata().is_ok_and(|data| data.is_symlink());
    let start = if !is_link && absolute.is_dir() { &absolute } else { absolute.parent()? };
    // A file that only an overlay has may lie in a folder that is not there.
    let start = start.ancestors().find_map(|folder| fs::canonicalize(folder).ok())?;
    let home = env::var_os("HOME").and_then(|home| fs::canonicalize(home).ok());
    let is_whole = |folder: &&Path| {
        folder.parent().is_some() && home.as_deref() != Some(folder) && is_tree(folder)
    };
    let outermost = start.ancestors().filter(is_whole).last();
    Some(outermost.unwrap_or(&start).to_owned())
}

/// Whether a folder is a whole: a repository, a crate or a workspace, a kernel's source, or exported
/// headers.
fn is_tree(folder: &Path) -> bool {
    folder.join(GIT).exists()
        || folder.join("Cargo.toml").is_file()
        || (folder.join("include/uapi/linux").is_dir() && folder.join("arch").is_dir())
        || (folder.join("linux/ioctl.h").is_file() && folder.join("asm-generic").is_dir())
}

/// Where cargo and rustup unpack what others have published.
fn crates() -> impl Iterator<Item = PathBuf> {
    let home = |variable: &str, name: &str| {
        env::var_os(variable)
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(name)))
    };
    let cargo = home("CARGO_HOME", ".cargo");
    let rustup = home("RUSTUP_HOME", ".rustup");
    let below = |home: Option<PathBuf>, names: &'static [&'static str]| {
        home.into_iter().flat_map(|home| names.iter().map(move |name| home.join(name)))
    };
    below(cargo, &["registry", "git"])
        .chain(below(rustup, &["toolchains"]))
        .filter_map(|path| fs::canonicalize(path).ok())
}

/// Links there are the system's own: to follow each of them takes time and tells nothing.
fn is_plainly_installed(path: &Path) -> bool {
    (["/usr/include", "/usr/lib", "/lib"].iter().any(|folder| path.starts_with(folder)))
        && !path.components().any(|part| part == Component::ParentDir)
}

fn is_of_git(below: &Path) -> bool {
    below.components().any(|part| part.as_os_str() == GIT)
}
