//! What was read, what was not, and which rules looked at it: a page without findings says something too.

use std::io::{self, Write};

use ioctlkit_model::{Problem, ProblemKind, Report, SourceMap};

use super::Shown;
use crate::page::{counted, line, sentence};
use crate::place::{TextRange, problem_path};
use crate::prose::{kind_level, verdict};

/// How many problems are written out.
const PROBLEMS: usize = 500;

pub(super) fn write(
    report: &Report,
    said: &[String],
    shown: &Shown<'_>,
    sources: &SourceMap,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "<header>\n<h1>{}</h1>", capitalised(&verdict(report)))?;
    let own = [read(report)];
    let said = if said.is_empty() { &own } else { said };
    for (index, of_run) in said.iter().enumerate() {
        let class = if index == 0 { " class=\"lead\"" } else { "" };
        writeln!(out, "<p{class}>{}</p>", sentence(of_run))?;
    }
    writeln!(out, "<p>{}</p>", completeness(report))?;
    if shown.left_out > 0 {
        writeln!(
            out,
            "<p class=\"left\"><b>{} left out, the least severe:</b> a browser would take long to show all of \
             them. <code>--format json</code> has every one; fewer paths, <code>--select</code> or \
             <code>--ignore</code> make a page of the rest.</p>",
            counted_are(shown.left_out, "finding")
        )?;
    }
    writeln!(out, "</header>")?;
    problems(report, sources, out)?;
    silent(report, out)
}

fn counted_are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, what))
}

/// What the findings are about, and what they cannot be about.
fn read(report: &Report) -> String {
    let mut text = format!(
        "{} and {} on {}",
        counted(report.headers, "file"),
        counted(report.commands, "command"),
        counted(report.abis.len(), "ABI")
    );
    if !report.objects.is_empty() {
        text = format!("{}, {text}", counted(report.objects.len(), "object"));
    }
    let following = report.findings.len() - report.causes().count();
    let gaps = [
        (following, "more follows from these findings", "more follow from these findings"),
        (report.not_understood, "definition was not understood", "definitions were not understood"),
        (
            report.not_read,
            "header was not read for every ABI",
            "headers were not read for every ABI",
        ),
    ];
    for (count, one, more) in gaps.into_iter().filter(|(count, ..)| *count > 0) {
        text = format!("{text}; {count} {}", if count == 1 { one } else { more });
    }
    text
}

/// Whether the findings are about all that was named.
fn completeness(report: &Report) -> &'static str {
    let has_gaps = report.problems.iter().any(|problem| problem.kind != ProblemKind::Note);
    if has_gaps || report.not_understood > 0 || report.not_read > 0 {
        "Not everything could be read: where this page is silent about something, that is not a verdict."
    } else {
        "Everything that was named was read and understood."
    }
}

fn problems(report: &Report, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    // What fails the run is seen at once.
    let fails = report.problems.iter().any(|problem| problem.kind == ProblemKind::Failure);
    writeln!(
        out,
        "<details class=\"problems\"{}><summary>What could not be used or worked out: {}</summary>\n<ul>",
        if fails { " open" } else { "" },
        counted(report.problems.len(), "entry").replace("entrys", "entries")
    )?;
    let mut ordered: Vec<&Problem> = report.problems.iter().collect();
    ordered.sort_by_key(|problem| std::cmp::Reverse(problem.kind));
    for problem in ordered.iter().take(PROBLEMS) {
        write_problem(problem, sources, out)?;
    }
    if ordered.len() > PROBLEMS {
        let more = ordered.len() - PROBLEMS;
        writeln!(out, "<li>and {more} more, which <code>--format json</code> has</li>")?;
    }
    writeln!(out, "</ul></details>")
}

fn write_problem(problem: &Problem, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    let line_number = problem.span.map(|span| TextRange::of(span, sources).start.line);
    let place = match (problem_path(problem, sources), line_number) {
        (Some(path), Some(number)) => format!("<code>{}:{number}</code>: ", line(&path)),
        (Some(path), None) => format!("<code>{}</code>: ", line(&path)),
        (None, _) => String::new(),
    };
    let help = problem.help.as_ref().map(|help| format!("; {}", sentence(help)));
    writeln!(
        out,
        "<li><b>{}:</b> {place}{}{}</li>",
        kind_level(problem.kind),
        sentence(&problem.message),
        help.unwrap_or_default()
    )
}

/// The rules that ran and found nothing: not the same as those that did not run.
fn silent(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let found: std::collections::HashSet<&str> =
        report.findings.iter().map(|finding| finding.rule.code).collect();
    let mut silent: Vec<String> = report
        .rules
        .iter()
        .filter(|rule| !found.contains(rule.code))
        .map(|rule| format!("{} {}", rule.code, rule.slug))
        .collect();
    if silent.is_empty() {
        return Ok(());
    }
    silent.sort_unstable();
    writeln!(
        out,
        "<details><summary>{} ran and found nothing</summary><p class=\"quiet\">{}</p></details>",
        counted(silent.len(), "rule"),
        line(&silent.join(", "))
    )
}

/// The same with a capital in front.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
