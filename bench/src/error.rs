//! What goes wrong, and why a mechanism cannot run.

use std::fmt;
use std::io;

/// Why something ended.
#[derive(Debug)]
pub enum Error {
    /// A call that the mechanism needs failed.
    Call {
        /// Which one, as a reader knows it: `pread of /proc/self/auxv`.
        what: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The bytes that came are not those that were sent.
    Corrupted {
        /// The number of the call in this measurement, from 0.
        sequence: u64,
        /// The first byte that differs, from 0.
        at: usize,
    },
    /// Something else came than what was waited for.
    Unexpected(String),
    /// The process at the other end has ended.
    PeerDied,
    /// There is no mechanism of that name, or not of that variant or size.
    NoSuchCase(String),
    /// A file that could not be used.
    File {
        /// Its path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// For `map_err`: names the call that failed.
    pub fn call(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Call { what, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { what, source } => write!(f, "{what} failed: {source}"),
            Self::Corrupted { sequence, at } => {
                write!(
                    f,
                    "call {sequence} delivered another payload: byte {at} is the first that differs"
                )
            }
            Self::Unexpected(what) => f.write_str(what),
            Self::PeerDied => f.write_str("the process at the other end has died"),
            Self::NoSuchCase(name) => {
                write!(f, "no mechanism is called `{name}`; `ioctl-bench list` has them all")
            }
            Self::File { path, why } => write!(f, "{path}: {why}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Why a mechanism cannot run here, in words that say what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing(String);

impl Missing {
    /// For this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// For `map_err`: what was needed, and what the kernel said.
    pub fn because(needed: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let needed = needed.into();
        move |error| Self(format!("{needed}: {error}"))
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
