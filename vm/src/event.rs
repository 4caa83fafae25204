//! Progress, as it happens.

use std::fmt;
use std::time::Duration;

use crate::console::Trouble;
use crate::ktap::Finished;
use crate::qemu::Accelerator;
use crate::report::StepOutcome;

/// Something that happened in a run.
///
/// The text that `Display` gives is a line for a terminal, without a line feed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// qemu was started.
    Started {
        /// With which acceleration.
        accelerator: Accelerator,
        /// The number of its process.
        process: u32,
    },
    /// Virtualisation does not work; the guest is emulated.
    FellBack {
        /// Why.
        why: &'a str,
    },
    /// The guest reached user space.
    Booted {
        /// Since qemu was started.
        after: Duration,
    },
    /// A step begins.
    StepBegan {
        /// Its place in the script.
        index: usize,
        /// Its name.
        name: &'a str,
    },
    /// A test has a result.
    Test(&'a Finished),
    /// A step ended.
    StepEnded {
        /// Its place in the script.
        index: usize,
        /// Its name.
        name: &'a str,
        /// What became of it.
        outcome: &'a StepOutcome,
    },
    /// The kernel reports a defect.
    Trouble(&'a Trouble),
    /// A line of the kernel's log.
    KernelLine(&'a str),
    /// A line that a step printed.
    OutputLine(&'a str),
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::ktap::Outcome;
        match self {
            Self::Started { accelerator, .. } => {
                write!(f, "booting a guest ({})", accelerator.name())
            }
            Self::FellBack { why } => write!(f, "no KVM here, so the guest is emulated: {why}"),
            Self::Booted { after } => write!(f, "booted after {:.1} s", after.as_secs_f64()),
            Self::StepBegan { name, .. } => write!(f, "{name} ..."),
            Self::Test(test) => {
                let word = match test.outcome {
                    Outcome::Passed => "ok",
                    Outcome::Failed { .. } => "FAILED",
                    Outcome::Skipped { .. } => "skipped",
                    Outcome::ExpectedFailure { .. } => "failed as expected",
                };
                write!(f, "{:indent$}{}: {word}", "", test.label, indent = 2 + 2 * test.depth)
            }
            Self::StepEnded { name, outcome, .. } => {
                let word = match outcome {
                    StepOutcome::Passed => "ok",
                    StepOutcome::Skipped { .. } => "skipped",
                    StepOutcome::Failed(_) => "FAILED",
                    StepOutcome::NotRun => "not run",
                };
                write!(f, "{name}: {word}")
            }
            Self::Trouble(trouble) => write!(f, "{}: {}", trouble.kind, trouble.message),
            Self::KernelLine(line) | Self::OutputLine(line) => f.write_str(line),
        }
    }
}
