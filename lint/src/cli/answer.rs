//! Answers to questions, for people and for programs. `schema/answers.schema.json` describes the latter.

use std::io::{self, Write};

use clap::ValueEnum;
use ioctlkit_abi::AbiSet;
use ioctlkit_model::{SourceMap, Span};
use ioctlkit_report::escaped_json;
use serde::Serialize;

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum AnswerFormat {
    /// For people
    #[default]
    Text,
    /// JSON, as schema/answers.schema.json describes it
    Json,
}

/// The version of the answers' JSON: a change that could break a reader raises it.
pub(super) const VERSION: u32 = 1;

/// Writes an answer as JSON.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(answer: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    escaped_json::write_pretty(answer, out)
}

/// A file and the line in it, from 1.
#[derive(Debug, Serialize)]
pub(super) struct At {
    file: String,
    line: u32,
}

impl At {
    pub(super) fn of(span: Span, sources: &SourceMap) -> Self {
        Self {
            file: sources.path(span).to_string_lossy().into_owned(),
            line: sources.position(span).line,
        }
    }
}

/// The names of ABIs.
pub(super) fn names(abis: AbiSet) -> Vec<&'static str> {
    abis.iter().map(|abi| abi.abi().name).collect()
}
