//! One line each: `path:line:column: error[L001] message (on i386 and m68k)`.

use std::io;

use ioctlkit_model::{Finding, Problem, Report, SourceMap, abi_words};

use crate::place::{TextRange, problem_path};
use crate::terminal::Terminal;
use crate::{prose, visible};

/// Writes a line for each problem, then one for each finding.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = Terminal::plain(io::BufWriter::new(out));
    for problem in &report.problems {
        write_line(&problem_line(problem, sources), &mut out)?;
    }
    for finding in &report.findings {
        write_line(&finding_line(finding, report, sources), &mut out)?;
    }
    io::Write::flush(&mut out)
}

fn write_line(line: &str, out: &mut impl io::Write) -> io::Result<()> {
    // What a message says in several lines is said in one.
    writeln!(out, "{}", visible::on_one_line(&line.replace(['\n', '\t'], " ")))
}

fn finding_line(finding: &Finding, report: &Report, sources: &SourceMap) -> String {
    let place = TextRange::of(finding.span, sources);
    let on = if finding.abis.is_empty() {
        String::new()
    } else {
        format!(" ({})", abi_words::on(finding.abis, report.abis))
    };
    let TextRange { start, .. } = place;
    let lines =
        if place.has_lines() { format!(":{}:{}", start.line, start.column) } else { String::new() };
    format!(
        "{}{lines}: {}[{}] {}{on}",
        visible::on_one_line(&place.path()),
        finding.severity,
        finding.rule.code,
        finding.message,
    )
}

fn problem_line(problem: &Problem, sources: &SourceMap) -> String {
    let path = problem_path(problem, sources);
    let path = path.as_deref().map(visible::on_one_line);
    let place = match (path, problem.span) {
        (Some(path), Some(span)) => {
            let start = TextRange::of(span, sources).start;
            format!("{path}:{}:{}: ", start.line, start.column)
        }
        (Some(path), None) => format!("{path}: "),
        (None, _) => String::new(),
    };
    let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" (help: {help})"));
    format!("{place}{}: {}{help}", prose::kind_level(problem.kind), problem.message)
}
