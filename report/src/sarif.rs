//! SARIF 2.1.0, the format of code scanning services.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use ioctlkit_model::{
    FileId, Finding, Fix, Label, Problem, ProblemKind, Report, RuleInfo, Severity, SourceMap, Span,
};
use serde::Serialize;

use crate::pages::rule_page;
use crate::place::TextRange;
use crate::{escaped_json, json, prose, visible};

/// What relative paths are relative to, by the name that others use for it. Where that is on which machine is
/// left open: whoever reads the log has the repository elsewhere.
const ROOT: &str = "%SRCROOT%";

/// Writes the report as a log with one run, which lists every rule that ran.
///
/// # Errors
/// Those of `out`.
pub fn render(report: &Report, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = rules(report);
    let results =
        report.findings.iter().map(|finding| result(finding, report, &rules, sources)).collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ioctl-lint",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BaseIds {
                root: Base { description: Text { text: "The root of the repository.".into() } },
            },
            invocations: [invocation(report, sources)],
            results,
        }],
    };
    let mut out = io::BufWriter::new(out);
    escaped_json::write_pretty(&log, &mut out)?;
    io::Write::flush(&mut out)
}

/// The run's rules, and behind them those that only findings name: a result must be able to point
/// at its rule.
fn rules(report: &Report) -> Vec<&'static RuleInfo> {
    let mut rules: Vec<&'static RuleInfo> = Vec::new();
    for rule in report.rules.iter().copied().chain(report.findings.iter().map(|found| found.rule)) {
        if !rules.iter().any(|known| known.code == rule.code) {
            rules.push(rule);
        }
    }
    rules
}

fn descriptor(rule: &'static RuleInfo) -> Descriptor {
    let page = page(rule.documentation);
    Descriptor {
        id: rule.code,
        name: rule.slug,
        short_description: Text { text: rule.summary.trim().to_owned() },
        help_uri: rule_page(rule),
        help: Help { text: page.clone(), markdown: page },
        default_configuration: Configuration {
            level: level(rule.severity),
            enabled: rule.new_severity().is_some(),
        },
    }
}

/// The rule's page without the space that every line of a documentation comment begins with.
fn page(documentation: &str) -> String {
    let lines: Vec<&str> = documentation
        .trim_end()
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.join("\n")
}

fn result(
    finding: &Finding,
    report: &Report,
    rules: &[&RuleInfo],
    sources: &SourceMap,
) -> SarifResult {
    let mut location = location(finding.span, sources);
    location.logical_locations = logical_location(finding).into_iter().collect();
    SarifResult {
        rule_id: finding.rule.code,
        rule_index: rules.iter().position(|rule| rule.code == finding.rule.code),
        level: level(finding.severity),
        message: Text { text: prose::paragraph(finding, report) },
        locations: [location],
        related_locations: finding
            .related
            .iter()
            .enumerate()
            .map(|(index, label)| related_location(index, label, sources))
            .collect(),
        partial_fingerprints: Fingerprints { ioctl_lint: finding.fingerprint() },
        fixes: finding.fix.iter().filter_map(|fix| sarif_fix(fix, sources)).collect(),
        properties: Properties {
            abis: json::names(finding.abis),
            command: finding.command.clone(),
            record: finding.record.clone(),
            member: finding.member.clone(),
            cause: finding.cause.clone(),
        },
    }
}

/// The member, else the type, else the command, as a debugger would name it.
fn logical_location(finding: &Finding) -> Option<LogicalLocation> {
    let (name, kind) = match (&finding.record, &finding.member, &finding.command) {
        (Some(record), Some(member), _) => (format!("{record}::{member}"), "member"),
        (Some(record), None, _) => (record.clone(), "type"),
        (None, _, Some(command)) => (command.clone(), "constant"),
        (None, _, None) => return None,
    };
    Some(LogicalLocation { fully_qualified_name: name, kind })
}

