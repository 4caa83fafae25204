//! The words around a finding that several formats share.

use std::borrow::Cow;

use ioctlkit_model::{Finding, Problem, ProblemKind, Report, abi_words};

/// What there is to know besides the message: the ABIs, what carries the type, the rule's notes.
pub(crate) fn notes(finding: &Finding, report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if !finding.abis.is_empty() {
        notes.push(abi_words::on(finding.abis, report.abis));
    }
    notes.extend(carried(finding));
    notes.extend(finding.notes.iter().cloned());
    notes
}

/// Which type a finding within a type is about, and by which command it travels: the line that is
/// shown names neither.
fn carried(finding: &Finding) -> Option<String> {
    match (&finding.record, &finding.command) {
        (Some(record), Some(command)) => Some(format!("`{record}` goes through `{command}`")),
        _ => None,
    }
}

/// What a format without room for structure says after the message: the notes and the fix.
pub(crate) fn details(finding: &Finding, report: &Report) -> Vec<String> {
    let mut lines = notes(finding, report);
    if let Some(fix) = &finding.fix {
        lines.push(format!("help: {}", fix.message));
    }
    lines
}

/// The message and the details of a finding, a line each.
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
