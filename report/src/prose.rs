//! The words around a finding that several formats share.

use std::borrow::Cow;

use ioctlkit_model::{Finding, Problem, ProblemKind, Report};

use crate::abis;

/// What a format without room for structure says after the message: the ABIs, the notes, the fix.
pub(crate) fn details(finding: &Finding, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if !finding.abis.is_empty() {
        lines.push(format!("on {}", abis::describe(finding.abis, report.abis)));
    }
    lines.extend(finding.notes.iter().cloned());
    if let Some(fix) = &finding.fix {
        lines.push(format!("help: {}", fix.message));
    }
    lines
}

/// The message and the details, a line each.
pub(crate) fn paragraph(finding: &Finding, report: &Report) -> String {
    let mut text = finding.message.clone();
    for line in details(finding, report) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// A problem's message and its help, a line each.
pub(crate) fn problem_paragraph(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{}\nhelp: {help}", problem.message),
        None => problem.message.clone(),
    }
}

/// The word for a problem's kind in the machine formats.
pub(crate) const fn kind_name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Note => "note",
        ProblemKind::Incomplete => "incomplete",
        ProblemKind::Failure => "failure",
    }
}

/// The word for a problem's kind in front of its message.
pub(crate) const fn kind_level(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Note => "note",
        ProblemKind::Incomplete => "warning",
        ProblemKind::Failure => "error",
    }
}

/// The text on one line: line ends, tabs and every other control character become spaces.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, " "))
    } else {
        Cow::Borrowed(text)
    }
}
