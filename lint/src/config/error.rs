//! What is wrong with a configuration.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_model::{Problem, ProblemKind, SourceMap, Span};
use ioctlkit_report::visible::ShownPath as _;
use ioctlkit_sources::reading::ReadError;

use crate::suggest::did_you_mean;

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: PathBuf,
    message: String,
    help: Option<String>,
    place: Option<(Arc<str>, Range<usize>)>,
}

impl ConfigError {
    pub(super) fn at(
        file: &Path,
        text: Arc<str>,
        range: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> Self {
        Self { file: file.to_owned(), message, help, place: Some((text, range)) }
    }

    pub(super) fn unreadable(file: &Path, error: &ReadError) -> Self {
        let message = format!("cannot read the configuration: {error}");
        let help = match error {
            ReadError::Outside => Some("put a file there, or name another one with `--config`"),
            _ => None,
        };
        Self { file: file.to_owned(), message, help: help.map(str::to_owned), place: None }
    }

    pub(super) fn parse(file: &Path, text: &Arc<str>, error: &toml::de::Error) -> Self {
        // serde's words are a programmer's. toml says the first where an enum's name is expected and, say, a number stands.
        let message = match error.message() {
            "wanted string or table" => "a name in quotation marks belongs here".into(),
            message => message
                .replace('\n', ", ")
                .replacen("unknown field", UNKNOWN_OPTION, 1)
                .replacen("unknown variant", UNKNOWN_VALUE, 1),
        };
        let help = help_for_parse_error(&message);
        // Without a place, such as for a missing field, the file as a whole is meant.
        let place = error.span().map(|range| (text.clone(), range));
        Self { file: file.to_owned(), message, help, place }
    }

    /// As a problem of the run, with the file's text added to `sources` so that the line can be
    /// shown.
    pub fn into_problem(self, sources: &mut SourceMap) -> Problem {
        let span = self.place.map(|(text, range)| {
            let file = sources.add(self.file.clone(), text);
            Span { file, start: range.start as u32, end: range.end as u32 }
        });
        Problem {
            kind: ProblemKind::Failure,
            path: Some(self.file),
            span,
            message: self.message,
            help: self.help,
        }
    }
}

const UNKNOWN_OPTION: &str = "unknown option";
const UNKNOWN_VALUE: &str = "unknown value";

/// serde quotes the name that it met first, and then those that it knows.
fn help_for_parse_error(message: &str) -> Option<String> {
    if !message.starts_with(UNKNOWN_OPTION) && !message.starts_with(UNKNOWN_VALUE) {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    did_you_mean(unknown, quoted)
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sources = SourceMap::default();
        let problem = self.clone().into_problem(&mut sources);
        write!(f, "{}", self.file.shown())?;
        if let Some(span) = problem.span {
            let at = sources.position(span);
            write!(f, ":{}:{}", at.line, at.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(span) = problem.span {
            let file = sources.file(span.file);
            let at = sources.position(span);
            let line = file.text.get(file.line_range(at.line)).unwrap_or("");
            write!(f, "\n    {}", line.trim_end())?;
        }
        match &self.help {
            Some(help) => write!(f, "\n    help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}
