//! A module's folder becomes a verdict: the module and its tests are built, a guest boots, loads
//! the module, runs the tests and unloads it again.
//!
//! A run for several kernels builds for the next one while the guest of the one before runs.

mod built;
mod copy;
mod kernel;
mod ktap;
mod needs;
mod obstacle;
mod progress;
mod run;
mod sources;
mod unit_tests;

pub use kernel::KernelChoice;
pub use ktap::Ktap;
pub use obstacle::Obstacle;
pub use progress::Progress;
pub use run::{Outcome, Run, Times, test};
pub use sources::Sources;

use std::path::PathBuf;
use std::time::Duration;

use ioctlkit_vm::{Acceleration, Trust};

/// Parameters of the kernel that make its defects visible: memory that the module hands out
/// without having written to it is not zero (`P` poisons what is freed, `init_on_alloc=0` leaves it
/// so), and what is written outside of an object (`Z`) or after it was freed (`F`) is reported.
pub const COMMAND_LINE: &str = "init_on_alloc=0 slub_debug=FZP";

/// What shall be tested, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// The module's folder.
    pub folder: PathBuf,
    /// Whether its makefiles may do what the user may.
    pub trust: Trust,
    /// The kernels, each with a guest of its own; none for the one that goes with the module.
    pub kernels: Vec<KernelChoice>,
    /// The headers of the kernel, instead of those that belong to it.
    pub headers: Option<PathBuf>,
    /// For which programs the conformance tests are built.
    pub bits: Vec<Bits>,
    /// More programs to run, linked statically.
    pub programs: Vec<PathBuf>,
    /// `name=value` each, for the module.
    pub parameters: Vec<String>,
    /// Behind [`COMMAND_LINE`].
    pub command_line: String,
    /// Whether virtualisation is tried.
    pub acceleration: Acceleration,
    /// How many the guest has.
    pub processors: u32,
    /// The guest's memory in MiB.
    pub memory: u32,
    /// How long a guest may run.
    pub time_limit: Duration,
    /// How long a program may run by the guest's clock.
    pub test_limit: Duration,
    /// How long each conformance test shall also call at random.
    pub random: Option<Duration>,
    /// Where the guest's log goes. With several kernels, the release becomes part of the name.
    pub log: Option<PathBuf>,
}

/// The word size of a test program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// 64 bits, as the kernel.
    Bits64,
    /// 32 bits, which go through the module's compat code.
    Bits32,
}

impl Bits {
    /// What the makefile's targets end in.
    fn suffix(self) -> &'static str {
        match self {
            Self::Bits64 => "",
            Self::Bits32 => "32",
        }
    }
}
