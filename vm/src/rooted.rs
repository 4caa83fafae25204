//! Programs of a root of their own: a kernel that was built with a newer distribution's compilers has its
//! modules built with these, too. What runs there sees the root and the folders that are bound into it,
//! writes to what is bound for writing, and has no network.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = include_str!("rooted.sh");
/// Where the root is, below a kernel's folder.
const FOLDER: &str = "root";
/// Where programs are, in the root.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where the kernel's folder is bound.
pub(crate) const KERNEL: &str = "/kernel";
/// Where a module's folder is bound.
pub(crate) const MODULE: &str = "/module";

/// A folder of this machine, at its place in the root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'p> {
    pub(crate) folder: &'p Path,
    pub(crate) place: &'static str,
    pub(crate) access: Access,
}

/// What may be done in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    folder: PathBuf,
}

impl Root {
    /// That of a kernel which was built in one.
    pub(crate) fn of(kernel: &Path) -> Option<Self> {
        let folder = kernel.join(FOLDER);
        folder.join("usr/bin/rustc").exists().then_some(Self { folder })
    }

    /// One at a place.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it goes in a kernel's folder.
    pub(crate) fn place(kernel: &Path) -> PathBuf {
        kernel.join(FOLDER)
    }

    /// A program of the root, which is mounted on the folder `at`.
    pub(crate) fn command(&self, at: &Path, bound: &[Bound<'_>], program: &str) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"]);
        command.args(["--net", "--ipc", "sh", "-c", SCRIPT, "sh"]).arg(at).arg(&self.folder);
        for Bound { folder, place, access } in bound {
            let access = if *access == Access::Write { "rw" } else { "ro" };
            command.args([OsStr::new(access), folder.as_os_str(), OsStr::new(place)]);
        }
        command.arg("--").args(["env", "-i", "HOME=/tmp", "LC_ALL=C"]).arg(format!("PATH={PATH}"));
        command.arg(program);
        command
    }
}
