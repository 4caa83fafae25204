//! Files of a git revision, in a folder of their own: the work tree is left alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::cli::failure::Failure;

/// A repository on this machine.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
}

/// The headers and the Rust source of a revision.
#[derive(Debug)]
pub(super) struct Checkout {
    folder: TempDir,
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
        let root = output(folder, &["rev-parse", "--show-toplevel"]).map_err(|error| {
            error.help("`--rev` needs a git repository at the path or above it")
        })?;
        Ok(Self { root: PathBuf::from(root.trim_end_matches('\n')) })
    }

    /// A path of the work tree, as the repository knows it.
    pub(super) fn below(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path));
        let whole = whole.unwrap_or_else(|_| path.to_owned());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let below = whole.strip_prefix(&root).map(Path::to_owned);
        below.map_err(|_| {
            Failure::new(format!("{} is not in the repository {}", path.display(), root.display()))
                .help("all paths have to be in one repository")
        })
    }

    /// Writes what front ends read of a revision into a folder of its own.
    pub(super) fn checkout(&self, revision: &str) -> Result<Checkout, Failure> {
        let commit = format!("{revision}^{{commit}}");
        let commit = output(&self.root, &["rev-parse", "--verify", "--end-of-options", &commit])
            .map_err(|_| {
                Failure::new(format!("there is no revision `{revision}` in the repository"))
                    .help("name a branch, a tag or a commit; a shallow clone lacks older ones")
            })?;
        let entries = self.entries(commit.trim_end())?;
        let folder = tempfile::Builder::new()
            .prefix("ioctl-lint-")
            .tempdir()
            .map_err(|error| Failure::of_io("cannot make a temporary folder", &error))?;
        self.write(&entries, folder.path())?;
        Ok(Checkout { folder })
    }

    /// The files of a commit that front ends read. Of a kernel tree these are the exported headers.
    fn entries(&self, commit: &str) -> Result<Vec<Entry>, Failure> {
        let listed = output(&self.root, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
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
        let failed = |error: &std::io::Error| Failure::of_io("cannot read from git", error);
        let mut git = git(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| no_git(&error))?;
        let asked = git.stdin.take();
        let answered = git.stdout.take();
        let (Some(mut asked), Some(answered)) = (asked, answered) else {
            return Err(Failure::new("cannot talk to git"));
        };
        let objects: String = entries.iter().map(|entry| format!("{}\n", entry.object)).collect();
        // Both pipes are finite: what is asked must not wait for what is answered.
        let asking = std::thread::spawn(move || asked.write_all(objects.as_bytes()));
        let written = write_all(&mut BufReader::new(answered), entries, folder);
        let done = finish(git);
        let _ = asking.join();
        written.map_err(|error| failed(&error))?;
        done
    }
}

fn finish(mut git: Child) -> Result<(), Failure> {
    let status = git.wait().map_err(|error| Failure::of_io("cannot wait for git", &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new("git could not read its objects")) }
}

fn write_all(answered: &mut impl BufRead, entries: &[Entry], folder: &Path) -> std::io::Result<()> {
    let odd =
        || std::io::Error::new(std::io::ErrorKind::InvalidData, "an answer that is not git's");
    for entry in entries {
        // OBJECT SP TYPE SP SIZE LF CONTENTS LF
        let mut head = String::new();
        answered.read_line(&mut head)?;
        let size: u64 = head
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok())
            .ok_or_else(odd)?;
        let mut text = Vec::new();
        answered.take(size).read_to_end(&mut text)?;
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

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).stdin(Stdio::null());
    command
}

fn no_git(error: &std::io::Error) -> Failure {
    Failure::of_io("cannot run git", error).help("install git, or name two folders instead")
}

fn output(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = git(folder).args(arguments).output().map_err(|error| no_git(&error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let told = told.lines().next().unwrap_or("no word of why");
    Err(Failure::new(format!("git {}: {told}", arguments.first().unwrap_or(&""))))
}
