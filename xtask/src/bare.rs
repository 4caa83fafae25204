//! A bare Debian root: how it is made, entered and removed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::host::{self, Mirror, TOOLCHAIN};
use crate::run;

/// A file that says that a folder is such a root, whose it is, and nobody's when that process ended.
const MARK: &str = ".ioctlkit-fresh";

const ENTER: &str = include_str!("enter.sh");

/// The root; what its end says happens when it is dropped.
#[derive(Debug)]
pub struct Root {
    folder: PathBuf,
    ending: Ending,
}

/// What becomes of the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is removed.
    Removed,
    /// It stays where it is.
    Kept,
}

/// How a command ended, and what it said last.
#[derive(Debug)]
pub struct Outcome {
    /// Whether its exit code was 0.
    pub succeeded: bool,
    /// The last line of its output that was not empty.
    pub last_line: String,
}

impl Root {
    /// Makes it in a new folder, with these packages beyond what every Debian has. One that an interrupted run left
    /// there is removed first.
    ///
    /// # Errors
    /// If the folder is somebody else's, or a step fails. It takes root.
    pub fn make(folder: &Path, mirror: &Mirror, included: &[&str], ending: Ending) -> Result<Self> {
        if let Some(left) = left_over(folder)? {
            println!("removing {}, which an earlier run left", left.display());
            remove(&left)?;
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let root = Self { folder: folder.to_owned(), ending };
        root.write(&format!("/{MARK}"), &std::process::id().to_string())?;
        // What debootstrap mounts ends with its namespace, too.
        run::succeed(
            isolated()
                .args(["debootstrap", "--variant=minbase"])
                .arg(format!("--include={}", included.join(",")))
                .arg(&mirror.suite)
                .arg(folder)
                .arg(&mirror.uri),
        )?;
        // A machine with no lists is the one that says whether they are asked for.
        for cache in ["/var/lib/apt/lists", "/var/cache/apt/archives"] {
            root.remove(cache)?;
            fs::create_dir_all(root.path(Path::new(cache)).join("partial"))?;
        }
        Ok(root)
    }

    /// Where something is, seen from outside.
    fn path(&self, inside: &Path) -> PathBuf {
        self.folder.join(inside.strip_prefix("/").unwrap_or(inside))
    }

    /// Copies a file or folder of this machine, links followed at its top.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let to = self.path(to);
        let parent = to.parent().context("the root itself cannot be replaced")?;
        fs::create_dir_all(parent)?;
        if from.is_dir() {
            fs::create_dir_all(&to)?;
        }
        let mut cp = Command::new("cp");
        cp.args(["--archive", "-H", "--no-target-directory", "--remove-destination"]);
        run::succeed(cp.arg(from).arg(&to))
    }

    /// Writes a file whose folder is there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, to: &str, text: &str) -> Result<()> {
        let to = self.path(Path::new(to));
        fs::write(&to, text).with_context(|| format!("cannot write {}", to.display()))
    }

    /// Removes a file or folder.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, what: &str) -> Result<()> {
        remove(&self.path(Path::new(what)))
    }

    /// Clones a commit, and nothing that is not committed.
    ///
    /// # Errors
    /// If git fails.
    pub fn clone_of(&self, repository: &Path, commit: &str, to: &str) -> Result<()> {
        let to = self.path(Path::new(to));
        let mut clone = Command::new("git");
        clone.args(["clone", "--quiet", "--no-local", "--no-checkout"]).arg(repository).arg(&to);
        run::succeed(&mut clone)?;
        let mut checkout = Command::new("git");
        checkout.arg("-C").arg(&to).args(["checkout", "--quiet", "--detach", commit]);
        run::succeed(&mut checkout)
    }

    /// Runs a line of shell with an empty home and hardly an environment, and passes on what it says.
    ///
    /// # Errors
    /// If it cannot be run; a command that fails is an outcome.
    pub fn run(&self, line: &str, folder: &str) -> Result<Outcome> {
        fs::create_dir_all(self.path(Path::new("/home/fresh")))?;
        let mut command = isolated();
        command.args(["sh", "-c", ENTER, "sh"]).arg(&self.folder);
        command.args(["env", "-i", "HOME=/home/fresh"]);
        command.arg(format!(
            "PATH={TOOLCHAIN}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        ));
        command
            .args(host::environment().into_iter().map(|(name, value)| format!("{name}={value}")));
        command.args(["sh", "-c", &format!("cd {folder} && {line}")]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run unshare")?;
        let output = child.stdout.take().context("the command has no output")?;
        let mut last_line = String::new();
        for said in BufReader::new(output).split(b'\n') {
            let said = String::from_utf8_lossy(&said?).into_owned();
            println!("{said}");
            if !said.trim().is_empty() {
                last_line = said;
            }
        }
        Ok(Outcome { succeeded: child.wait()?.success(), last_line })
    }

    /// How much it takes on disk.
    pub fn size(&self) -> String {
        let folder = self.folder.display().to_string();
        let size = run::output("du", &["--summarize", "--human-readable", &folder]);
        size.and_then(|text| Some(text.split_whitespace().next()?.to_owned())).unwrap_or_default()
    }

    /// What becomes of it.
    pub fn end(&self) -> String {
        let word = match self.ending {
            Ending::Kept => "kept in",
            Ending::Removed => "removing",
        };
        format!("{word} {}", self.folder.display())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if self.ending == Ending::Removed
            && let Err(error) = remove(&self.folder)
        {
            eprintln!("{error:#}");
        }
    }
}

/// A program in namespaces of its own, which end with it, and with this process, however that ends.
fn isolated() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]);
    command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command
}

/// The root of a run that did not come to its end; anything else that is there is not ours to touch.
fn left_over(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.exists() || fs::read_dir(folder)?.next().is_none() {
        return Ok(None);
    }
    let Ok(owner) = fs::read_to_string(folder.join(MARK)) else {
        bail!("{} is there, and is no root that this made; name another", folder.display());
    };
    if Path::new("/proc").join(owner.trim()).exists() {
        bail!("process {owner} is using {}; name another folder", folder.display());
    }
    Ok(Some(folder.to_owned()))
}

/// Removes a file or folder, and nothing that is mounted below it.
fn remove(path: &Path) -> Result<()> {
    run::succeed(Command::new("rm").args(["--recursive", "--force", "--one-file-system"]).arg(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_ended_run_left_is_removed() {
        let folder = std::env::temp_dir().join(format!("xtask-fresh-{}", std::process::id()));
        assert_eq!(left_over(&folder).unwrap(), None);
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(left_over(&folder).unwrap(), None);
        fs::write(folder.join("letter"), "").unwrap();
        assert!(left_over(&folder).unwrap_err().to_string().contains("name another"));
        fs::write(folder.join(MARK), std::process::id().to_string()).unwrap();
        assert!(left_over(&folder).unwrap_err().to_string().contains("is using"));
        // No process has that number.
        fs::write(folder.join(MARK), "999999999").unwrap();
        assert_eq!(left_over(&folder).unwrap(), Some(folder.clone()));
        fs::remove_dir_all(&folder).unwrap();
    }
}
