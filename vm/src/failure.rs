//! Why a run failed, one by one, each with its place in the log.

use std::fmt;

use crate::ktap::{Document, Outcome, Test};
use crate::report::{Ending, Report, StepFailure, StepOutcome, StepReport};

/// One reason why a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step's name, if it was during one.
    pub step: Option<String>,
    /// What failed, in a sentence.
    pub message: String,
    /// The line of the log, counted from 1.
    pub line: Option<usize>,
    /// What the log says there.
    pub excerpt: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = &self.step {
            write!(f, "{step}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(line) = self.line {
            write!(f, " (line {line} of the log)")?;
        }
        Ok(())
    }
}

impl Report {
    /// Every reason why the run failed: what the kernel reported, what the steps and tests said,
    /// how the guest ended. Empty for a run that did not fail.
    pub fn failures(&self) -> Vec<Failure> {
        let mut failures: Vec<Failure> = Vec::new();
        for trouble in &self.troubles {
            let step = trouble.step.and_then(|index| self.steps.get(index));
            failures.push(Failure {
                step: step.map(|step| step.name.clone()),
                message: format!("{}: {}", trouble.kind, trouble.message),
                line: Some(trouble.line),
                excerpt: trouble.excerpt.clone(),
            });
        }
        for step in &self.steps {
            step.failures(&mut failures);
        }
        failures.extend(self.ending_failure());
        failures
    }

    fn ending_failure(&self) -> Option<Failure> {
        let died_of_trouble = !self.troubles.is_empty();
        let message = match &self.ending {
            Ending::Finished => return None,
            // The report of a panic says it all.
            Ending::Died { .. } if died_of_trouble => return None,
            Ending::Died { status, words } if words.is_empty() => {
                format!("the guest ended before its steps did ({status})")
            }
            Ending::Died { status, words } => {
                format!("the guest ended before its steps did ({status}): {words}")
            }
            Ending::BootLimit => "the guest did not reach user space in time".to_owned(),
            Ending::StepLimit { .. } => {
                "the step took too long and the guest could not kill it: the kernel hangs, or a \
                 system call that no signal interrupts"
                    .to_owned()
            }
            Ending::Stuck => "the guest hangs between its steps".to_owned(),
            Ending::TimeLimit => "the run took too long and was ended".to_owned(),
            Ending::TooMuchOutput => "the guest printed more than a log may hold".to_owned(),
            Ending::Interrupted => "interrupted".to_owned(),
        };
        let step = self
            .steps
            .iter()
            .find(|step| matches!(step.outcome, StepOutcome::Failed(StepFailure::GuestEnded)));
        let last = step.and_then(|step| step.lines).map(|(_, last)| last);
        Some(Failure {
            step: step.map(|step| step.name.clone()),
            message,
            line: last,
            excerpt: step.map(|step| step.tail.clone()).unwrap_or_default(),
        })
    }
}

impl StepReport {
    fn failures(&self, failures: &mut Vec<Failure>) {
        let StepOutcome::Failed(failure) = &self.outcome else {
            return;
        };
        let before = failures.len();
        if let Some(document) = &self.ktap {
            self.test_failures(document, failures);
        }
        match failure {
            // The tests themselves, or the guest's ending, are the failures.
            StepFailure::Tests if failures.len() > before => return,
            StepFailure::GuestEnded => return,
            _ => {}
        }
        failures.push(Failure {
            step: Some(self.name.clone()),
            message: failure.to_string(),
            line: self.lines.map(|(_, last)| last),
            excerpt: self.tail.clone(),
        });
    }

    fn test_failures(&self, document: &Document, failures: &mut Vec<Failure>) {
        let failure = |message, line, excerpt| Failure {
            step: Some(self.name.clone()),
            message,
            line: Some(line),
            excerpt,
        };
        document.each_leaf(&mut |above, test: &Test| {
            if let Outcome::Failed { reason } = &test.outcome {
                let label = test.label();
                let above = above.iter().copied().filter(|name| !name.is_empty());
                let path: Vec<&str> = above.chain([label.as_str()]).collect();
                let mut message = format!("test `{}` failed", path.join(" > "));
                if !reason.is_empty() {
                    message = format!("{message}: {reason}");
                }
                failures.push(failure(message, test.line, test.diagnostics.clone()));
            }
        });
        for problem in &document.problems {
            failures.push(failure(problem.to_string(), problem.line, Vec::new()));
        }
    }
}
