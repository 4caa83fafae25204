//! Puts lines together: which results are whose subtests, and whether plans were kept.

use super::line::{Line, classify};
use super::result::{Document, Outcome, Plan, Problem, ProblemKind, Test, Version};

/// Nobody nests as deeply; what does is no result of a test.
const DEEPEST: usize = 32;
/// The most lines that are kept in front of one result. The log has all of them.
const MOST_DIAGNOSTICS: usize = 200;

/// Reads results line by line.
#[derive(Debug)]
pub struct Parser {
    /// The open levels, each indented further than the one before. Never empty.
    outer: Vec<Level>,
    inner: Level,
    problems: Vec<Problem>,
    last_line: usize,
}

/// A result that has just been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// 0 for the program's own tests, 1 for their subtests, ...
    pub depth: usize,
    /// The test's name, or its number.
    pub label: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// The tests of one indentation, up to the result of the test that holds them.
#[derive(Debug, Default)]
struct Level {
    /// Spaces.
    indent: usize,
    version: Option<Version>,
    plan: Option<Plan>,
    tests: Vec<Test>,
    /// Since the last result.
    diagnostics: Vec<String>,
    /// The name of the test that holds these, if a line told it.
    holder: Option<String>,
    /// Subtests whose test has no result yet.
    closed: Option<Box<Level>>,
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser that has read nothing.
    pub fn new() -> Self {
        Self { outer: Vec::new(), inner: Level::default(), problems: Vec::new(), last_line: 0 }
    }

    /// Reads a line, and says if it was a result. `number` is the line's, for the reports.
    pub fn line(&mut self, number: usize, line: &str) -> Option<Finished> {
        self.last_line = number;
        let (indent, line) = classify(line);
        match line {
            Line::Empty => {}
            Line::Text(text) => self.inner.note(text),
            Line::BailOut(reason) => self.problem(ProblemKind::BailOut { reason: reason.into() }),
            Line::Version(version) => {
                self.enter_or_restart(indent);
                self.inner.version.get_or_insert(version);
            }
            Line::Subtest(name) => {
                if self.enter(indent) {
                    self.inner.holder = Some(name.to_owned());
                }
            }
            Line::Plan(plan) => {
                if self.enter(indent) {
                    self.plan(plan);
                }
            }
            Line::Result { number: in_turn, name, outcome } => {
                if self.enter(indent) {
                    return Some(self.result(number, in_turn, name, outcome));
                }
            }
        }
        None
    }

    /// Ends the reading and checks what was promised.
    pub fn finish(mut self) -> Document {
        while self.leave() {}
        let mut level = std::mem::take(&mut self.inner);
        self.settle(&mut level);
        if level.version.is_none() && (level.plan.is_some() || !level.tests.is_empty()) {
            self.problem(ProblemKind::NoVersion);
        }
        Document {
            version: level.version,
            plan: level.plan,
            tests: level.tests,
            diagnostics: level.diagnostics,
            problems: self.problems,
        }
    }

    /// Makes the level of that indentation the innermost one. Says whether it could.
    fn enter(&mut self, indent: usize) -> bool {
        while self.inner.indent > indent && self.leave() {}
        if self.inner.indent < indent {
            if self.outer.len() >= DEEPEST {
                let told = self.problems.iter().any(|p| p.kind == ProblemKind::TooDeep);
                if !told {
                    self.problem(ProblemKind::TooDeep);
                }
                return false;
            }
            self.claim_nothing();
            let level = Level { indent, ..Level::default() };
            self.outer.push(std::mem::replace(&mut self.inner, level));
        }
        true
    }

    /// A version line: of a new level, or of new subtests at the indentation of ones whose test
    /// has no result.
    fn enter_or_restart(&mut self, indent: usize) {
        if self.enter(indent) && !self.inner.is_new() && !self.outer.is_empty() {
            self.leave();
            self.enter(indent);
        }
    }

    /// Closes the innermost level, and keeps it for the result of its test.
    fn leave(&mut self) -> bool {
        let Some(outer) = self.outer.pop() else {
            return false;
        };
        let mut level = std::mem::replace(&mut self.inner, outer);
        self.settle(&mut level);
        self.claim_nothing();
        self.inner.closed = Some(Box::new(level));
        true
    }

    /// Subtests that wait for a result do not get one.
    fn claim_nothing(&mut self) {
        if let Some(lost) = self.inner.closed.take() {
            let name = lost.holder.clone();
            self.inner.adopt(*lost);
            self.problem(ProblemKind::NoParent { name });
        }
    }

    /// What has to be true of a level at its end.
    fn settle(&mut self, level: &mut Level) {
        if let Some(lost) = level.closed.take() {
            let name = lost.holder.clone();
            level.adopt(*lost);
            self.problem(ProblemKind::NoParent { name });
        }
        let found = level.tests.len() as u64;
        match &level.plan {
            Some(plan) if plan.count != found => {
                self.problem(ProblemKind::PlanNotKept { planned: plan.count, found });
            }
            None if found > 0 || level.version.is_some() => self.problem(ProblemKind::NoPlan),
            Some(_) | None => {}
        }
    }

    fn plan(&mut self, plan: Plan) {
        if self.inner.plan.is_some() {
            self.problem(ProblemKind::SecondPlan);
        } else {
            self.inner.plan = Some(plan);
        }
    }

    fn result(&mut self, line: usize, number: u64, name: String, outcome: Outcome) -> Finished {
        let expected = self.inner.tests.len() as u64 + 1;
        if number != expected {
            self.problem(ProblemKind::OutOfTurn { expected, found: number });
        }
        let mut diagnostics = std::mem::take(&mut self.inner.diagnostics);
        let mut subtests = Vec::new();
        if let Some(closed) = self.inner.closed.take() {
            diagnostics.extend(closed.diagnostics);
            subtests = closed.tests;
        }
        let test = Test { number, name, outcome, diagnostics, subtests, line };
        let fails = |test: &Test| matches!(test.outcome, Outcome::Failed { .. });
        if test.outcome == Outcome::Passed && test.subtests.iter().any(fails) {
            self.problem(ProblemKind::Contradiction { name: test.label() });
        }
        let depth = self.outer.len();
        let finished = Finished { depth, label: test.label(), outcome: test.outcome.clone() };
        self.inner.tests.push(test);
        finished
    }

    fn problem(&mut self, kind: ProblemKind) {
        self.problems.push(Problem { line: self.last_line, kind });
    }
}

impl Level {
    fn is_new(&self) -> bool {
        self.version.is_none() && self.plan.is_none() && self.tests.is_empty()
    }

    fn note(&mut self, text: &str) {
        if self.diagnostics.len() < MOST_DIAGNOSTICS {
            self.diagnostics.push(text.to_owned());
        }
    }

    /// Keeps the results of subtests whose test has none, so that none of them is lost.
    fn adopt(&mut self, lost: Self) {
        let name = lost.holder.unwrap_or_default();
        let outcome = Outcome::Failed { reason: "it has no result of its own".to_owned() };
        let number = self.tests.len() as u64 + 1;
        let line = lost.tests.last().map_or(0, |test| test.line);
        let diagnostics = lost.diagnostics;
        let subtests = lost.tests;
        self.tests.push(Test { number, name, outcome, diagnostics, subtests, line });
    }
}
