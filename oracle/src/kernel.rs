//! The kernel's headers as each architecture exports them.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Debian package with the sources, which come as an archive.
pub const PACKAGE: &str = "linux-source-6.12";

const ARCHIVE: &str = "/usr/src/linux-source-6.12.tar.xz";

/// Folders that the export does not look at, and that take most of the space.
const LEFT_OUT: [&str; 6] = ["drivers", "fs", "mm", "net", "samples", "sound"];

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

/// Unpacked sources and exported headers, kept below one folder between runs.
#[derive(Debug, Clone)]
pub struct Kernel {
    cache: PathBuf,
}

impl Kernel {
    /// Unpacks the sources below `cache`, unless an earlier run did.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn unpacked(cache: &Path) -> Result<Self, KernelError> {
        let kernel = Self { cache: cache.to_owned() };
        let archive = fs::metadata(ARCHIVE).map_err(|_| KernelError::NotInstalled)?;
        let done = kernel.cache.join("unpacked");
        // Another version of the package has another size.
        let stamp = archive.len().to_string();
        if fs::read_to_string(&done).is_ok_and(|known| known == stamp) {
            return Ok(kernel);
        }
        let run = |error| KernelError::Run("tar", error);
        if cache.exists() {
            fs::remove_dir_all(cache).map_err(run)?;
        }
        fs::create_dir_all(kernel.root()).map_err(run)?;
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--file", ARCHIVE, "--directory"]);
        tar.arg(kernel.root());
        tar.args(["--anchored", "--no-wildcards-match-slash"]);
        tar.args(LEFT_OUT.map(|folder| format!("--exclude=linux-source-*/{folder}")));
        succeed("tar", &mut tar)?;
        fs::write(done, stamp).map_err(run)?;
        Ok(kernel)
    }

    /// The root of the sources.
    pub fn root(&self) -> PathBuf {
        self.cache.join("source")
    }

    /// The folder with the headers that `arch` exports, made by the kernel's own `make headers`
    /// unless an earlier run did.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn exported(&self, arch: &str) -> Result<PathBuf, KernelError> {
        let output = self.cache.join("exported").join(arch);
        let headers = output.join("usr/include");
        let done = output.join("exported");
        if done.exists() {
            return Ok(headers);
        }
        let run = |error| KernelError::Run("make", error);
        fs::create_dir_all(&output).map_err(run)?;
        let mut make = Command::new("make");
        make.arg("-C").arg(self.root()).args(["--silent", "headers"]);
        // A make around this one must not lend its flags.
        make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        make.arg(format!("ARCH={arch}")).arg(format!("O={}", output.display()));
        succeed("make headers", &mut make)?;
        fs::write(done, "").map_err(run)?;
        Ok(headers)
    }
}

fn succeed(name: &'static str, command: &mut Command) -> Result<(), KernelError> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| KernelError::Run(name, error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(KernelError::Failed(name, String::from_utf8_lossy(&output.stderr).into_owned()))
}
