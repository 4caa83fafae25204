//! A `JUnit` report, in the form that Jenkins and most CI systems read.
//!
//! A suite per header that has findings: a case for each finding, which failed unless the finding
//! is for information only, and a passed one for every other rule that ran. Input that could not
//! be dealt with is in a suite of its own.

use std::io;

use ioctlkit_model::{Finding, Problem, ProblemKind, Report, Severity, SourceMap};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::place::{TextRange, problem_path};
use crate::prose;
use crate::terminal::harmless;

/// Writes the report as one `testsuites` element.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(io::BufWriter::new(out), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = suites(report, sources);
    let totals = Totals::of(suites.iter().flat_map(|suite| &suite.cases));
    writer
        .create_element("testsuites")
        .with_attribute(("name", "ioctl-lint"))
        .with_attributes(totals.attributes().iter().map(|(key, value)| (*key, value.as_str())))
        .write_inner_content(|writer| {
            suites.iter().try_for_each(|suite| write_suite(suite, writer))
        })?;
    let mut out = writer.into_inner();
    io::Write::write_all(&mut out, b"\n")?;
    io::Write::flush(&mut out)
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

/// What a case came to; the texts are a headline and everything else.
enum Outcome {
    Passed,
    /// Something worth knowing, which fails nothing.
    Remarked(String),
    /// The text says why.
    Skipped(String),
    /// An error or a warning.
    Failed {
        kind: &'static str,
        headline: String,
        text: String,
    },
    /// Input that could not be used.
    Broken {
        kind: &'static str,
        headline: String,
        text: String,
    },
}

fn suites(report: &Report, sources: &SourceMap) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    if !report.problems.is_empty() {
        let cases = report.problems.iter().map(|problem| problem_case(problem, sources)).collect();
        suites.push(Suite { name: "input".to_owned(), cases });
    }
    let mut files: Vec<_> = report.findings.iter().map(|found| found.span.file).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let name = sources.file(file).path.to_string_lossy().into_owned();
        let found: Vec<&Finding> =
            report.findings.iter().filter(|found| found.span.file == file).collect();
        suites.push(Suite { cases: header_cases(&name, &found, report, sources), name });
    }
    if report.findings.is_empty() {
        // A report without a single case counts as a failure in some readers.
        let name = "ioctl-lint".to_owned();
        suites.push(Suite { cases: header_cases(&name, &[], report, sources), name });
    }
    suites
}

/// A case for each finding in a header, and a passed one for each rule that found nothing there.
fn header_cases(
    header: &str,
    found: &[&Finding],
    report: &Report,
    sources: &SourceMap,
) -> Vec<Case> {
    let failed = found.iter().map(|finding| finding_case(header, finding, report, sources));
    let passed = report
        .rules
        .iter()
        .filter(|rule| found.iter().all(|finding| finding.rule.code != rule.code))
        .map(|rule| Case {
            class: header.to_owned(),
            name: format!("{} {}", rule.code, rule.slug),
            outcome: Outcome::Passed,
        });
    failed.chain(passed).collect()
}

fn finding_case(header: &str, finding: &Finding, report: &Report, sources: &SourceMap) -> Case {
    let place = TextRange::of(finding.span, sources);
    let mut text = format!("{}:{}:{}", place.path(), place.start.line, place.start.column);
    for line in prose::details(finding, report) {
        text.push('\n');
        text.push_str(&line);
    }
    let rule = finding.rule;
    Case {
        class: header.to_owned(),
        name: match subject(finding) {
            Some(subject) => format!("{} {}: {subject}", rule.code, rule.slug),
            None => format!("{} {}", rule.code, rule.slug),
        },
        outcome: match finding.severity {
            Severity::Info => Outcome::Remarked(format!("{}\n{text}", finding.message)),
            Severity::Warning | Severity::Error => Outcome::Failed {
                kind: finding.severity.name(),
                headline: finding.message.clone(),
                text,
            },
        },
    }
}

