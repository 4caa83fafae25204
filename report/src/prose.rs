//! The words around a finding that several formats share.

use ioctlkit_model::{
    Finding, Object, Problem, ProblemKind, Report, Severity, SourceMap, abi_words,
};

use crate::page::counted;
use crate::place::TextRange;
use crate::visible;

/// What there is to know besides the message: the ABIs, what carries the type, the rule's notes.
pub(crate) fn notes(finding: &Finding, report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if !finding.abis.is_empty() {
        notes.push(abi_words::on(finding.abis, report.abis));
    }
    notes.extend(carried(finding));
    notes.extend(finding.verdict.clone());
    notes.extend(finding.notes.iter().cloned());
    notes
}

/// How many findings there are of each severity, without those that follow from others; or that there are
/// none, or that nothing could be judged.
pub fn verdict(report: &Report) -> String {
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let parts: Vec<String> = severities
        .into_iter()
        .map(|severity| (severity, report.causes().filter(|f| f.severity == severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Info => format!("{count} info"),
            _ => counted(count, severity.name()),
        })
        .collect();
    match parts.is_empty() {
        true if is_unjudged(report) => "nothing could be judged".into(),
        true => "nothing found".into(),
        false => parts.join(", "),
    }
}

/// Whether the run had objects alone, and none of which anything is known.
fn is_unjudged(report: &Report) -> bool {
    let is_known = |object: &Object| object.has_types || object.record.is_some();
    report.headers == 0 && !report.objects.is_empty() && !report.objects.iter().any(is_known)
}

/// Findings that follow from another one and are written out.
const CONSEQUENCES: usize = 8;

/// What follows from a finding, a line each: the rule, the line, and what it says.
pub(crate) fn consequences(
    cause: &Finding,
    following: &[&Finding],
    sources: &SourceMap,
) -> Vec<String> {
    let line = |finding: &&Finding| {
        let place = TextRange::of(finding.span, sources);
        let path = if finding.span.file == cause.span.file {
            String::new()
        } else {
            format!("{}, ", place.path())
        };
        let verdict = finding.verdict.as_ref().map(|words| format!("; {words}"));
        let verdict = verdict.unwrap_or_default();
        let command = match &finding.command {
            Some(command) if finding.rule.code.starts_with(['C', 'N']) => format!(" `{command}`:"),
            _ => String::new(),
        };
        let (code, line) = (finding.rule.code, place.start.line);
        format!("hence {code}, {path}line {line}:{command} {}{verdict}", finding.message)
    };
    // The same of other members, or of other structures, is said once.
    let same_rule = |it: &&Finding| it.rule.code == cause.rule.code;
    let (elsewhere, others): (Vec<&Finding>, Vec<&Finding>) = following
        .iter()
        .copied()
        .partition(|it| same_rule(it) && it.member.is_none() && is_elsewhere(it, cause));
    let (same, others): (Vec<&Finding>, Vec<&Finding>) =
        others.into_iter().partition(|it| same_rule(it) && it.member.is_some());
    let mut lines: Vec<String> = also(&same).into_iter().collect();
    lines.extend(of_others(&elsewhere));
    lines.extend(others.iter().take(CONSEQUENCES).map(line));
    let more = others.len().saturating_sub(CONSEQUENCES);
    if more > 0 {
        lines.push(format!("and {more} more that follow from it"));
    }
    lines
}

/// Whether a finding is about another structure than its cause, or both are about none.
fn is_elsewhere(finding: &Finding, cause: &Finding) -> bool {
    finding.record != cause.record || finding.record.is_none()
}

/// The other members of which the same rule speaks, in a line.
fn also(same: &[&Finding]) -> Option<String> {
    let code = same.first()?.rule.code;
    let names = same.iter().filter_map(|it| it.member.as_deref()).collect();
    Some(format!("hence {code} for {}", listed(names)))
}

/// The other commands of the file of which the same rule speaks, in a line.
fn of_others(same: &[&Finding]) -> Option<String> {
    let code = same.first()?.rule.code;
    let name = |it: &&'_ Finding| it.command.clone().or_else(|| it.record.clone());
    let names: Vec<String> = same.iter().filter_map(name).collect();
    Some(format!("{code} for {}, too", listed(names.iter().map(String::as_str).collect())))
}

/// The first names, and how many others there are.
fn listed(mut names: Vec<&str>) -> String {
    const NAMED: usize = 5;
    names.dedup();
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
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

/// The message and the details of a finding, a line each, with what nobody sees shown.
pub(crate) fn paragraph(finding: &Finding, report: &Report) -> String {
    let mut text = finding.message.clone();
    for line in details(finding, report) {
        text.push('\n');
        text.push_str(&line);
    }
    visible::in_lines(&text).into_owned()
}

/// A problem's message and its help, a line each, with what nobody sees shown.
pub(crate) fn problem_paragraph(problem: &Problem) -> String {
    let text = match &problem.help {
        Some(help) => format!("{}\nhelp: {help}", problem.message),
        None => problem.message.clone(),
    };
    visible::in_lines(&text).into_owned()
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
