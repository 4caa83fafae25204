//! Results as one KTAP document, while they come: a test per kernel, in it one per step and one for
//! what the kernel itself reported, in those the tests of the programs as they printed them.
//!
//! The form is in the kernel's `Documentation/dev-tools/ktap.rst`.

use std::io::{self, Write};

use ioctlkit_vm::{Action, Ending, Event, Output, Report, Script, StepOutcome, Verdict};

/// The name of the test of what the kernel reports.
const KERNEL_LOG: &str = "the kernel reports no defect";

/// Writes the results of a run.
#[derive(Debug)]
pub struct Ktap<W> {
    out: W,
    error: Option<io::Error>,
    /// How many kernels have a result.
    kernels: usize,
    /// Of each step, whether it prints results of its own.
    steps: Vec<bool>,
    /// How many steps have a result.
    ended: usize,
    /// The name of the step whose version line has not come yet.
    subtest: Option<String>,
}

impl<W: Write> Ktap<W> {
    /// Results that go to a stream.
    pub fn new(out: W) -> Self {
        Self { out, error: None, kernels: 0, steps: Vec::new(), ended: 0, subtest: None }
    }

    /// The head, for that many kernels.
    pub fn begin(&mut self, kernels: usize) {
        self.line(0, "KTAP version 1");
        self.line(0, &format!("1..{kernels}"));
    }

    /// A guest is about to start.
    pub fn kernel_begins(&mut self, name: &str, script: &Script) {
        let is_test = |action: &Action| matches!(action, Action::Run { output: Output::Ktap, .. });
        self.steps = script.steps.iter().map(|step| is_test(&step.action)).collect();
        self.ended = 0;
        self.line(1, "KTAP version 1");
        self.line(1, &format!("# Subtest: {name}"));
        self.line(1, &format!("1..{}", self.steps.len() + 1));
    }

    /// Something happened in the guest.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::StepBegan { index, name } => {
                let is_test = self.steps.get(*index).is_some_and(|&is_test| is_test);
                self.subtest = is_test.then(|| (*name).to_owned());
            }
            Event::OutputLine(line) => self.output(line),
            Event::StepEnded { name, outcome, .. } => self.step(name, outcome),
            _ => {}
        }
    }

    /// The guest has ended.
    pub fn kernel_ends(&mut self, name: &str, report: &Report) {
        for step in report.steps.iter().skip(self.ended) {
            self.step(&step.name, &step.outcome);
        }
        for trouble in &report.troubles {
            self.line(1, &format!("# {}: {}", trouble.kind, trouble.message));
            for line in &trouble.excerpt {
                self.line(1, &format!("# {line}"));
            }
        }
        let is_in_order = report.troubles.is_empty() && report.ending == Ending::Finished;
        if !is_in_order && report.troubles.is_empty() {
            let last = report.failures().pop();
            self.line(1, &format!("# {}", last.map(|last| last.message).unwrap_or_default()));
        }
        let number = self.steps.len() + 1;
        self.line(1, &format!("{} {number} {KERNEL_LOG}", word(is_in_order)));
        self.kernels += 1;
        let number = self.kernels;
        match report.verdict() {
            Verdict::Passed => self.line(0, &format!("ok {number} {name}")),
            Verdict::Skipped => self.line(0, &format!("ok {number} {name} # SKIP")),
            Verdict::Failed => self.line(0, &format!("not ok {number} {name}")),
        }
    }

    /// There is no guest.
    pub fn kernel_cannot_run(&mut self, name: &str, why: &str) {
        why.lines().for_each(|line| self.line(0, &format!("# {line}")));
        self.kernels += 1;
        let number = self.kernels;
        self.line(0, &format!("not ok {number} {name}"));
    }

    /// Gives the stream back.
    ///
    /// # Errors
    /// The first that the stream had. A reader that has gone (`| head`) is none.
    pub fn finish(mut self) -> io::Result<W> {
        match self.error.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(self.out),
        }
    }

    /// A line that a step printed.
    fn output(&mut self, line: &str) {
        match self.steps.get(self.ended) {
            Some(true) => {
                self.line(2, line);
                let is_version = ["KTAP version ", "TAP version "];
                if is_version.iter().any(|words| line.starts_with(words))
                    && let Some(name) = self.subtest.take()
                {
                    self.line(2, &format!("# Subtest: {name}"));
                }
            }
            Some(false) => self.line(1, &format!("# {line}")),
            None => {}
        }
    }

    fn step(&mut self, name: &str, outcome: &StepOutcome) {
        self.ended += 1;
        let number = self.ended;
        match outcome {
            StepOutcome::Passed => self.line(1, &format!("ok {number} {name}")),
            StepOutcome::Skipped { reason } => {
                self.line(1, format!("ok {number} {name} # SKIP {reason}").trim_end());
            }
            StepOutcome::NotRun => {
                self.line(1, &format!("ok {number} {name} # SKIP the guest had ended"));
            }
            StepOutcome::Failed(failure) => {
                self.line(1, &format!("# {failure}"));
                self.line(1, &format!("not ok {number} {name}"));
            }
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        if self.error.is_none() {
            self.error = writeln!(self.out, "{:indent$}{text}", "", indent = 2 * depth).err();
        }
    }
}

fn word(is_ok: bool) -> &'static str {
    if is_ok { "ok" } else { "not ok" }
}
