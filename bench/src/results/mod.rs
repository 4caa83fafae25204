//! What came of a run: the types behind the JSON, of which `schema/bench.schema.json` is the
//! published form.

mod estimate;
mod summary;

use std::collections::BTreeMap;

use ioctlkit_report::escaped_json::write_compact;
use serde::{Deserialize, Serialize};

pub use estimate::{Estimate, SHARE, difference, median};
pub use summary::Summary;

use crate::Error;
use crate::case;
use crate::measure::{Histogram, Measurement};
use crate::sys::hypervisor;

/// The version of this form.
pub const VERSION: u32 = 1;

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of this form, 1.
    pub version: u32,
    /// The program and its version.
    pub tool: String,
    /// `native` or `guest`.
    pub suite: String,
    /// The named experiment, if it was one.
    pub preset: Option<String>,
    /// Whether it was to be a first look only.
    pub quick: bool,
    /// Whether the program was built with optimisation.
    pub optimised: bool,
    /// What the order of the measurements was drawn with.
    pub seed: u64,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Whether it was stopped before its end; what was measured until then is there.
    pub interrupted: bool,
    /// How often every case was measured, each time by a new process.
    pub rounds: u32,
    /// Where it ran.
    pub machine: Machine,
    /// What was measured, and what was not.
    pub cases: Vec<CaseResult>,
}

/// Where a run took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `uname -r`.
    pub kernel: String,
    /// `uname -m`.
    pub architecture: String,
    /// Of the kernel's configuration: SHA-256 over its sorted `CONFIG_…=` lines; absent where the
    /// configuration cannot be read.
    pub config_sha256: Option<String>,
    /// What the kernel runs on: `none` for hardware, or the hypervisor, as the processor tells it.
    pub accelerator: String,
    /// The processor's name.
    pub processor: String,
    /// How many of them this process may use.
    pub processors: usize,
    /// `current_clocksource`.
    pub clock_source: Option<String>,
    /// The clock's stated resolution, in nanoseconds.
    pub clock_resolution_ns: u64,
    /// `scaling_governor`, where there is one.
    pub governor: Option<String>,
    /// The files of `/sys/devices/system/cpu/vulnerabilities`.
    pub mitigations: BTreeMap<String, String>,
    /// The load average over a minute, in hundredths, when the run began.
    pub load_hundredths: Option<u32>,
    /// The effective user is root.
    pub root: bool,
}

/// A case, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The mechanism's name.
    pub mechanism: String,
    /// The variant's; empty for the only one.
    pub variant: String,
    /// The payload's bytes.
    pub size: usize,
    /// What it is compared with: `floor`, `call-and-return`, `one-way`, `peer-round-trip`.
    pub class: String,
    /// What one call does.
    pub what: String,
    /// The mechanism whose time is to be subtracted.
    pub trigger: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran.
    Measured(Measured),
    /// It cannot run here.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It ran and went wrong. What was measured before is not to be believed and is not here.
    Failed {
        /// How.
        reason: String,
    },
    /// The run was stopped before its turn.
    NotReached,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The messages of one call; every time below is a call's.
    pub operations: u32,
    /// A process each.
    pub restarts: Vec<Restart>,
    /// The times of all calls of all restarts: nanoseconds, to three digits, and how many.
    pub histogram: Vec<(u64, u64)>,
}

/// What one process measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// The median over the batches of a batch's mean time per call, in nanoseconds.
    pub batch_ns: f64,
    /// The mean time of a call over all batches, in nanoseconds.
    pub mean_ns: f64,
    /// The median call.
    pub p50_ns: u64,
    /// One in ten is longer.
    pub p90_ns: u64,
    /// One in a hundred is longer.
    pub p99_ns: u64,
    /// One in a thousand is longer.
    pub p999_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// The calls that were timed one by one.
    pub calls: u64,
    /// The records that were lost, of all timed calls.
    pub lost: u64,
    /// The calls of the warm-up.
    pub warm_up_calls: u64,
    /// Whether the median had settled by then.
    pub warm: bool,
    /// Whether the process's memory was locked.
    pub locked: bool,
}

/// What a measuring process prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// What it measured.
    Measured {
        /// The messages of a call.
        operations: u32,
        /// The figures.
        restart: Restart,
        /// The times of its calls.
        histogram: Vec<(u64, u64)>,
    },
    /// What went wrong.
    Failed(String),
}

impl Restart {
    /// The figures of a measurement.
    pub fn new(measurement: &Measurement, locked: bool) -> Self {
        let quantiles = measurement.histogram.quantiles();
        Self {
            batch_ns: measurement.batches.median_ns,
            mean_ns: measurement.batches.mean_ns,
            p50_ns: quantiles.p50,
            p90_ns: quantiles.p90,
            p99_ns: quantiles.p99,
            p999_ns: quantiles.p999,
            max_ns: quantiles.max,
            calls: measurement.histogram.calls(),
            lost: measurement.lost,
            warm_up_calls: measurement.warm_up.calls,
            warm: measurement.warm_up.stable,
            locked,
        }
    }
}

impl Measured {
    /// Nothing yet.
    pub fn new(operations: u32) -> Self {
        Self { operations: operations.max(1), restarts: Vec::new(), histogram: Vec::new() }
    }

    /// One restart more.
    pub fn add(&mut self, restart: Restart, histogram: &[(u64, u64)]) {
        let mut all = Histogram::from_buckets(&self.histogram);
        all.add(&Histogram::from_buckets(histogram));
        self.histogram = all.buckets();
        self.restarts.push(restart);
    }

    /// The summary of all restarts, per message.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }
}

impl CaseResult {
    /// The mechanism and its variant.
    pub fn path(&self) -> String {
        case::path(&self.mechanism, &self.variant)
    }

    /// What was measured.
    pub fn measured(&self) -> Option<&Measured> {
        match &self.outcome {
            Outcome::Measured(measured) => Some(measured),
            _ => None,
        }
    }
}

impl Machine {
    /// Whether the kernel runs in an emulator.
    pub fn is_emulated(&self) -> bool {
        self.accelerator.starts_with(hypervisor::EMULATION)
    }
}

impl Results {
    /// What was measured for a mechanism, variant and size.
    pub fn measured(&self, path: &str, size: usize) -> Option<&Measured> {
        let case = self.cases.iter().find(|case| case.path() == path && case.size == size)?;
        case.measured()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`Error::File`] if it is no such text, or of another version.
    pub fn from_json(text: &str, path: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error::File { path: path.to_owned(), why };
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| wrong(format!("no JSON: {error}")))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(wrong(format!(
                    "version {version} of the results; this program knows 1"
                )));
            }
            None => return Err(wrong("no results of ioctl-bench: it has no version".to_owned())),
        }
        serde_json::from_value(value)
            .map_err(|error| wrong(format!("no results of ioctl-bench: {error}")))
    }

    /// As JSON on one line, in which what nobody sees is escaped.
    ///
    /// # Errors
    /// Never for what this program makes: a number that JSON does not have.
    pub fn to_json(&self) -> Result<String, Error> {
        let mut text = Vec::new();
        write_compact(self, &mut text).map_err(|error| Error::Unexpected(error.to_string()))?;
        text.push(b'\n');
        String::from_utf8(text).map_err(|error| Error::Unexpected(error.to_string()))
    }
}
