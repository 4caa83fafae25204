//! Findings and problems as an editor shows them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use ioctlkit_model::{Finding, Label, Problem, ProblemKind, Report, Severity, Span};
use ioctlkit_report::rule_page;
use ioctlkit_report::visible::{ShownPath as _, in_lines};
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Range, Uri,
};

use super::analysis::{Analysis, Part, Places};
use super::uri;

/// Who says it.
pub(super) const SOURCE: &str = "ioctl-lint";

/// What an analysis of the document at `path` has to say, by the file that it is about. Of the document there
/// is always something, if only that nothing was found.
pub(super) fn of(analysis: &Analysis, path: &Path) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut all = BTreeMap::from([(path.to_owned(), Vec::new())]);
    let mut add = |(file, diagnostic): (PathBuf, Diagnostic)| {
        all.entry(file).or_insert_with(Vec::new).push(diagnostic);
    };
    let mut places = Places::new(&analysis.sources);
    for problem in &analysis.failed {
        add((path.to_owned(), of_problem(problem, path, &mut places)));
    }
    for part in &analysis.parts {
        of_part(part, path, &mut add);
    }
    all
}

fn of_part(part: &Part, path: &Path, add: &mut impl FnMut((PathBuf, Diagnostic))) {
    let sources = &part.interface.sources;
    let mut places = Places::new(sources);
    for problem in &part.problems {
        add((path.to_owned(), of_problem(problem, path, &mut places)));
    }
    let report = Report { findings: part.findings.clone(), ..Report::default() };
    let consequences = report.consequences();
    let causes: HashMap<String, &Finding> =
        report.causes().map(|finding| (finding.fingerprint(), finding)).collect();
    for finding in &report.findings {
        let cause = finding.cause.as_ref().and_then(|cause| causes.get(cause)).copied();
        let hence = if finding.cause.is_none() { consequences.of(finding) } else { &[] };
        let (file, diagnostic) = of_finding(finding, cause, hence, &mut places);
        add((file.to_owned(), diagnostic));
    }
}

/// A finding that follows from another one is a hint: whoever mends that one has mended this.
fn of_finding<'a>(
    finding: &Finding,
    cause: Option<&Finding>,
    consequences: &[&Finding],
    places: &mut Places<'a>,
) -> (&'a Path, Diagnostic) {
    let (file, range) = places.of(finding.span);
    let labels = finding.related.iter().cloned().map(|Label { span, text }| (span, text));
    let follows =
        consequences.iter().map(|it| (it.span, format!("hence {}: {}", it.rule.code, it.message)));
    let from = cause.map(|it| (it.span, format!("follows from {}: {}", it.rule.code, it.message)));
    let related: Vec<DiagnosticRelatedInformation> = labels
        .chain(follows)
        .chain(from)
        .filter_map(|(span, text)| related(span, &text, places))
        .collect();
    let severity = match (cause, finding.severity) {
        (Some(_), _) => DiagnosticSeverity::HINT,
        (None, Severity::Error) => DiagnosticSeverity::ERROR,
        (None, Severity::Warning) => DiagnosticSeverity::WARNING,
        (None, Severity::Info) => DiagnosticSeverity::INFORMATION,
    };
    let page = Uri::from_str(&rule_page(finding.rule)).ok();
    let diagnostic = Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(finding.rule.code.into())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.into()),
        message: message_of(finding),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    };
    (file, diagnostic)
}

/// The message, the words under the span, the notes and what to do, a line each.
fn message_of(finding: &Finding) -> String {
    let label = Some(&finding.label).filter(|label| !label.is_empty());
    let verdict = finding.verdict.iter().chain(label).map(String::clone);
    let notes = finding.notes.iter().map(|note| format!("note: {note}"));
    let help = finding.fix.iter().map(|fix| format!("help: {}", fix.message));
    let lines = std::iter::once(finding.message.clone()).chain(verdict).chain(notes).chain(help);
    shown(&lines.collect::<Vec<_>>().join("\n"))
}

fn related(
    span: Span,
    text: &str,
    places: &mut Places<'_>,
) -> Option<DiagnosticRelatedInformation> {
    let (file, range) = places.of(span);
    let location = Location { uri: uri::of(file)?, range };
    Some(DiagnosticRelatedInformation { location, message: shown(text) })
}

/// A problem of another file stands at the beginning of the document, with a link to where it is.
fn of_problem(problem: &Problem, path: &Path, places: &mut Places<'_>) -> Diagnostic {
    let place = problem.span.map(|span| places.of(span));
    let help = problem.help.iter().map(|help| format!("\nhelp: {help}"));
    let mut message = problem.message.clone() + &help.collect::<String>();
    let mut range = Range::default();
    let mut related = Vec::new();
    match (place, &problem.path) {
        (Some((file, at)), _) if file == path => range = at,
        (Some((file, at)), _) => {
            let line = at.start.line + 1;
            message = format!("{}:{line}: {message}", file.shown());
            related.extend(uri::of(&absolute(file)).map(|uri| DiagnosticRelatedInformation {
                location: Location { uri, range: at },
                message: shown(&problem.message),
            }));
        }
        (None, Some(file)) if file != path => message = format!("{}: {message}", file.shown()),
        (None, _) => {}
    }
    Diagnostic {
        range,
        severity: Some(match problem.kind {
            ProblemKind::Failure => DiagnosticSeverity::ERROR,
            ProblemKind::Incomplete => DiagnosticSeverity::WARNING,
            ProblemKind::Note => DiagnosticSeverity::INFORMATION,
        }),
        source: Some(SOURCE.into()),
        message: shown(&message),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

/// A configuration is named from the working folder.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn shown(text: &str) -> String {
    in_lines(text).into_owned()
}

/// What analyses of open documents say of each file: a driver's says something of the header that declares its
/// commands, too.
#[derive(Default)]
pub(super) struct Published {
    by_file: BTreeMap<PathBuf, BTreeMap<PathBuf, Vec<Diagnostic>>>,
}

impl Published {
    /// Takes in what the analysis of a document says now, and returns all that is to be shown for each file
    /// for which that has changed.
    pub(super) fn take_in(
        &mut self,
        document: &Path,
        mut said: BTreeMap<PathBuf, Vec<Diagnostic>>,
    ) -> Vec<(PathBuf, Vec<Diagnostic>)> {
        let known = self.by_file.iter().filter(|(_, by)| by.contains_key(document));
        let known: Vec<PathBuf> = known.map(|(file, _)| file.clone()).collect();
        for file in known {
            said.entry(file).or_default();
        }
        let mut changed = Vec::new();
        for (file, diagnostics) in said {
            let by = self.by_file.entry(file.clone()).or_default();
            if diagnostics.is_empty() {
                by.remove(document);
            } else {
                by.insert(document.to_owned(), diagnostics);
            }
            let mut all: Vec<Diagnostic> = Vec::new();
            for diagnostic in by.values().flatten() {
                if !all.iter().any(|known| is_same(known, diagnostic)) {
                    all.push(diagnostic.clone());
                }
            }
            if by.is_empty() {
                self.by_file.remove(&file);
            }
            changed.push((file, all));
        }
        changed
    }
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (a.range, &a.code, &a.message) == (b.range, &b.code, &b.message)
}