/// What a finding is about: a case needs a name that tells it from the rule's other ones.
fn subject(finding: &Finding) -> Option<String> {
    match (&finding.record, &finding.member, &finding.command) {
        (Some(record), Some(member), _) => Some(format!("{record}.{member}")),
        (Some(record), None, _) => Some(record.clone()),
        (None, _, command) => command.clone(),
    }
}

fn problem_case(problem: &Problem, sources: &SourceMap) -> Case {
    let mut class = problem_path(problem, sources).map_or_else(|| "input".to_owned(), Into::into);
    if let Some(span) = problem.span {
        let start = TextRange::of(span, sources).start;
        class = format!("{class}:{}:{}", start.line, start.column);
    }
    let outcome = match problem.kind {
        ProblemKind::Failure => Outcome::Broken {
            kind: prose::kind_name(problem.kind),
            headline: problem.message.clone(),
            text: problem.help.clone().unwrap_or_default(),
        },
        ProblemKind::Incomplete => Outcome::Skipped(prose::problem_paragraph(problem)),
        ProblemKind::Note => Outcome::Remarked(prose::problem_paragraph(problem)),
    };
    Case { class, name: problem.message.clone(), outcome }
}

/// The counts that a suite states.
#[derive(Default)]
struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Totals {
    fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let mut totals = Self::default();
        for case in cases {
            totals.tests += 1;
            match case.outcome {
                Outcome::Passed | Outcome::Remarked(_) => {}
                Outcome::Skipped(_) => totals.skipped += 1,
                Outcome::Failed { .. } => totals.failures += 1,
                Outcome::Broken { .. } => totals.errors += 1,
            }
        }
        totals
    }

    /// Without `skipped`, which the element around the suites does not have.
    fn attributes(&self) -> [(&'static str, String); 3] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
        ]
    }
}

fn write_suite<W: io::Write>(suite: &Suite, writer: &mut Writer<W>) -> io::Result<()> {
    let totals = Totals::of(&suite.cases);
    writer
        .create_element("testsuite")
        .with_attribute(("name", legal(&suite.name).as_str()))
        .with_attributes(totals.attributes().iter().map(|(key, value)| (*key, value.as_str())))
        .with_attribute(("skipped", totals.skipped.to_string().as_str()))
        .write_inner_content(|writer| {
            suite.cases.iter().try_for_each(|case| write_case(case, writer))
        })?;
    Ok(())
}

fn write_case<W: io::Write>(case: &Case, writer: &mut Writer<W>) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("classname", legal(&case.class).as_str()))
        .with_attribute(("name", legal(&case.name).as_str()));
    match &case.outcome {
        Outcome::Passed => element.write_empty()?,
        Outcome::Remarked(text) => element.write_inner_content(|writer| {
            writer.create_element("system-out").write_text_content(BytesText::new(&legal(text)))?;
            Ok(())
        })?,
        Outcome::Skipped(reason) => element.write_inner_content(|writer| {
            writer
                .create_element("skipped")
                .with_attribute(("message", legal(reason).as_str()))
                .write_empty()?;
            Ok(())
        })?,
        Outcome::Failed { kind, headline, text } => element
            .write_inner_content(|writer| write_outcome("failure", kind, headline, text, writer))?,
        Outcome::Broken { kind, headline, text } => element
            .write_inner_content(|writer| write_outcome("error", kind, headline, text, writer))?,
    };
    Ok(())
}

fn write_outcome<W: io::Write>(
    element: &str,
    kind: &str,
    headline: &str,
    text: &str,
    writer: &mut Writer<W>,
) -> io::Result<()> {
    writer
        .create_element(element)
        .with_attribute(("type", kind))
        .with_attribute(("message", legal(headline).as_str()))
        .write_text_content(BytesText::new(&legal(text)))?;
    Ok(())
}

/// The text with what nobody sees shown, which XML 1.0 for the most part cannot hold in any form,
/// and without what a CI system would obey where the report is printed.
fn legal(text: &str) -> String {
    harmless(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
