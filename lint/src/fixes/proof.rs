//! Whether edits did what they promise: the same files, read before and after.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use ioctlkit_model::{Breaks, Finding, Interface, Problem, ProblemKind, Report, Safety, SourceMap};

use super::plan::{Key, Plan};
use super::touched::Touched;
use crate::diff::{self, Version, Versions};

/// One reading of the files.
#[derive(Debug)]
pub struct Reading<'a> {
    /// What rules say.
    pub report: &'a Report,
    /// The text that this is about.
    pub sources: &'a SourceMap,
    /// The interface with all its definitions, a part for each configuration.
    pub parts: &'a [Part],
}

/// Paths that are read together.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// What was read, with all definitions.
    pub interface: Interface,
    /// What could not be.
    pub problems: Vec<Problem>,
    /// The paths that were asked for.
    pub roots: Vec<PathBuf>,
}

/// Something that edits must not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What it would do: "it would …".
    pub message: String,
    /// The finding whose edit it was, where that is certain.
    pub by: Option<Key>,
    /// The file.
    pub path: Option<PathBuf>,
    /// The structure.
    pub record: Option<String>,
    /// The command.
    pub command: Option<String>,
    /// The commands at the other places that it shows.
    pub others: Vec<String>,
}

impl Violation {
    /// Whether it is about something that an edit changes.
    pub fn is_about(&self, touched: &Touched) -> bool {
        touched.names(self.record.as_deref(), self.command.as_deref())
            || self.others.iter().any(|name| touched.names(None, Some(name)))
    }
}

/// What edits did that they must not do. `plans` are what was edited, each with what it may change.
///
/// Where all edits are safe, no number, size and offset may change on any ABI; else none but those of what
/// they may change. Whatever they are, each finding has to be gone, no other one may come, and everything
/// that compiled still has to.
pub fn violations(
    before: &Reading<'_>,
    after: &Reading<'_>,
    plans: &[(&Plan, &Touched)],
) -> Vec<Violation> {
    let mut found = Vec::new();
    unmended(before, after, plans, &mut found);
    new_findings(before, after, &mut found);
    for (before, after) in before.parts.iter().zip(after.parts) {
        new_problems(before, after, &mut found);
        new_errors(before, after, &mut found);
        changes(before, after, plans, &mut found);
    }
    found
}

/// Findings that their edits left.
fn unmended(
    before: &Reading<'_>,
    after: &Reading<'_>,
    plans: &[(&Plan, &Touched)],
    found: &mut Vec<Violation>,
) {
    let (before, after) = (counts(before), counts(after));
    for (plan, _) in plans {
        let count = |of: &HashMap<Key, usize>| of.get(&plan.key).copied().unwrap_or_default();
        if count(&after) >= count(&before) {
            found.push(Violation {
                message: format!("it would leave {} as it is", plan.key.code),
                by: Some(plan.key.clone()),
                path: Some(plan.key.path.clone()),
                record: plan.record.clone(),
                command: plan.command.clone(),
                others: Vec::new(),
            });
        }
    }
}

fn counts(reading: &Reading<'_>) -> HashMap<Key, usize> {
    let mut counts = HashMap::new();
    for finding in &reading.report.findings {
        *counts.entry(Key::of(finding, reading.sources)).or_default() += 1;
    }
    counts
}

fn new_findings(before: &Reading<'_>, after: &Reading<'_>, found: &mut Vec<Violation>) {
    let mut known = counts(before);
    for finding in &after.report.findings {
        let key = Key::of(finding, after.sources);
        match known.get_mut(&key) {
            Some(count) if *count > 0 => *count -= 1,
            _ => found.push(Violation {
                message: format!("it would bring {}: {}", key.code, finding.message),
                by: None,
                path: Some(key.path),
                record: finding.record.clone(),
                command: finding.command.clone(),
                others: others(finding, after),
            }),
        }
    }
}

fn new_problems(before: &Part, after: &Part, found: &mut Vec<Violation>) {
    let known: HashSet<(&Option<PathBuf>, &str)> =
        before.problems.iter().map(|problem| (&problem.path, &*problem.message)).collect();
    let counts = |problem: &&Problem| problem.kind != ProblemKind::Note;
    for problem in after.problems.iter().filter(counts) {
        let span_path = problem.span.map(|span| after.interface.sources.path(span).to_owned());
        if !known.contains(&(&problem.path, &*problem.message)) {
            found.push(in_file(
                format!("it would bring a problem: {}", problem.message),
                problem.path.clone().or(span_path),
            ));
        }
    }
}

