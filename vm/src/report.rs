//! What a guest's run amounts to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::console::Trouble;
use crate::ktap::Document;
use crate::qemu::Accelerator;

/// All that is known about a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The kernel's release as the kernel printed it; none if it did not get so far.
    pub kernel: Option<String>,
    /// What ran the guest.
    pub accelerator: Accelerator,
    /// Why the guest was emulated though virtualisation was wanted.
    pub fallback: Option<String>,
    /// From the start of qemu to the first step; none if it did not get so far.
    pub boot: Option<Duration>,
    /// From the start of qemu to its end.
    pub total: Duration,
    /// One for each step of the script.
    pub steps: Vec<StepReport>,
    /// The kernel's reports.
    pub troubles: Vec<Trouble>,
    /// How the guest ended.
    pub ending: Ending,
    /// What the guest printed. Unless the caller named a file, it is kept only after a failure.
    pub log: Option<PathBuf>,
}

/// One step's part.
#[derive(Debug, Clone)]
pub struct StepReport {
    /// The step's name.
    pub name: String,
    /// What became of it.
    pub outcome: StepOutcome,
    /// How long it took; until the guest's end, if that came first.
    pub duration: Duration,
    /// The test results, of a program that prints KTAP.
    pub ktap: Option<Document>,
    /// The lines of the log from its beginning to its end, or to the guest's.
    pub lines: Option<(usize, usize)>,
    /// The last lines that it printed.
    pub tail: Vec<String>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// As it should be.
    Passed,
    /// Exit status 4, or a plan that skips everything.
    Skipped {
        /// May be empty.
        reason: String,
    },
    /// Anything else.
    Failed(StepFailure),
    /// The guest ended before, or a module did not load.
    NotRun,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepFailure {
    /// It ended with another exit status than 0.
    Status(u8),
    /// A signal killed it.
    Signal(u8),
    /// It took too long and was killed.
    Expired,
    /// Some of its tests failed, or its results contradict the form.
    Tests,
    /// It ended by itself without a single line of results.
    NoResults,
    /// The guest ended while it ran.
    GuestEnded,
}

impl fmt::Display for StepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "ended with status {status}"),
            Self::Signal(signal) => write!(f, "was killed by {}", signal_name(*signal)),
            Self::Expired => f.write_str("took too long and was killed"),
            Self::Tests => f.write_str("its tests failed"),
            Self::NoResults => f.write_str("ended without any test result"),
            Self::GuestEnded => f.write_str("the guest ended while it ran"),
        }
    }
}

fn signal_name(signal: u8) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        31 => "SIGSYS",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// How a guest ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It did all its steps, as far as they could be done.
    Finished,
    /// It stopped by itself, or something stopped it.
    Died {
        /// qemu's exit status or signal.
        status: String,
        /// What qemu said.
        words: String,
    },
    /// User space was not reached in time.
    BootLimit,
    /// A step took too long, and the guest could not kill it.
    StepLimit {
        /// The step.
        index: usize,
    },
    /// Between two steps, or after the last one, nothing happened.
    Stuck,
    /// All together took too long.
    TimeLimit,
    /// It printed more than a log may hold.
    TooMuchOutput,
    /// The user stopped it.
    Interrupted,
}

/// The run in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything passed, apart from tests that were skipped or failed as expected.
    Passed,
    /// Nothing failed, and every test program was skipped.
    Skipped,
    /// Something failed.
    Failed,
}

impl Verdict {
    /// 0, 4 (as the kernel's own tests have it), or 1.
    pub fn exit_code(self) -> i32 {
        match self {
            Self::Passed => 0,
            Self::Skipped => 4,
            Self::Failed => 1,
        }
    }
}

impl StepOutcome {
    /// The outcome of loading or unloading a module. busybox's status is the error number.
    pub(crate) fn of_module(status: u8) -> Self {
        match status {
            0 => Self::Passed,
            // Killed by an oops, for one: these are no error numbers of loading.
            137 | 139 => Self::Failed(StepFailure::Signal(status - 128)),
            _ => Self::Failed(StepFailure::Status(status)),
        }
    }

    /// The outcome of a program that ended, by its status as the shell gives it.
    pub(crate) fn of_status(status: u8) -> Self {
        match status {
            0 => Self::Passed,
            4 => Self::Skipped { reason: String::new() },
            // The shell's way to tell a signal.
            129..=192 => Self::Failed(StepFailure::Signal(status - 128)),
            _ => Self::Failed(StepFailure::Status(status)),
        }
    }

    /// The outcome of a program that prints KTAP.
    pub(crate) fn of_tests(status: u8, document: &Document) -> Self {
        let by_status = Self::of_status(status);
        if document.is_empty() {
            return match by_status {
                Self::Passed => Self::Failed(StepFailure::NoResults),
                other => other,
            };
        }
        match by_status {
            Self::Failed(StepFailure::Signal(_)) => by_status,
            _ if !document.is_success() => Self::Failed(StepFailure::Tests),
            Self::Passed | Self::Skipped { .. } => match document.skipped() {
                Some(reason) => Self::Skipped { reason: reason.to_owned() },
                None => by_status,
            },
            other => other,
        }
    }
}

impl Report {
    /// The run in a word.
    pub fn verdict(&self) -> Verdict {
        if !self.failures().is_empty() {
            return Verdict::Failed;
        }
        let is_skipped = |step: &StepReport| matches!(step.outcome, StepOutcome::Skipped { .. });
        let mut tests = self.steps.iter().filter(|step| step.ktap.is_some()).peekable();
        if tests.peek().is_some() && tests.all(is_skipped) {
            return Verdict::Skipped;
        }
        Verdict::Passed
    }
}
