//! Workflow commands of GitHub Actions, which become annotations in the pull request.

use std::io;

use ioctlkit_model::{Finding, Problem, ProblemKind, Report, Severity, SourceMap};

use crate::place::{TextRange, problem_path};
use crate::prose;
use crate::visible::{self, is_invisible};

/// Writes a workflow command for each problem, then one for each finding that follows from no other one.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for problem in &report.problems {
        writeln(&problem_command(problem, sources), &mut out)?;
    }
    let consequences = report.consequences();
    for finding in report.causes() {
        let following = consequences.of(finding);
        writeln(&finding_command(finding, following, report, sources), &mut out)?;
    }
    io::Write::flush(&mut out)
}

fn writeln(line: &str, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{line}")
}

fn finding_command(
    finding: &Finding,
    following: &[&Finding],
    report: &Report,
    sources: &SourceMap,
) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = TextRange::of(finding.span, sources);
    let title = format!("ioctl-lint {} ({})", finding.rule.code, finding.rule.slug);
    let mut properties = vec![("file", place.path().into_owned())];
    properties.extend(region(&place));
    properties.push(("title", title));
    let mut text = prose::paragraph(finding, report);
    for line in prose::consequences(finding, following, sources) {
        text.push('\n');
        text.push_str(&visible::in_lines(&line));
    }
    command(name, &properties, &text)
}

fn problem_command(problem: &Problem, sources: &SourceMap) -> String {
    let name = match problem.kind {
        ProblemKind::Note => "notice",
        ProblemKind::Incomplete => "warning",
        ProblemKind::Failure => "error",
    };
    let mut properties = Vec::new();
    if let Some(path) = problem_path(problem, sources) {
        properties.push(("file", path.into_owned()));
    }
    if let Some(span) = problem.span {
        properties.extend(region(&TextRange::of(span, sources)));
    }
    properties.push(("title", "ioctl-lint".to_owned()));
    command(name, &properties, &prose::problem_paragraph(problem))
}

/// Columns go with a single line only: GitHub refuses them for more.
fn region(place: &TextRange<'_>) -> Vec<(&'static str, String)> {
    if !place.has_lines() {
        return Vec::new();
    }
    let mut properties = vec![("line", place.start.line.to_string())];
    if place.start.line == place.end.line {
        properties.push(("col", place.start.column.to_string()));
        properties.push(("endColumn", place.end.column.to_string()));
    } else {
        properties.push(("endLine", place.end.line.to_string()));
    }
    properties
}

/// A workflow command, with everything encoded that the runner would take for syntax: `%` and
/// line ends anywhere, `:` and `,` in properties. What nobody sees is shown.
fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let encode = |text: &str, in_property: bool| {
        let mut encoded = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '%' => encoded.push_str("%25"),
                '\r' => encoded.push_str("%0D"),
                '\n' => encoded.push_str("%0A"),
                ':' if in_property => encoded.push_str("%3A"),
                ',' if in_property => encoded.push_str("%2C"),
                c if is_invisible(c) && c != '\t' => encoded.extend(c.escape_unicode()),
                _ => encoded.push(c),
            }
        }
        encoded
    };
    let properties: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key}={}", encode(value, true))).collect();
    format!("::{name} {}::{}", properties.join(","), encode(message, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_can_end_the_property_or_the_command() {
        let properties = [("file", "a:b,c%\r\n.h".to_owned())];
        assert_eq!(
            command("error", &properties, "50% of\r\nx: a, b::c"),
            "::error file=a%3Ab%2Cc%25%0D%0A.h::50%25 of%0D%0Ax: a, b::c"
        );
    }
}
