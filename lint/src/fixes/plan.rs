//! A finding's edits by the paths of their files, so that they outlive the run that found it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Finding, Language, Report, Safety, Severity, SourceMap};

/// What a finding is known by in two runs over the same files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The file that it is reported in.
    pub path: PathBuf,
    /// The rule's code.
    pub code: &'static str,
    /// [`Finding::fingerprint`].
    pub fingerprint: String,
}

impl Key {
    /// Of a finding with places in `sources`.
    pub fn of(finding: &Finding, sources: &SourceMap) -> Self {
        Self {
            path: sources.path(finding.span).to_owned(),
            code: finding.rule.code,
            fingerprint: finding.fingerprint(),
        }
    }
}

/// The edits of one finding: all of them are made, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The finding.
    pub key: Key,
    /// Its line, from 1.
    pub line: u32,
    /// Its severity.
    pub severity: Severity,
    /// Whether the edits keep the ABI.
    pub safety: Safety,
    /// The edits, at least one, by file and place.
    pub edits: Vec<PlannedEdit>,
    /// The structure or union that it is about.
    pub record: Option<String>,
    /// The command that it is about.
    pub command: Option<String>,
}

/// Replaces a range of a file's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedEdit {
    /// The file.
    pub path: PathBuf,
    /// First byte.
    pub start: usize,
    /// First byte past the end; that of the start to insert.
    pub end: usize,
    /// The new text.
    pub replacement: String,
}

impl PlannedEdit {
    /// The bytes that are replaced.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The new text as it goes into `text`, whose lines may end with a carriage return: new ones end as the line
    /// does that they are put into. None where the edit is none of the text.
    pub fn replacement_in(&self, text: &str) -> Option<String> {
        text.get(self.range())?;
        let line = text.get(self.end..)?.split_inclusive('\n').next().unwrap_or("");
        let ends_so = line.ends_with("\r\n");
        Some(if ends_so {
            self.replacement.replace('\n', "\r\n")
        } else {
            self.replacement.clone()
        })
    }
}

impl Plan {
    /// Of a finding with places in `sources`; none where it takes a person, or where what it edits is no source.
    pub fn of(finding: &Finding, sources: &SourceMap) -> Option<Self> {
        let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
        let is_source = |language| matches!(language, Language::C | Language::Rust);
        if !fix.edits.iter().all(|edit| is_source(sources.file(edit.span.file).language())) {
            return None;
        }
        let mut edits: Vec<PlannedEdit> = fix
            .edits
            .iter()
            .map(|edit| PlannedEdit {
                path: sources.path(edit.span).to_owned(),
                start: edit.span.start as usize,
                end: edit.span.end as usize,
                replacement: edit.replacement.clone(),
            })
            .collect();
        edits.sort();
        edits.dedup();
        Some(Self {
            key: Key::of(finding, sources),
            line: sources.position(finding.span).line,
            severity: finding.severity,
            safety: fix.safety,
            edits,
            record: finding.record.clone(),
            command: finding.command.clone(),
        })
    }

    /// The files that it edits.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let mut paths: Vec<&Path> = self.edits.iter().map(|edit| edit.path.as_path()).collect();
        paths.dedup();
        paths.into_iter()
    }
}

/// What can be edited, the worst first, then by place.
pub fn plans(report: &Report, sources: &SourceMap) -> Vec<Plan> {
    let mut plans: Vec<Plan> =
        report.editable().filter_map(|finding| Plan::of(finding, sources)).collect();
    let order = |plan: &Plan| (std::cmp::Reverse(plan.severity), plan.edits[0].clone());
    plans.sort_by_cached_key(order);
    plans
}

/// Safe edits of one file, as tests write them.
#[cfg(test)]
pub(super) fn of_edits(edits: &[(usize, usize, &str)]) -> Plan {
    let path = PathBuf::from("a.h");
    let edit = |(start, end, text): &(usize, usize, &str)| PlannedEdit {
        path: path.clone(),
        start: *start,
        end: *end,
        replacement: (*text).to_owned(),
    };
    Plan {
        key: Key { path: path.clone(), code: "L001", fingerprint: String::new() },
        line: 1,
        severity: Severity::Warning,
        safety: Safety::Safe,
        edits: edits.iter().map(edit).collect(),
        record: None,
        command: None,
    }
}
