//! The kernel's headers as each architecture exports them.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The Debian package with the sources, which come as an archive.
pub const PACKAGE: &str = "linux-source-6.12";

const ARCHIVE: &str = "/usr/src/linux-source-6.12.tar.xz";

/// Folders that the export does not look at, and that take most of the space.
const LEFT_OUT: [&str; 6] = ["drivers", "fs", "mm", "net", "samples", "sound"];

/// How many folders this process has begun to make, so that each has its own name.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Why headers could not be exported.
#[derive(Debug)]
pub enum KernelError {
    /// The package is not installed.
    NotInstalled,
    /// A program could not be run.
    Run(&'static str, std::io::Error),
    /// A program failed; its words.
    Failed(&'static str, String),
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => write!(
                f,
                "{ARCHIVE} is missing; `cargo xtask setup` or `apt-get install {PACKAGE}` \
                 installs it"
            ),
            Self::Run(program, error) => write!(f, "{program} could not be run: {error}"),
            Self::Failed(program, words) => write!(f, "{program} failed:\n{words}"),
        }
    }
}

impl std::error::Error for KernelError {}

/// Unpacked sources and exported headers, kept in one folder between runs. What is there is whole:
/// it is made elsewhere and then renamed.
#[derive(Debug, Clone)]
pub struct Kernel {
    folder: PathBuf,
}

impl Kernel {
    /// Unpacks the sources below `cache`, unless an earlier run did.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn unpacked(cache: &Path) -> Result<Self, KernelError> {
        let archive = fs::metadata(ARCHIVE).map_err(|_| KernelError::NotInstalled)?;
        // Another version of the package has another size.
        let kernel = Self { folder: cache.join(archive.len().to_string()) };
        kernel.once(&kernel.root(), "tar", |new| {
            let mut tar = Command::new("tar");
            tar.args(["--extract", "--strip-components=1", "--file", ARCHIVE, "--directory"]);
            tar.arg(new).args(["--anchored", "--no-wildcards-match-slash"]);
            tar.args(LEFT_OUT.map(|folder| format!("--exclude=linux-source-*/{folder}")));
            succeed("tar", &mut tar)?;
            Ok(new.to_owned())
        })?;
        Ok(kernel)
    }

    /// The root of the sources.
    pub fn root(&self) -> PathBuf {
        self.folder.join("source")
    }

    /// The folder with the headers that `arch` exports, made by the kernel's own `make headers`
    /// unless an earlier run did.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn exported(&self, arch: &str) -> Result<PathBuf, KernelError> {
        let headers = self.folder.join("exported").join(arch);
        self.once(&headers, "make headers", |new| {
            let mut make = Command::new("make");
            make.arg("-C").arg(self.root()).args(["--silent", "headers"]);
            // A make around this one must not lend its flags.
            make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
            make.arg(format!("ARCH={arch}")).arg(format!("O={}", new.display()));
            succeed("make headers", &mut make)?;
            Ok(new.join("usr/include"))
        })?;
        Ok(headers)
    }

    /// Makes `folder` unless it is there: `make` fills a new folder and says what of it is wanted.
    fn once(
        &self,
        folder: &Path,
        program: &'static str,
        make: impl FnOnce(&Path) -> Result<PathBuf, KernelError>,
    ) -> Result<(), KernelError> {
        let run = |error| KernelError::Run(program, error);
        if folder.exists() {
            return Ok(());
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        let new = self.folder.join(format!("new-{}-{count}-{name}", std::process::id()));
        fs::create_dir_all(&new).map_err(run)?;
        let new = std::path::absolute(&new).map_err(run)?;
        let wanted = make(&new)?;
        fs::create_dir_all(folder.parent().unwrap_or(folder)).map_err(run)?;
        // Where another process was faster, its folder serves as well.
        if let Err(error) = fs::rename(&wanted, folder)
            && !folder.exists()
        {
            return Err(run(error));
        }
        if new.exists() {
            fs::remove_dir_all(&new).map_err(run)?;
        }
        Ok(())
    }
}

/// The kernel's C files and makefiles, those of drivers included, unpacked below `cache` unless an
/// earlier run did: more than a gigabyte.
///
/// # Errors
/// [`KernelError`].
pub fn drivers(cache: &Path) -> Result<PathBuf, KernelError> {
    const WANTED: [&str; 4] = ["*.c", "*.h", "*/Makefile*", "*/Kbuild"];
    let archive = fs::metadata(ARCHIVE).map_err(|_| KernelError::NotInstalled)?;
    let kernel = Kernel { folder: cache.join(archive.len().to_string()) };
    let folder = kernel.folder.join("drivers");
    kernel.once(&folder, "tar", |new| {
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--file", ARCHIVE, "--directory"]);
        tar.arg(new).arg("--wildcards").args(WANTED);
        succeed("tar", &mut tar)?;
        Ok(new.to_owned())
    })?;
    Ok(folder)
}

fn succeed(name: &'static str, command: &mut Command) -> Result<(), KernelError> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| KernelError::Run(name, error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(KernelError::Failed(name, String::from_utf8_lossy(&output.stderr).into_owned()))
}