fn location(span: Span, sources: &SourceMap) -> Location {
    let place = TextRange::of(span, sources);
    Location {
        id: None,
        physical: PhysicalLocation {
            artifact_location: artifact(&place.file.path),
            region: place.has_lines().then(|| region(&place)),
        },
        message: None,
        logical_locations: Vec::new(),
    }
}

fn related_location(index: usize, label: &Label, sources: &SourceMap) -> Location {
    Location {
        id: Some(index + 1),
        message: Some(Text { text: visible::in_lines(&label.text).into_owned() }),
        ..location(label.span, sources)
    }
}

fn region(place: &TextRange<'_>) -> Region {
    Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

/// A fix with its edits by file; `None` where a person must do it, for which SARIF has no form.
fn sarif_fix(fix: &Fix, sources: &SourceMap) -> Option<SarifFix> {
    let mut changes: Vec<(FileId, ArtifactChange)> = Vec::new();
    for edit in &fix.edits {
        let place = TextRange::of(edit.span, sources);
        let replacement = Replacement {
            deleted_region: region(&place),
            inserted_content: Text { text: edit.replacement.clone() },
        };
        let file = edit.span.file;
        match changes.iter_mut().find(|(known, _)| *known == file) {
            Some((_, change)) => change.replacements.push(replacement),
            None => changes.push((
                file,
                ArtifactChange {
                    artifact_location: artifact(&place.file.path),
                    replacements: vec![replacement],
                },
            )),
        }
    }
    let artifact_changes: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    (!artifact_changes.is_empty()).then(|| SarifFix {
        description: Text { text: visible::in_lines(&fix.message).into_owned() },
        artifact_changes,
    })
}

fn invocation(report: &Report, sources: &SourceMap) -> Invocation {
    Invocation {
        execution_successful: !report
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Failure),
        tool_execution_notifications: report
            .problems
            .iter()
            .map(|problem| notification(problem, sources))
            .collect(),
    }
}

fn notification(problem: &Problem, sources: &SourceMap) -> Notification {
    let place = match (problem.span, &problem.path) {
        (Some(span), _) => Some(location(span, sources)),
        (None, Some(path)) => Some(Location {
            id: None,
            physical: PhysicalLocation { artifact_location: artifact(path), region: None },
            message: None,
            logical_locations: Vec::new(),
        }),
        (None, None) => None,
    };
    Notification {
        level: prose::kind_level(problem.kind),
        message: Text { text: prose::problem_paragraph(problem) },
        locations: place.into_iter().collect(),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn artifact(path: &Path) -> ArtifactLocation {
    ArtifactLocation { uri: uri(path), uri_base_id: path.is_relative().then_some(ROOT) }
}

/// The path as a URI reference: absolute ones with the scheme `file`, relative ones relative, and
/// every byte that has a meaning in a URI percent-encoded.
fn uri(path: &Path) -> String {
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' => {
                uri.push(char::from(*byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BaseIds,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct BaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    help_uri: String,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
    #[serde(skip_serializing_if = "is_usual")]
    enabled: bool,
}

/// Rules are enabled where nothing else is said.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_usual(enabled: &bool) -> bool {
    *enabled
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
    properties: Properties,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "ioctlLint/v1")]
    ioctl_lint: String,
}

#[derive(Serialize)]
struct Properties {
    abis: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    /// The fingerprint of the result that this one follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri_that_keeps_every_byte() {
        assert_eq!(uri(Path::new("include/uapi/a.h")), "include/uapi/a.h");
        assert_eq!(uri(Path::new("/usr/include/a b.h")), "file:///usr/include/a%20b.h");
        // A colon in the first segment would read as a scheme.
        assert_eq!(uri(Path::new("c:x%#?.h")), "c%3Ax%25%23%3F.h");
        assert_eq!(uri(Path::new("grüße.h")), "gr%C3%BC%C3%9Fe.h");
    }
}
