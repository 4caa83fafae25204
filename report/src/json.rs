//! The project's own JSON. `schema/check.schema.json` describes it; a change that could break a
//! reader raises [`VERSION`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Edit, Finding, Fix, Handler, Label, Object, Problem, ProblemKind, Report, Safety, Severity,
    SourceMap, Span,
};
use serde::Serialize;

use crate::place::{TextRange, problem_path};
use crate::prose;
use crate::stream::{self, List};

/// The version of the format.
pub const VERSION: u32 = 1;

/// Writes the report as one object, with a line for each finding.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        abis: names(report.abis),
        objects: (!report.objects.is_empty())
            .then_some(List(|| report.objects.iter().map(|object| object_entry(object, sources)))),
        findings: List(|| report.findings.iter().map(|finding| finding_entry(finding, sources))),
        problems: List(|| report.problems.iter().map(|problem| problem_entry(problem, sources))),
        summary: summary(report),
    };
    stream::write(&document, out)
}

#[derive(Serialize)]
struct Document<O: Serialize, F, P> {
    version: u32,
    abis: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<O>,
    findings: F,
    problems: P,
    summary: Summary,
}

#[derive(Serialize)]
struct ObjectEntry<'a> {
    file: Cow<'a, str>,
    abi: &'static str,
    module: Option<&'a str>,
    tables: Vec<TableEntry<'a>>,
}

/// A table of handlers.
#[derive(Serialize)]
struct TableEntry<'a> {
    structure: &'static str,
    name: &'a str,
    native: Option<&'a str>,
    compat: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    command: Option<&'a str>,
    #[serde(rename = "type")]
    record: Option<&'a str>,
    member: Option<&'a str>,
    abis: Vec<&'static str>,
    #[serde(flatten)]
    place: PlaceEntry,
    message: &'a str,
    label: &'a str,
    notes: Vec<&'a str>,
    fix: Option<FixEntry<'a>>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    related: Vec<RelatedEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<&'static str>,
}

#[derive(Serialize)]
struct PlaceEntry {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    message: &'a str,
    safety: &'static str,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    #[serde(flatten)]
    place: PlaceEntry,
    replacement: &'a str,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    #[serde(flatten)]
    place: PlaceEntry,
    text: &'a str,
}

/// A problem, as `check` and `dump` both give it.
#[derive(Serialize)]
pub(crate) struct ProblemEntry<'a> {
    kind: &'static str,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    headers: usize,
    commands: usize,
    findings: usize,
    causes: usize,
    findings_by_severity: BySeverity,
    findings_by_rule: BTreeMap<&'static str, usize>,
    not_understood: usize,
    headers_not_read: usize,
    problems: usize,
    failures: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects_without_types: Option<usize>,
}

#[derive(Serialize)]
struct BySeverity {
    error: usize,
    warning: usize,
    info: usize,
}

fn object_entry<'a>(object: &'a Object, sources: &'a SourceMap) -> ObjectEntry<'a> {
    let function = |handler: &'a Option<Handler>| handler.as_ref().map(|one| one.function.as_str());
    let tables = object.tables.iter().map(|table| TableEntry {
        structure: table.structure.tag(),
        name: &table.name,
        native: function(&table.native),
        compat: function(&table.compat),
    });
    ObjectEntry {
        file: sources.file(object.file).path.to_string_lossy(),
        abi: object.abi.abi().name,
        module: object.module.as_deref(),
        tables: tables.collect(),
    }
}

fn finding_entry<'a>(finding: &'a Finding, sources: &SourceMap) -> FindingEntry<'a> {
    FindingEntry {
        code: finding.rule.code,
        slug: finding.rule.slug,
        severity: finding.severity.name(),
        command: finding.command.as_deref(),
        record: finding.record.as_deref(),
        member: finding.member.as_deref(),
        abis: names(finding.abis),
        place: place_entry(finding.span, sources),
        message: &finding.message,
        label: &finding.label,
        notes: finding.verdict.iter().chain(&finding.notes).map(String::as_str).collect(),
        fix: finding.fix.as_ref().map(|fix| fix_entry(fix, sources)),
        fingerprint: finding.fingerprint(),
        cause: finding.cause.as_deref(),
        related: finding.related.iter().map(|label| related_entry(label, sources)).collect(),
        breaks: finding.breaks.iter().map(|breaks| breaks.name()).collect(),
    }
}

fn fix_entry<'a>(fix: &'a Fix, sources: &SourceMap) -> FixEntry<'a> {
    FixEntry {
        message: &fix.message,
        safety: match fix.safety {
            Safety::Safe => "safe",
            Safety::ChangesAbi => "changes_abi",
            Safety::ChangesProgram => "changes_program",
        },
        edits: fix.edits.iter().map(|edit| edit_entry(edit, sources)).collect(),
    }
}

fn edit_entry<'a>(edit: &'a Edit, sources: &SourceMap) -> EditEntry<'a> {
    EditEntry { place: place_entry(edit.span, sources), replacement: &edit.replacement }
}

fn related_entry<'a>(label: &'a Label, sources: &SourceMap) -> RelatedEntry<'a> {
    RelatedEntry { place: place_entry(label.span, sources), text: &label.text }
}

fn place_entry(span: Span, sources: &SourceMap) -> PlaceEntry {
    let place = TextRange::of(span, sources);
    PlaceEntry {
        file: place.path().into_owned(),
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

pub(crate) fn problem_entry<'a>(problem: &'a Problem, sources: &SourceMap) -> ProblemEntry<'a> {
    let start = problem.span.map(|span| TextRange::of(span, sources).start);
    ProblemEntry {
        kind: prose::kind_name(problem.kind),
        file: problem_path(problem, sources).map(Cow::into_owned),
        line: start.map(|start| start.line),
        column: start.map(|start| start.column),
        message: &problem.message,
        help: problem.help.as_deref(),
    }
}

fn summary(report: &Report) -> Summary {
    let of = |severity| report.findings.iter().filter(|found| found.severity == severity).count();
    // A rule that ran and found nothing says so: that is not the same as one that did not run.
    let mut by_rule: BTreeMap<_, _> = report.rules.iter().map(|rule| (rule.code, 0)).collect();
    for finding in &report.findings {
        *by_rule.entry(finding.rule.code).or_default() += 1;
    }
    Summary {
        headers: report.headers,
        commands: report.commands,
        findings: report.findings.len(),
        causes: report.causes().count(),
        findings_by_severity: BySeverity {
            error: of(Severity::Error),
            warning: of(Severity::Warning),
            info: of(Severity::Info),
        },
        findings_by_rule: by_rule,
        not_understood: report.not_understood,
        headers_not_read: report.not_read,
        problems: report.problems.len(),
        failures: report
            .problems
            .iter()
            .filter(|problem| problem.kind == ProblemKind::Failure)
            .count(),
        objects_without_types: (!report.objects.is_empty())
            .then(|| report.objects.iter().filter(|object| !object.has_types).count()),
    }
}

/// The names of a set's ABIs, in the order of the table.
pub(crate) fn names(abis: AbiSet) -> Vec<&'static str> {
    abis.iter().map(|id| id.abi().name).collect()
}