/// Headers that no longer compile, and definitions that are no longer understood.
fn new_errors(before: &Part, after: &Part, found: &mut Vec<Violation>) {
    let known: HashSet<(&Path, &str)> = errors(&before.interface).collect();
    for (path, message) in errors(&after.interface) {
        if !known.contains(&(path, message)) {
            let message = format!("it would no longer compile: {message}");
            found.push(in_file(message, Some(path.to_owned())));
        }
    }
    let known: HashSet<(&Path, &str)> = not_understood(&before.interface).collect();
    for (path, name) in not_understood(&after.interface) {
        if !known.contains(&(path, name)) {
            let message = format!("`{name}` would no longer be understood");
            found.push(in_file(message, Some(path.to_owned())));
        }
    }
}

fn errors(interface: &Interface) -> impl Iterator<Item = (&Path, &str)> {
    interface.headers.iter().flat_map(|header| {
        let path = interface.sources.file(header.file).path.as_path();
        header.errors.iter().map(move |error| (path, &*error.message))
    })
}

fn not_understood(interface: &Interface) -> impl Iterator<Item = (&Path, &str)> {
    let all = interface.not_understood.iter();
    all.map(|unknown| (interface.sources.path(unknown.span), &*unknown.name))
}

fn in_file(message: String, path: Option<PathBuf>) -> Violation {
    Violation { message, by: None, path, record: None, command: None, others: Vec::new() }
}

/// The commands that are defined at a finding's other places.
fn others(finding: &Finding, reading: &Reading<'_>) -> Vec<String> {
    let places: Vec<(&Path, u32)> = finding
        .related
        .iter()
        .map(|label| (reading.sources.path(label.span), label.span.start))
        .collect();
    let interfaces = reading.parts.iter().map(|part| &part.interface);
    let commands = interfaces.flat_map(|it| it.commands.iter().map(move |one| (it, one)));
    commands
        .filter(|(it, one)| places.contains(&(it.sources.path(one.span), one.span.start)))
        .map(|(_, command)| command.name.clone())
        .collect()
}

/// What `diff` says of both versions that the edits did not mean to change.
fn changes(before: &Part, after: &Part, plans: &[(&Plan, &Touched)], found: &mut Vec<Violation>) {
    let version = |part: &Part| Version {
        interface: part.interface.clone(),
        roots: part.roots.clone(),
        ..Version::default()
    };
    let versions = Versions::new(version(before), version(after));
    let sources = &versions.new_version().sources;
    let macros = Macros::of(&after.interface);
    let is_meant = |finding: &Finding| {
        let names = (finding.record.as_deref(), finding.command.as_deref());
        keeps_binaries(finding)
            || plans.iter().any(|(plan, touched)| {
                plan.safety == Safety::ChangesAbi
                    && (touched.names(names.0, names.1) || macros.follow(finding, touched))
            })
    };
    for finding in diff::every_change(&versions).into_iter().filter(|finding| !is_meant(finding)) {
        found.push(Violation {
            message: format!("it would change the ABI: {}", finding.message),
            by: None,
            others: Vec::new(),
            path: Some(sources.path(finding.span).to_owned()),
            record: finding.record,
            command: finding.command,
        });
    }
}

/// Whether a change is of names and types alone: neither a number, a size nor an offset is another.
fn keeps_binaries(finding: &Finding) -> bool {
    const OF_TYPES: [&str; 3] = ["D004", "D005", "D008"];
    OF_TYPES.contains(&finding.rule.code)
        && !finding.breaks.iter().any(|kind| matches!(kind, Breaks::Binary | Breaks::Binary32))
}

/// The macros of a version.
struct Macros<'a>(HashMap<&'a str, &'a str>);

impl<'a> Macros<'a> {
    fn of(interface: &'a Interface) -> Self {
        let macros = interface.macros.iter();
        Self(macros.map(|found| (&*found.name, &*found.definition)).collect())
    }

    /// Whether a changed constant is made of something that an edit changes, such as `sizeof(struct foo)`.
    fn follow(&self, finding: &Finding, touched: &Touched) -> bool {
        let name = finding.member.as_deref().filter(|_| finding.rule.code == "D012");
        let mut open: Vec<&str> = name.into_iter().collect();
        let mut seen: HashSet<&str> = HashSet::new();
        while let Some(definition) = open.pop().and_then(|name| self.0.get(name)) {
            for word in definition.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                if touched.all.contains(word) {
                    return true;
                }
                if self.0.contains_key(word) && seen.insert(word) {
                    open.push(word);
                }
            }
        }
        false
    }
}
