//! Debian's kernels as their packages have them: modules, boot image and configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::apt::Apt;
use crate::kernel::KernelError;

/// Which of Debian's kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// For virtual machines of amd64: about 1100 modules.
    Cloud,
    /// For all machines of amd64: about 4200 modules.
    Generic,
    /// For virtual machines of arm64, whose boot image is the kernel's memory as it is.
    CloudArm64,
}

impl Flavour {
    /// The package that depends on the newest kernel of the series whose sources are installed.
    const fn package(self) -> &'static str {
        match self {
            Self::Cloud => "linux-image-6.12-cloud-amd64",
            Self::Generic => "linux-image-6.12-amd64",
            Self::CloudArm64 => "linux-image-6.12-cloud-arm64",
        }
    }

    fn apt(self, cache: &Path) -> Result<Apt, KernelError> {
        match self {
            Self::Cloud | Self::Generic => Ok(Apt::own()),
            Self::CloudArm64 => Apt::foreign(cache, "arm64"),
        }
    }
}

/// An unpacked kernel package.
#[derive(Debug, Clone)]
pub struct Distribution {
    root: PathBuf,
    release: String,
}

impl Distribution {
    /// Downloads the package and unpacks it below `cache`, unless an earlier run did. Nothing is
    /// installed.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn unpacked(cache: &Path, flavour: Flavour) -> Result<Self, KernelError> {
        // Two threads of a test program would make the same folder.
        static LOCK: Mutex<()> = Mutex::new(());
        let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let apt = flavour.apt(cache)?;
        let package = concrete(&apt, flavour.package())?;
        let release = package.strip_prefix("linux-image-").unwrap_or(&package).to_owned();
        let root = std::path::absolute(cache.join(&package))
            .map_err(|error| KernelError::Run("dpkg-deb", error))?;
        if !root.exists() {
            download(&apt, &package, &root)?;
        }
        Ok(Self { root, release })
    }

    /// The folder that the package's files lie in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder with the modules, as one of `/lib/modules`.
    pub fn modules(&self) -> PathBuf {
        self.root.join("lib/modules").join(&self.release)
    }

    /// The kernel itself, compressed.
    pub fn image(&self) -> PathBuf {
        self.root.join(format!("boot/vmlinuz-{}", self.release))
    }

    /// What the kernel was configured with.
    pub fn configuration(&self) -> PathBuf {
        self.root.join(format!("boot/config-{}", self.release))
    }
}

/// The kernel that a package of Debian's depends on.
fn concrete(apt: &Apt, package: &str) -> Result<String, KernelError> {
    let text = apt.run("apt-cache", &["show", "--no-all-versions", package], Path::new("."))?;
    let depends = text.lines().find_map(|line| line.strip_prefix("Depends: "));
    let kernel = depends.and_then(|depends| {
        let mut names = depends.split([',', ' ']).map(str::trim);
        names.find(|name| name.starts_with("linux-image-"))
    });
    kernel
        .map(str::to_owned)
        .ok_or_else(|| KernelError::Failed("apt-cache", format!("{package} depends on no kernel")))
}

fn download(apt: &Apt, package: &str, root: &Path) -> Result<(), KernelError> {
    let run = |error| KernelError::Run("dpkg-deb", error);
    // What is there is whole: it is made elsewhere and then renamed.
    let new = root.with_file_name(format!("new-{}-{package}", std::process::id()));
    fs::create_dir_all(&new).map_err(run)?;
    apt.run("apt-get", &["download", package], &new)?;
    let entries = fs::read_dir(&new).map_err(run)?.flatten();
    let archive = entries.map(|entry| entry.path()).find(|path| path.extension().is_some());
    let archive = archive.ok_or_else(|| {
        KernelError::Failed("apt-get download", format!("{package} did not come"))
    })?;
    let files = new.join("files");
    let (archive, into) = (archive.display().to_string(), files.display().to_string());
    output("dpkg-deb", &["--extract", &archive, &into], &new)?;
    // Where another process was faster, its folder serves as well.
    if let Err(error) = fs::rename(&files, root)
        && !root.exists()
    {
        return Err(run(error));
    }
    fs::remove_dir_all(&new).map_err(run)
}

/// What a program prints.
pub(crate) fn output(
    program: &'static str,
    arguments: &[&str],
    folder: &Path,
) -> Result<String, KernelError> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = command.output().map_err(|error| KernelError::Run(program, error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(KernelError::Failed(program, String::from_utf8_lossy(&output.stderr).into_owned()))
}
