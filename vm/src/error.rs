//! What can go wrong outside the guest. What goes wrong inside is a result, in [`crate::report`].

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use thiserror::Error;

/// Why an archive cannot hold an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArchiveError {
    /// A path that is empty, climbs or is too long.
    #[error("{path:?} cannot be a path in the guest: write names between single slashes")]
    Path {
        /// As it was given.
        path: String,
    },
    /// Two entries for one path.
    #[error("two different entries are at /{path} in the guest: rename one")]
    Taken {
        /// Relative to the root.
        path: String,
    },
    /// Content of 4 GiB or more.
    #[error("/{path} is 4 GiB or larger, which the format cannot hold: make it smaller")]
    TooLarge {
        /// Relative to the root.
        path: String,
    },
}

/// Why a guest could not be prepared or run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VmError {
    /// A program that is needed is not there.
    #[error("{program} is not installed: {remedy}")]
    Missing {
        /// Its name.
        program: String,
        /// Which package has it.
        remedy: String,
    },
    /// A program could not be started.
    #[error("{program} could not be started")]
    Start {
        /// Its name.
        program: String,
        /// The system's words.
        source: io::Error,
    },
    /// A build that cannot be confined.
    #[error(
        "the build cannot be confined, and its makefiles could run anything ({layer}: {reason})"
    )]
    NoConfinement {
        /// Which part of the confinement the kernel refused.
        layer: &'static str,
        /// Why.
        reason: String,
    },
    /// A program failed.
    #[error("`{command}` failed ({status}):\n{output}")]
    Failed {
        /// The command as one would type it.
        command: String,
        /// Its status.
        status: ExitStatus,
        /// The end of what it printed.
        output: String,
    },
    /// A file or folder.
    #[error("cannot {action} {}", path.display())]
    File {
        /// "read", "write", ...
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The guest's files.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A program that needs files that the guest does not have.
    #[error(
        "{} needs {interpreter}, which the guest does not have: link it with -static",
        path.display()
    )]
    Dynamic {
        /// The program.
        path: PathBuf,
        /// Its dynamic linker.
        interpreter: String,
    },
    /// A module for another kernel.
    #[error(
        "{} was built for {built}, and the guest runs {guest}: build it against the headers of \
         the guest's kernel",
        path.display()
    )]
    OtherKernel {
        /// The module.
        path: PathBuf,
        /// What it was built for.
        built: String,
        /// The guest's kernel.
        guest: String,
    },
    /// A file of another kind than it was said to be.
    #[error("{} is not {expected}: {reason}", path.display())]
    Kind {
        /// Which.
        path: PathBuf,
        /// What it should be, with an article.
        expected: &'static str,
        /// What speaks against it.
        reason: String,
    },
    /// An argument or a name that cannot be passed into the guest.
    #[error("{text:?} cannot be passed to the guest: it holds a NUL byte")]
    Nul {
        /// As it was given.
        text: String,
    },
    /// No kernel of that series.
    #[error(
        "no package of Debian's {series} kernel is known here: run `apt-get update` as \
         root, on a release of Debian that has it, or name a kernel by its path"
    )]
    NoKernel {
        /// `6.12`
        series: String,
    },
    /// A module that a kernel does not have.
    #[error("the kernel {release} has no module {module}: its configuration leaves it out")]
    NoModule {
        /// Its name.
        module: String,
        /// The kernel's release.
        release: String,
    },
    /// A package does not download.
    #[error(
        "{package} cannot be downloaded: run `apt-get update` as root so that apt knows the \
         current version, or install the package\n{output}"
    )]
    Download {
        /// The package.
        package: String,
        /// What apt said.
        output: String,
    },
    /// A package without the file that it should hold.
    #[error("the package {package} holds no {file}: report this, with the package's version")]
    Package {
        /// The package.
        package: String,
        /// Relative to the root.
        file: String,
    },
    /// No sources to build a kernel of.
    #[error("there are no sources of a kernel in {}: install Debian's package {package}", archive.display())]
    NoSources {
        /// Which package has them.
        package: String,
        /// Where they would be.
        archive: PathBuf,
    },
    /// A configuration that is not what was asked for.
    #[error(
        "the configuration lacks what was asked for; nothing was built:\n  {}",
        options.join("\n  ")
    )]
    Configuration {
        /// A sentence for each option.
        options: Vec<String>,
    },
    /// A kernel that does not build.
    #[error("`{command}` failed ({status}); all that it said is in {}\n{output}", log.display())]
    Build {
        /// The command as one would type it.
        command: String,
        /// Its status.
        status: ExitStatus,
        /// The end of what it printed.
        output: String,
        /// All of it.
        log: PathBuf,
    },
    /// A path that the kernel's build system does not cope with.
    #[error(
        "the kernel's build system cannot work in {}: move it, or the cache, to a path without \
         spaces and colons",
        path.display()
    )]
    BuildPath {
        /// Which.
        path: PathBuf,
    },
    /// Virtualisation was demanded and does not work.
    #[error("KVM does not work here: {why}; emulation does")]
    NoKvm {
        /// Why.
        why: String,
    },
    /// Nowhere to keep files.
    #[error("there is no folder for the cache: set XDG_CACHE_HOME or HOME")]
    NoCache,
    /// Signals cannot be handled.
    #[error("signals cannot be handled")]
    Signals(#[source] io::Error),
    /// The guest's console cannot be read.
    #[error("the guest's console cannot be read")]
    Console(#[source] io::Error),
    /// The user interrupted a preparation.
    #[error("interrupted")]
    Interrupted,
}

impl VmError {
    /// For `map_err` on operations on a path.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
