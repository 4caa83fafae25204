//! Takes from a process what reading a stranger's input does not need.
//!
//! A process that parses input from strangers may turn out to run the stranger's code: parsers have
//! bugs. After [`Confinement::enter`] such code finds itself unable to open files outside the folders
//! that were given, to write, to run programs, to reach the network or other processes. Landlock
//! keeps the file system, a seccomp filter keeps the system calls, resource limits keep the rest. None
//! of it can be undone by the process, and threads that it starts afterwards inherit it.
//!
//! Nothing here knows what is parsed.

mod files;
mod limits;
mod system_calls;

use std::fmt;
use std::path::PathBuf;

/// What is left to a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Files that may be read, and folders that may be read with everything below.
    pub readable: Vec<PathBuf>,
    /// Folders whose entries, and those of all folders below, may be listed.
    pub listable: Vec<PathBuf>,
    /// Address space in bytes, which includes stacks and mapped files that are never touched.
    pub address_space: u64,
}

/// A layer that the kernel does not have, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    layer: &'static str,
    reason: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.layer, self.reason)
    }
}

impl Confinement {
    /// Gives everything else up, for good. Answers the layers that could not be put in place; the
    /// others hold all the same.
    ///
    /// Only this thread and those that it starts later are confined: call it before there are any
    /// others. Paths that don't exist are passed over.
    pub fn enter(&self) -> Vec<Missing> {
        let layers = [
            ("resource limits", limits::set(self.address_space)),
            ("Landlock", files::restrict(&self.readable, &self.listable)),
            ("seccomp", system_calls::restrict()),
        ];
        let missing = layers.into_iter().filter_map(|(layer, done)| Some((layer, done.err()?)));
        missing.map(|(layer, reason)| Missing { layer, reason }).collect()
    }
}
