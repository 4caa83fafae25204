//! The root in which a kernel with Rust is built: Debian's unstable release, whose sources, rustc and
//! bindgen belong together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::build::Sources;
use crate::cache::Cache;
use crate::error::VmError;
use crate::interruption::Interruption;
use crate::process::{output, shown, streamed, tail};
use crate::rooted::{KERNEL, MODULE, Root};

const REMEDY: &str = "install Debian's package debootstrap";
const DPKG_REMEDY: &str = "the version of the sources is read from Debian's dpkg";
const RELEASE: &str = "sid";
/// What a kernel and its modules are built with, and the sources.
const PACKAGES: [&str; 18] = [
    "bc",
    "bindgen",
    "bison",
    "cpio",
    "flex",
    "gcc",
    "kmod",
    "libc6-dev",
    "libelf-dev",
    "libssl-dev",
    "linux-source",
    "make",
    "python3-minimal",
    "rust-clippy",
    "rust-src",
    "rustc",
    "rustfmt",
    "xz-utils",
];

/// A root that was just made. It is removed with this, unless a kernel is built in it.
#[derive(Debug)]
pub struct RustRoot {
    folder: TempDir,
}

impl RustRoot {
    /// Makes one with debootstrap, which takes about 2 GB.
    ///
    /// # Errors
    /// [`VmError::Missing`] without debootstrap, [`VmError::Failed`] with what it said, which for anybody
    /// but root is that it needs to be, [`VmError::Interrupted`], or what the file system says.
    pub fn make(
        cache: &Cache,
        interruption: &Interruption,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<Self, VmError> {
        let folder = cache.temporary()?;
        // What it mounts ends with it.
        let mut debootstrap = Command::new("unshare");
        debootstrap.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        debootstrap
            .arg("debootstrap")
            .arg("--variant=minbase")
            .arg(format!("--include={}", PACKAGES.join(",")));
        debootstrap.arg(RELEASE).arg(folder.path());
        let (command, mut said) = (shown(&debootstrap), Vec::new());
        let status = streamed(debootstrap, REMEDY, interruption, &mut |line| {
            on_line(line);
            said.push(line.to_owned());
        })?;
        if !status.success() {
            return Err(VmError::Failed { command, status, output: tail(&said.join("\n")) });
        }
        for place in [KERNEL, MODULE] {
            let place = folder.path().join(&place[1..]);
            fs::create_dir(&place).map_err(VmError::file("make", &place))?;
        }
        Ok(Self { folder })
    }

    /// The kernel's sources that it has.
    ///
    /// # Errors
    /// [`VmError::NoSources`] if it has none.
    pub fn sources(&self) -> Result<Sources, VmError> {
        let (archive, package) = self.archive()?;
        let mut query = Command::new("dpkg-query");
        let database = self.folder.path().join("var/lib/dpkg");
        query.arg(format!("--admindir={}", database.display()));
        query.args(["--show", "--showformat=${Version}", &package]);
        let version = output(&mut query, DPKG_REMEDY)?.out.trim().to_owned();
        Ok(Sources::at(archive, version))
    }

    fn archive(&self) -> Result<(PathBuf, String), VmError> {
        let folder = self.folder.path().join("usr/src");
        let names = fs::read_dir(&folder).map_err(VmError::file("read", &folder))?.flatten();
        let names = names.filter_map(|entry| entry.file_name().into_string().ok());
        let package = names
            .filter_map(|name| Some(name.strip_suffix(".tar.xz")?.to_owned()))
            .find(|name| name.starts_with("linux-source-"));
        let none = || VmError::NoSources {
            package: "linux-source".to_owned(),
            archive: folder.join("linux-source-*.tar.xz"),
        };
        let package = package.ok_or_else(none)?;
        Ok((folder.join(format!("{package}.tar.xz")), package))
    }

    /// The root, to build in.
    pub(super) fn root(&self) -> Root {
        Root::at(self.folder.path().to_owned())
    }

    /// Moves it to its place in a kernel's folder, without the packages that it was made of.
    pub(super) fn keep(self, kernel: &Path) -> Result<(), VmError> {
        if let Ok((archive, _)) = self.archive() {
            fs::remove_file(&archive).map_err(VmError::file("remove", &archive))?;
        }
        let packages = self.folder.path().join("var/cache/apt/archives");
        fs::remove_dir_all(&packages).map_err(VmError::file("remove", &packages))?;
        let place = Root::place(kernel);
        let folder = self.folder.keep();
        fs::rename(&folder, &place).map_err(VmError::file("move", &folder))
    }
}
