//! Why a run could not do its work, in the same style as findings.

use std::io;
use std::path::Path;

use ioctl_lint::baseline::BaselineError;
use ioctl_lint::config::ConfigError;
use ioctl_lint::files;
use ioctl_lint::registry::UnknownRule;
use ioctlkit_model::{Problem, ProblemKind, Report, SourceMap};
use ioctlkit_report::full;

use super::Outcome;
use super::terminal::Terminal;
use ioctlkit_report::visible::ShownPath as _;

/// What went wrong, with the text that it went wrong in.
#[derive(Debug, Default)]
pub(super) struct Failure {
    problems: Vec<Problem>,
    sources: SourceMap,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        let problem = Problem {
            kind: ProblemKind::Failure,
            path: None,
            span: None,
            message: message.into(),
            help: None,
        };
        Self { problems: vec![problem], sources: SourceMap::default() }
    }

    pub(super) fn of_problems(problems: Vec<Problem>, sources: SourceMap) -> Self {
        Self { problems, sources }
    }

    /// The same with what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            problem.help = Some(help.into());
        }
        self
    }

    pub(super) fn of_io(what: &str, error: &io::Error) -> Self {
        Self::new(format!("{what}: {}", files::describe(error)))
    }

    pub(super) fn of_file(file: &Path, error: &io::Error) -> Self {
        Self::of_io(&format!("cannot write {}", file.shown()), error)
    }

    /// What went wrong, with places in these texts.
    pub(super) fn into_problems(self) -> (Vec<Problem>, SourceMap) {
        (self.problems, self.sources)
    }

    /// Tells it on standard error.
    pub(super) fn report(self, terminal: &Terminal) -> Outcome {
        say_problems(self.problems, &self.sources, terminal);
        Outcome::Failed
    }
}

/// Tells problems on standard error.
pub(super) fn say_problems(problems: Vec<Problem>, sources: &SourceMap, terminal: &Terminal) {
    let report = Report { problems, ..Report::default() };
    terminal.say(|out, style| full::render(&report, sources, style, out));
}

/// Tells on standard error what fails the run; what is merely incomplete is left to `check`.
pub(super) fn say_failures(problems: Vec<Problem>, sources: &SourceMap, terminal: &Terminal) {
    let failures = problems.into_iter().filter(|problem| problem.kind == ProblemKind::Failure);
    say_problems(failures.collect(), sources, terminal);
}

/// What problems with the input mean for the run.
pub(super) fn outcome_of(problems: &[Problem]) -> Outcome {
    if problems.iter().any(|problem| problem.kind == ProblemKind::Failure) {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

impl From<UnknownRule> for Failure {
    fn from(unknown: UnknownRule) -> Self {
        Self::new(unknown.message()).help(unknown.help())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        vec![error].into()
    }
}

impl From<Vec<ConfigError>> for Failure {
    fn from(errors: Vec<ConfigError>) -> Self {
        let mut sources = SourceMap::default();
        let problems = errors.into_iter().map(|error| error.into_problem(&mut sources)).collect();
        Self { problems, sources }
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        Self::new(format!("cannot use the baseline {}: {}", error.path.shown(), error.message))
            .help("`--write-baseline FILE` writes one")
    }
}
