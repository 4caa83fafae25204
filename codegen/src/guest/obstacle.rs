//! What keeps a module from being tested.

use std::error::Error;
use std::path::PathBuf;

use ioctlkit_sources::reading::ReadError;
use ioctlkit_vm::VmError;
use thiserror::Error;

/// Why there is no verdict.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// A folder without a module.
    #[error(
        "{}: no kernel module: neither Kbuild nor Makefile has a line `obj-m` or `obj-$(CONFIG_…)`",
        folder.display()
    )]
    NoModule {
        /// The folder.
        folder: PathBuf,
    },
    /// A module without tests.
    #[error(
        "{}: no tests: `ioctl-gen module` writes tests/NAME_test.c and tests/Makefile, and \
         `--program` names others",
        folder.display()
    )]
    NoTests {
        /// The module's folder.
        folder: PathBuf,
    },
    /// What the compiler says of the module.
    #[error("the module does not build for {kernel}:\n{output}")]
    Module {
        /// The kernel's release.
        kernel: String,
        /// What make and the compiler printed.
        output: String,
    },
    /// What the compiler says of the tests.
    #[error("the tests do not build:\n{output}")]
    Tests {
        /// What make and the compiler printed.
        output: String,
    },
    /// Programs that are not installed.
    #[error("{} not installed: run `{remedy}`{}", list(what), alternative.as_ref().map(|words| format!("; {words}")).unwrap_or_default())]
    NotInstalled {
        /// Each of them.
        what: Vec<String>,
        /// The command that installs all of them.
        remedy: String,
        /// What would do without some of them.
        alternative: Option<&'static str>,
    },
    /// No headers for a kernel.
    #[error(
        "the headers of {} are not at hand: name them, or its build folder, with `--headers`",
        image.display()
    )]
    NoHeaders {
        /// The kernel's image.
        image: PathBuf,
    },
    /// A small kernel that nobody has built.
    #[error(
        "no such kernel is kept: make one with `cargo xtask kernel --{option}` in the sources of ioctlkit, \
         or give the path of an image with `--kernel`"
    )]
    NotKept {
        /// The option that makes it.
        option: &'static str,
    },
    /// A kernel without Rust, for a module that is written in it.
    #[error(
        "the module is written in Rust, and {kernel} is configured without it (CONFIG_RUST): use `--kernel rust`"
    )]
    WithoutRust {
        /// The kernel's release.
        kernel: String,
    },
    /// A module that the guest does not have.
    #[error("{module} needs {needed}, a module that is not built here and that the guest lacks")]
    Dependency {
        /// The module.
        module: String,
        /// What it needs.
        needed: String,
    },
    /// Everything was skipped.
    #[error("every test was skipped, so nothing was tested")]
    AllSkipped,
    /// A file or folder.
    #[error("cannot {action} {}", path.display())]
    File {
        /// "read", "write", ...
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file of the module's folder.
    #[error("cannot read {}", path.display())]
    Unread {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// Makefiles that cannot be confined.
    #[error("{0}; if you trust the makefiles as your own, add `--no-sandbox`")]
    NoSandbox(VmError),
    /// Results could not be printed.
    #[error("cannot write to standard output")]
    Output(#[source] std::io::Error),
    /// The guest.
    #[error(transparent)]
    Guest(VmError),
    /// The user ended it.
    #[error("interrupted")]
    Interrupted,
}

/// "a, b and c are", "a is".
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is"),
        [most @ .., last] => format!("{} and {last} are", most.join(", ")),
    }
}

impl From<VmError> for Obstacle {
    fn from(error: VmError) -> Self {
        match error {
            VmError::Interrupted => Self::Interrupted,
            error @ VmError::NoConfinement { .. } => Self::NoSandbox(error),
            error => Self::Guest(error),
        }
    }
}

impl Obstacle {
    /// For `map_err` on operations on a path.
    pub(super) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// For `map_err` on reading a file.
    pub(super) fn unread(path: impl Into<PathBuf>) -> impl FnOnce(ReadError) -> Self {
        let path = path.into();
        move |source| Self::Unread { path, source }
    }

    /// The message with its causes.
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            words.push_str(": ");
            words.push_str(&error.to_string());
            cause = error.source();
        }
        words
    }
}
