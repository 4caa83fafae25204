//! Takes from a process what dealing with a stranger's input does not need.
//!
//! A process that parses input from strangers may turn out to run the stranger's code: parsers have
//! bugs. A process that builds a stranger's sources runs their makefiles on purpose. After
//! [`Confinement::enter`] such code finds itself unable to open files outside the folders that were
//! given, to change anything there, to reach the network or other processes. Landlock keeps the file
//! system, seccomp filters keep the system calls, resource limits keep the rest. None of it can be
//! undone by the process, and whatever it starts afterwards inherits it.
//!
//! Nothing here knows what is parsed or built.

mod calls;
mod files;
mod limits;

use std::fmt;
use std::io;
use std::path::PathBuf;

use seccompiler::BpfProgram;

/// What is left to a thread, and to what it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// Files and folders. Paths that don't exist are passed over.
    pub files: Files,
    /// System calls.
    pub calls: Calls,
    /// Address space in bytes, which includes stacks and mapped files that are never touched. With a
    /// limit, no file grows and no core is dumped.
    pub address_space: Option<u64>,
}

/// The files that stay accessible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Files that may be read, and folders that may be read with everything below.
    pub readable: Vec<PathBuf>,
    /// Folders whose entries, and those of all folders below, may be listed.
    pub listable: Vec<PathBuf>,
    /// Folders in which, and in everything below, everything may be done but to make devices and
    /// sockets.
    pub writable: Vec<PathBuf>,
    /// Devices that may be read and written to.
    pub devices: Vec<PathBuf>,
}

/// The system calls that stay allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Those that it takes to read files and start threads. No program can be run.
    Reading,
    /// All but those that reach other processes, the network or the kernel itself. Readable programs may
    /// be run.
    Building,
}

/// A layer that the kernel does not have, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What it is called: "Landlock".
    pub layer: &'static str,
    /// Why it is missing.
    pub reason: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.layer, self.reason)
    }
}

const SECCOMP: &str = "seccomp";

impl Confinement {
    /// Gives up everything else for good. Returns the layers that could not be put in place; the others
    /// hold regardless.
    ///
    /// This confines the calling thread and all that it starts later. With [`Calls::Building`], it also
    /// starts a thread that is not confined, which changes modes, times and lengths of writable files on
    /// behalf of confined processes and ends with the last of them.
    pub fn enter(&self) -> Vec<Missing> {
        let limits = self.address_space.map_or(Ok(()), limits::set);
        // Start the mediator first: threads started after the restriction would be confined.
        let calls = calls::prepared(self.calls, &self.files.writable);
        let layers = [
            ("resource limits", limits),
            ("Landlock", files::restrict(&self.files, self.calls)),
            (SECCOMP, calls.and_then(calls::Prepared::restrict)),
        ];
        let missing = layers.into_iter().filter_map(|(layer, done)| Some((layer, done.err()?)));
        missing.map(|(layer, reason)| Missing { layer, reason }).collect()
    }
}

/// A note on this machine, in a sentence: why programs that are confined with [`Calls::Building`] cannot
/// change the modes, times and lengths even of writable files by their paths. No layer is missing then.
pub fn refuses_changes() -> Option<String> {
    calls::introspection::hindrance()
}

/// Keeps a process and all that it starts in its process group, so that whoever kills the group kills
/// them all.
#[derive(Debug, Clone)]
pub struct ClosedGroup(BpfProgram);

impl ClosedGroup {
    /// Prepares for it.
    ///
    /// # Errors
    /// [`Missing`] on a machine for which there is no filter.
    pub fn new() -> Result<Self, Missing> {
        let program = calls::building::closed_group();
        program.map(Self).map_err(|reason| Missing { layer: SECCOMP, reason })
    }

    /// Closes the group of the process that calls it. It may be called between fork and exec:
    /// nothing is allocated, and no lock is taken.
    ///
    /// # Errors
    /// What the system says.
    pub fn enter(&self) -> io::Result<()> {
        seccompiler::apply_filter(&self.0).map_err(|_| io::Error::last_os_error())
    }
}
