//! Files of a git revision, in a folder of their own: the work tree is left alone.

mod command;
mod place;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ioctl_lint::temporary::TemporaryFolder;
use ioctlkit_sources::reading::{Size, limit};

use crate::cli::failure::Failure;
use command::Git;
use ioctlkit_report::visible::ShownPath as _;

/// What a revision's files may come to, in bytes. All headers and sources of a kernel come to 1.3 GiB.
const MOST: u64 = 4 << 30;

/// A repository on this machine.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
}

/// The headers and the Rust source of a revision.
#[derive(Debug)]
pub(super) struct Checkout {
    folder: TemporaryFolder,
}

impl Checkout {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A file of a revision.
struct Entry {
    object: String,
    path: String,
}

impl Repository {
    /// The repository that a path is in.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let root = place::root(folder)?;
        Ok(Self { root })
    }

    /// A path of the work tree, as the repository knows it.
    pub(super) fn below(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path));
        let whole = whole.unwrap_or_else(|_| path.to_owned());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let below = whole.strip_prefix(&root).map(Path::to_owned);
        below.map_err(|_| {
            Failure::new(format!("{} is not in the repository {}", path.shown(), root.shown()))
                .help("all paths have to be in one repository")
        })
    }

    /// Writes what front ends read of a revision into a folder of its own.
    pub(super) fn checkout(&self, revision: &str) -> Result<Checkout, Failure> {
        let commit = format!("{revision}^{{commit}}");
        let commit = Git::at(&self.root)
            .output(&["rev-parse", "--verify", "--end-of-options", &commit])
            .map_err(|_| {
                Failure::new(format!("there is no revision `{revision}` in the repository"))
                    .help("name a branch, a tag or a commit; a shallow clone lacks older ones")
            })?;
        let entries = self.entries(commit.trim_end())?;
        let folder = TemporaryFolder::new()
            .map_err(|error| Failure::of_io("cannot make a temporary folder", &error))?;
        self.write(&entries, folder.path())?;
        Ok(Checkout { folder })
    }

    /// The files of a commit that front ends read. Of a kernel tree these are the exported headers.
    fn entries(&self, commit: &str) -> Result<Vec<Entry>, Failure> {
        let listed = Git::at(&self.root).output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        // MODE SP TYPE SP OBJECT TAB PATH; links and other repositories are no regular files.
        let mut entries: Vec<Entry> = listed
            .split('\0')
            .filter_map(|line| {
                let (about, path) = line.split_once('\t')?;
                let mut about = about.split(' ');
                let is_file = about.next()?.starts_with("100") && about.next()? == "blob";
                let object = about.next()?.to_owned();
                is_file.then(|| Entry { object, path: path.to_owned() })
            })
            .collect();
        let has = |folder: &str| entries.iter().any(|entry| entry.path.starts_with(folder));
        let is_kernel = has("include/uapi/linux/") && has("arch/");
        entries.retain(
            |entry| {
                if is_kernel { is_exported(&entry.path) } else { is_source(&entry.path) }
            },
        );
        Ok(entries)
    }

    /// Writes the contents of files below a folder.
    fn write(&self, entries: &[Entry], folder: &Path) -> Result<(), Failure> {
        const ASKED: [&str; 2] = ["cat-file", "--batch"];
        let mut git = Git::at(&self.root).start(&ASKED)?;
        let (Some(mut asked), Some(answered)) = (git.stdin(), git.stdout()) else {
            return Err(Failure::new("cannot talk to git"));
        };
        let objects: Vec<&str> = entries.iter().map(|entry| entry.object.as_str()).collect();
        let objects = objects.join("\n") + "\n";
        // Both pipes are finite: what is asked must not wait for what is answered.
        let asking = std::thread::spawn(move || asked.write_all(objects.as_bytes()));
        let written = write_all(&mut BufReader::new(answered), entries, folder);
        if matches!(written, Err(WriteError::TooLarge(_))) {
            drop(git);
            let _ = asking.join();
            return written.map_err(Failure::from);
        }
        let status = git.finish();
        let _ = asking.join();
        let status = status.map_err(|error| command::failed(&ASKED, error))?;
        written?;
        if status.success() { Ok(()) } else { Err(WriteError::Odd.into()) }
    }
}

/// Why files of a revision were not written.
enum WriteError {
    /// The system's word.
    System(std::io::Error),
    /// git's answer is none, or it has no such object.
    Odd,
    /// Too many bytes: of what.
    TooLarge(String),
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::System(error) => Self::of_io("cannot read from git", &error),
            WriteError::Odd => Self::new("git could not read its objects").help(
                "nothing is fetched here that a partial clone lacks: fetch it with git, or name two \
                 folders instead",
            ),
            WriteError::TooLarge(what) => Self::new(what).help("name two folders instead"),
        }
    }
}

fn write_all(
    answered: &mut impl BufRead,
    entries: &[Entry],
    folder: &Path,
) -> Result<(), WriteError> {
    let mut left = MOST;
    for entry in entries {
        // OBJECT SP TYPE SP SIZE LF CONTENTS LF
        let mut head = String::new();
        answered.by_ref().take(1 << 10).read_line(&mut head)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
        let size: u64 = size.ok_or(WriteError::Odd)?;
        if size > limit::SOURCE {
            let most = Size(limit::SOURCE);
            return Err(WriteError::TooLarge(format!("{} is larger than {most}", entry.path)));
        }
        left = left.checked_sub(size).ok_or_else(|| {
            WriteError::TooLarge(format!("the revision has more than {} of source", Size(MOST)))
        })?;
        let mut text = Vec::new();
        answered.by_ref().take(size).read_to_end(&mut text)?;
        let mut end = [0];
        answered.read_exact(&mut end)?;
        let path = folder.join(&entry.path);
        // git refuses such paths itself; whoever made this tree did not use git.
        if entry.path.split('/').any(|part| part == "..") || !path.starts_with(folder) {
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

fn is_exported(path: &str) -> bool {
    path.starts_with("include/uapi/")
        || (path.starts_with("arch/") && path.contains("/include/uapi/"))
        || path == "Makefile"
}

fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    matches!(ending, Some("h" | "rs")) || matches!(name, "Cargo.toml" | "Cargo.lock")
}
