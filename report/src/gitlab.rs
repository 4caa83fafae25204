//! A GitLab code quality report: a JSON list of issues.

use std::collections::HashMap;
use std::io;

use ioctlkit_model::{Finding, Problem, ProblemKind, Report, Severity, SourceMap};
use serde::Serialize;

use crate::place::{TextRange, problem_path};
use crate::{escaped_json, prose};

/// Writes the report as a list with an issue for each problem and each finding.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|problem| problem_issue(problem, sources));
    let findings = report.findings.iter().map(|finding| finding_issue(finding, report, sources));
    let mut issues: Vec<Issue> = problems.chain(findings).collect();
    make_fingerprints_unique(&mut issues);
    let mut out = io::BufWriter::new(out);
    escaped_json::write_pretty(&issues, &mut out)?;
    io::Write::flush(&mut out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn finding_issue(finding: &Finding, report: &Report, sources: &SourceMap) -> Issue {
    let place = TextRange::of(finding.span, sources);
    Issue {
        description: prose::paragraph(finding, report),
        check_name: format!("{} {}", finding.rule.code, finding.rule.slug),
        fingerprint: finding.fingerprint(),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info => "info",
        },
        location: Location {
            path: repository_path(&place.path()),
            lines: Lines { begin: place.start.line, end: place.end.line },
        },
    }
}

fn problem_issue(problem: &Problem, sources: &SourceMap) -> Issue {
    let path = problem_path(problem, sources);
    // GitLab wants a path and a line of every issue.
    let path = path.map_or_else(|| ".".to_owned(), |path| repository_path(&path));
    let lines = problem.span.map_or(Lines { begin: 1, end: 1 }, |span| {
        let place = TextRange::of(span, sources);
        Lines { begin: place.start.line, end: place.end.line }
    });
    Issue {
        description: prose::problem_paragraph(problem),
        check_name: "input".to_owned(),
        fingerprint: fingerprint(&[prose::kind_name(problem.kind), &path, &problem.message]),
        severity: match problem.kind {
            ProblemKind::Failure => "blocker",
            ProblemKind::Incomplete => "minor",
            ProblemKind::Note => "info",
        },
        location: Location { path, lines },
    }
}

/// GitLab wants paths relative to the repository, without `./`.
fn repository_path(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// A name for a problem that survives edits elsewhere. 16 hexadecimal digits (64-bit FNV-1a).
fn fingerprint(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// GitLab keeps one issue of those that share a fingerprint: the second and later ones of a
/// report get a number.
fn make_fingerprints_unique(issues: &mut [Issue]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for issue in issues {
        let count = seen.entry(issue.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            issue.fingerprint = format!("{}-{count}", issue.fingerprint);
        }
    }
}
