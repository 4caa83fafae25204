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
    /// Whether the step has printed results.
    has_results: bool,
}

impl<W: Write> Ktap<W> {
    /// Results that go to a stream.
    pub fn new(out: W) -> Self {
        let steps = Vec::new();
        Self { out, error: None, kernels: 0, steps, ended: 0, subtest: None, has_results: false }
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
                self.has_results = false;
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
            // A plan behind the results is TAP, but no KTAP: the kernel's own parser reads on
            // without end.
            Some(true) if self.has_results && line.starts_with("1..") => {
                self.line(2, &format!("# {line}"));
            }
            Some(true) => {
                self.line(2, line);
                self.has_results |= line.starts_with("ok ") || line.starts_with("not ok ");
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

#[cfg(test)]
mod tests {
    use ioctlkit_vm::{Step, StepFailure};

    use super::*;

    #[test]
    fn what_programs_print_becomes_subtests_of_their_steps() {
        let script = Script::new().then(Step::load("a.ko")).then(Step::test("a_test"));
        let mut ktap = Ktap::new(Vec::new());
        ktap.begin(2);
        ktap.kernel_begins("6.12", &script);
        let began = |index, name| Event::StepBegan { index, name };
        let passed = StepOutcome::Passed;
        let failed = StepOutcome::Failed(StepFailure::Tests);
        for event in [
            began(0, "load a.ko"),
            Event::OutputLine("insmod: a word"),
            Event::StepEnded { index: 0, name: "load a.ko", outcome: &passed },
            Event::KernelLine("[    0.1] a: loaded"),
            began(1, "a_test"),
            Event::OutputLine("KTAP version 1"),
            Event::OutputLine("not ok 1 one"),
            Event::OutputLine("1..1"),
            Event::StepEnded { index: 1, name: "a_test", outcome: &failed },
        ] {
            ktap.event(&event);
        }
        ktap.kernel_cannot_run("6.1", "no kernel\nat all");
        let text = String::from_utf8(ktap.finish().unwrap()).unwrap();
        let expected = "\
KTAP version 1
1..2
  KTAP version 1
  # Subtest: 6.12
  1..3
  # insmod: a word
  ok 1 load a.ko
    KTAP version 1
    # Subtest: a_test
    not ok 1 one
    # 1..1
  # its tests failed
  not ok 2 a_test
# no kernel
# at all
not ok 1 6.1
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
        struct Broken(io::ErrorKind);
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let finished = |kind| {
            let mut ktap = Ktap::new(Broken(kind));
            ktap.begin(1);
            ktap.finish().is_ok()
        };
        assert!(finished(io::ErrorKind::BrokenPipe));
        assert!(!finished(io::ErrorKind::StorageFull));
    }
}
