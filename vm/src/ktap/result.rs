//! What a test program said.

use std::fmt;

/// The results of one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The version line, if there was one.
    pub version: Option<Version>,
    /// The plan, if there was one.
    pub plan: Option<Plan>,
    /// The tests, in the order of their result lines.
    pub tests: Vec<Test>,
    /// Lines behind the last result that belong to no test.
    pub diagnostics: Vec<String>,
    /// What contradicts the form.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Whether the program said anything in this form.
    pub fn is_empty(&self) -> bool {
        self.version.is_none() && self.plan.is_none() && self.tests.is_empty()
    }

    /// Whether every test passed, was skipped or failed as expected, and the form was kept.
    pub fn is_success(&self) -> bool {
        self.problems.is_empty() && self.counts().failed == 0
    }

    /// Why all of the program was skipped, if its plan says so.
    pub fn skipped(&self) -> Option<&str> {
        self.plan.as_ref()?.skipped.as_deref()
    }

    /// How many tests had which outcome. Of a test with subtests, those count.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.each_leaf(&mut |_, test| counts.add(&test.outcome));
        counts
    }

    /// Calls `visit` for each test without subtests, with the names of those above it; for a test
    /// that failed though none of its subtests did, too.
    pub fn each_leaf<'d>(&'d self, visit: &mut dyn FnMut(&[&'d str], &'d Test)) {
        let mut above = Vec::new();
        for test in &self.tests {
            test.each_leaf(&mut above, visit);
        }
    }
}

/// How many tests had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
    /// Failed, as is known.
    pub expected_failures: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Skipped { .. } => self.skipped += 1,
            Outcome::ExpectedFailure { .. } => self.expected_failures += 1,
        }
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.skipped + self.expected_failures
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        if self.expected_failures > 0 {
            write!(f, ", {} failed as expected", self.expected_failures)?;
        }
        Ok(())
    }
}

/// The first line of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `KTAP version N`
    Ktap(u32),
    /// `TAP version N`
    Tap(u32),
}

/// `1..N`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How many results follow, without those of subtests.
    pub count: u64,
    /// Why none follows: `1..0 # SKIP reason`.
    pub skipped: Option<String>,
}

/// One test with a result line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// As the result line numbers it.
    pub number: u64,
    /// As the result line describes it; may be empty.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Lines in front of the result that are neither results nor subtests.
    pub diagnostics: Vec<String>,
    /// The tests inside it.
    pub subtests: Vec<Test>,
    /// The number of the result line.
    pub line: usize,
}

impl Test {
    /// Its name, or its number where it has none.
    pub fn label(&self) -> String {
        if self.name.is_empty() { format!("test {}", self.number) } else { self.name.clone() }
    }

    fn each_leaf<'d>(
        &'d self,
        above: &mut Vec<&'d str>,
        visit: &mut dyn FnMut(&[&'d str], &'d Self),
    ) {
        let is_failed = |test: &Self| matches!(test.outcome, Outcome::Failed { .. });
        let fails_by_itself = is_failed(self) && !self.subtests.iter().any(is_failed);
        if self.subtests.is_empty() || fails_by_itself {
            visit(above, self);
        }
        above.push(&self.name);
        for test in &self.subtests {
            test.each_leaf(above, visit);
        }
        above.pop();
    }
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `ok`
    Passed,
    /// `not ok`, or the directive `TIMEOUT` or `ERROR`.
    Failed {
        /// Behind the directive; may be empty.
        reason: String,
    },
    /// `# SKIP`
    Skipped {
        /// Behind the directive; may be empty.
        reason: String,
    },
    /// `# XFAIL` or `# TODO`
    ExpectedFailure {
        /// Behind the directive; may be empty.
        reason: String,
    },
}

/// What contradicts the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, or the last line where something is missing at the end.
    pub line: usize,
    /// What.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

/// How the form can be contradicted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Results without a version line in front.
    NoVersion,
    /// Results without a plan.
    NoPlan,
    /// Another plan for the same tests.
    SecondPlan,
    /// More or fewer results than planned.
    PlanNotKept {
        /// `1..N`
        planned: u64,
        /// Result lines.
        found: u64,
    },
    /// Numbers do not count up from 1.
    OutOfTurn {
        /// The number whose turn it was.
        expected: u64,
        /// The line's.
        found: u64,
    },
    /// Subtests without the result of the test that holds them.
    NoParent {
        /// What `# Subtest:` named it.
        name: Option<String>,
    },
    /// A test that passed while one of its subtests failed.
    Contradiction {
        /// The test.
        name: String,
    },
    /// `Bail out!`
    BailOut {
        /// Behind it.
        reason: String,
    },
    /// Subtests nested so deeply that they are not read.
    TooDeep,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVersion => f.write_str("there is no line `KTAP version 1` before the results"),
            Self::NoPlan => f.write_str("there is no plan `1..N`, so lost tests go unnoticed"),
            Self::SecondPlan => f.write_str("there is a second plan for the same tests"),
            Self::PlanNotKept { planned, found } => {
                write!(f, "{planned} tests were planned and {found} have a result")
            }
            Self::OutOfTurn { expected, found } => {
                write!(f, "the result has number {found} where {expected} is next")
            }
            Self::NoParent { name: Some(name) } => {
                write!(f, "the subtests of {name} are not followed by its own result")
            }
            Self::NoParent { name: None } => {
                f.write_str("subtests are not followed by the result of their test")
            }
            Self::Contradiction { name } => {
                write!(f, "{name} is reported as passed and one of its subtests failed")
            }
            Self::BailOut { reason } if reason.is_empty() => f.write_str("the program gave up"),
            Self::BailOut { reason } => write!(f, "the program gave up: {reason}"),
            Self::TooDeep => f.write_str("subtests are nested too deeply to be read"),
        }
    }
}
