//! What a check says at its end.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::PathBuf;

use ioctl_lint::Baseline;
use ioctl_lint::against::{Item, Reference};
use ioctl_lint::baseline::Entry;
use ioctl_lint::fixes::{plans, target};
use ioctlkit_model::{ProblemKind, Report, Safety, SourceMap};
use ioctlkit_report::{Style, verdict};

use super::fix::{self, Fixed};
use crate::cli::table;

/// Stale entries of a baseline that are named.
const NAMED: usize = 5;

/// What the report does not hold.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// Findings that comments allow.
    pub(super) suppressed: usize,
    /// Findings that a baseline accepts.
    pub(super) accepted: usize,
    /// How many of the files are Rust sources, and not headers.
    pub(super) rust_files: usize,
    /// How many of them are lists of numbers.
    pub(super) lists: usize,
    /// How many names these give a number.
    pub(super) listed: usize,
    /// Functions of driver source that handle commands.
    pub(super) handlers: usize,
    /// Calls in these of functions whose source was not read.
    pub(super) unknown_calls: usize,
    /// Calls in programs that were looked at.
    pub(super) calls: usize,
    /// Those of which something could not be worked out.
    pub(super) calls_not_understood: usize,
    /// How long it took.
    pub(super) seconds: f64,
    /// What was compared with C headers.
    pub(super) compared: Vec<Compared>,
    /// What edits were made, where they were asked for.
    pub(super) fixed: Option<Fixed>,
    /// How many findings have edits that can be made, those that keep the ABI first.
    fixable: Fixable,
    stale: Vec<(Entry, usize)>,
}

/// How many findings have edits, by what the edits change.
#[derive(Debug, Clone, Copy, Default)]
struct Fixable {
    safe: usize,
    abi: usize,
    program: usize,
}

/// What came of the comparison with headers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compared {
    headers: String,
    commands: usize,
    structures: usize,
    /// Pairs of which one side says nothing on the ABIs that both are for.
    unknown: usize,
    alone: usize,
}

impl Compared {
    /// Of headers that a rule has compared something with.
    pub(super) fn of(reference: &Reference) -> Option<Self> {
        let comparison = reference.compared()?;
        let is_structure = |item: Item| item == Item::Record;
        let known = comparison.pairs.iter().filter(|pair| !pair.abis.is_empty());
        let structures = known.clone().filter(|pair| is_structure(pair.item)).count();
        let known = known.count();
        Some(Self {
            headers: reference.names.join(", "),
            commands: known - structures,
            structures,
            unknown: comparison.pairs.len() - known,
            alone: comparison.alone.len(),
        })
    }
}

impl Summary {
    /// What is left of baselines is stale.
    pub(super) fn set_stale(&mut self, baselines: impl Iterator<Item = Baseline>) {
        let entries = |baseline: Baseline| {
            baseline.entries().map(|(entry, count)| (entry.clone(), count)).collect::<Vec<_>>()
        };
        self.stale = baselines.flat_map(entries).collect();
    }

    /// Counts the findings whose edits could be made.
    pub(super) fn set_fixable(
        &mut self,
        report: &Report,
        sources: &SourceMap,
        asked_for: &HashSet<PathBuf>,
    ) {
        let mut plans = plans(report, sources);
        plans.retain(|plan| {
            plan.files().all(|path| asked_for.contains(path) && !target::is_of_system(path))
        });
        let count = |safety| plans.iter().filter(|plan| plan.safety == safety).count();
        self.fixable = Fixable {
            safe: count(Safety::Safe),
            abi: count(Safety::ChangesAbi),
            program: count(Safety::ChangesProgram),
        };
    }

    /// Headers that were to be compared with, and that nothing is a counterpart of.
    pub(super) fn without_counterpart(&self) -> impl Iterator<Item = &str> {
        let nothing = |compared: &&Compared| compared.commands == 0 && compared.structures == 0;
        self.compared.iter().filter(nothing).map(|compared| compared.headers.as_str())
    }

    pub(super) fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.write_timed(report, &format!(" in {:.2} s", self.seconds), out)
    }

    /// The lines without how long it took: two runs over the same input say the same.
    pub(super) fn lines(&self, report: &Report) -> Vec<String> {
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = self.write_timed(report, "", &mut text);
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    fn write_timed(&self, report: &Report, time: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut read = Vec::new();
        let headers = report.headers - (self.rust_files + self.lists).min(report.headers);
        let objects = report.objects.len();
        if headers > 0 || (self.rust_files == 0 && self.lists == 0 && objects == 0) {
            read.push(counted(headers, "header"));
        }
        if self.rust_files > 0 {
            read.push(counted(self.rust_files, "Rust file"));
        }
        if self.lists > 0 {
            let lists = counted(self.lists, "list");
            read.push(format!("{lists} of {}", counted(self.listed, "number")));
        }
        if report.headers > self.lists || (self.lists == 0 && objects == 0) {
            read.push(counted(report.commands, "command"));
        }
        if self.handlers > 0 {
            read.push(counted(self.handlers, "handler"));
        }
        if self.calls > 0 {
            read.push(counted(self.calls, "call"));
        }
        if objects > 0 {
            read.push(counted(objects, "object"));
        }
        read.push(counted(report.abis.len(), "ABI"));
        write!(out, "checked {}{time}: ", read.join(", "))?;
        writeln!(out, "{}{}{}", found(report), self.hidden(), not_read(report))?;
        if let Some(fixed) = &self.fixed {
            fix::write_fixed(fixed, "fixed", out)?;
        }
        let Fixable { safe, abi, program } = self.fixable;
        match (safe, abi + program) {
            (0, 0) => {}
            (safe, 0) => writeln!(out, "{safe} can be fixed with --fix")?,
            (0, others) => {
                let what = if abi > 0 { "the ABI" } else { "types in programs" };
                writeln!(
                    out,
                    "{others} can be fixed with --fix --unsafe-fixes, which changes {what}"
                )?;
            }
            (safe, others) => {
                writeln!(out, "{safe} can be fixed with --fix, {others} more with --unsafe-fixes")?;
            }
        }
        if self.unknown_calls > 0 {
            writeln!(
                out,
                "{} of functions whose source was not read: the H rules are silent about what these do",
                counted(self.unknown_calls, "call"),
            )?;
        }
        if self.calls_not_understood > 0 {
            writeln!(
                out,
                "{} could not be followed: the P rules are silent about these, and U007 says why",
                counted(self.calls_not_understood, "call"),
            )?;
        }
        for Compared { headers, commands, structures, unknown, alone } in &self.compared {
            let commands = counted(*commands, "command");
            let structures = counted(*structures, "structure");
            write!(out, "compared {commands} and {structures} with {headers}")?;
            match unknown {
                0 => {}
                1 => write!(out, "; 1 definition has nothing to compare with on these ABIs")?,
                more => {
                    write!(out, "; {more} definitions have nothing to compare with on these ABIs")?;
                }
            }
            match alone {
                0 => writeln!(out)?,
                1 => writeln!(out, "; 1 definition has no counterpart there")?,
                more => writeln!(out, "; {more} definitions have no counterpart there")?,
            }
        }
        if !self.stale.is_empty() {
            let count = self.stale.iter().map(|(_, count)| count).sum();
            let findings = counted(count, "finding");
            writeln!(out, "the baseline accepts {findings} no longer there; write it again:")?;
            for (entry, _) in self.stale.iter().take(NAMED) {
                writeln!(out, "  {entry}")?;
            }
            if self.stale.len() > NAMED {
                writeln!(out, "  and {} more", self.stale.len() - NAMED)?;
            }
        }
        Ok(())
    }

    fn hidden(&self) -> String {
        let parts = [(self.suppressed, "suppressed"), (self.accepted, "in the baseline")];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}

pub(in crate::cli) fn found(report: &Report) -> String {
    format!("{}{}", verdict(report), following(report))
}

/// How many findings follow from others.
fn following(report: &Report) -> String {
    match report.findings.len() - report.causes().count() {
        0 => String::new(),
        1 => "; 1 more follows from these".into(),
        more => format!("; {more} more follow from these"),
    }
}

/// What the findings cannot be about.
pub(in crate::cli) fn not_read(report: &Report) -> String {
    let count = |kind| report.problems.iter().filter(|problem| problem.kind == kind).count();
    let mut text = String::new();
    let (failures, gaps) = (count(ProblemKind::Failure), count(ProblemKind::Incomplete));
    if failures > 0 {
        text = format!("; {} could not be used", counted(failures, "input"));
    }
    if gaps > 0 {
        // Of objects a gap may be of many, and each problem says of how many.
        text = if report.headers > 0 || report.objects.is_empty() {
            format!("{text}; {} could not be worked out", counted(gaps, "definition"))
        } else {
            format!("{text}; {} in what was read", counted(gaps, "gap"))
        };
    }
    if report.not_understood > 0 {
        text = format!("{text}; {} not understood", counted(report.not_understood, "definition"));
    }
    if report.not_read > 0 {
        text = format!("{text}; {} not read for every ABI", counted(report.not_read, "header"));
    }
    let without_types = report.objects.iter().filter(|object| !object.has_types).count();
    if without_types > 0 {
        text = format!("{text}; {} without types", counted(without_types, "object"));
    }
    text
}

/// `1 finding`, `2 findings`.
pub(in crate::cli) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// How many findings each rule has, the most first.
pub(super) fn write_statistics(
    report: &Report,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for finding in &report.findings {
        counts.entry(finding.rule.code).or_insert((0, finding.rule.slug)).0 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let rows: Vec<[String; 3]> = counts
        .into_iter()
        .map(|(code, (count, slug))| [format!("{count:>8}"), code.into(), slug.into()])
        .collect();
    table::write(out, style, ["findings", "code", "slug"], &rows)
}

#[cfg(test)]
mod tests {
    use ioctl_lint::registry;
    use ioctlkit_abi::AbiSet;
    use ioctlkit_model::{Finding, Severity, SourceMap, Span};

    use super::*;

    fn finding(severity: Severity) -> Finding {
        let file = SourceMap::default().add("a.h".into(), "".into());
        let rule = registry::by_name("S001").unwrap();
        let span = Span { file, start: 0, end: 0 };
        Finding { severity, ..Finding::new(rule, span, AbiSet::ALL, String::new()) }
    }

    fn text(summary: &Summary, report: &Report) -> String {
        let mut out = Vec::new();
        summary.write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn headers_and_rust_files_are_told_apart() {
        let report = Report { abis: AbiSet::ALL, headers: 3, ..Report::default() };
        for (rust_files, expected) in
            [(0, "3 headers"), (1, "2 headers, 1 Rust file"), (3, "3 Rust files")]
        {
            let text = text(&Summary { rust_files, ..Summary::default() }, &report);
            assert!(text.starts_with(&format!("checked {expected}, 0 commands,")), "{text}");
        }
    }

    #[test]
    fn one_line_says_it_all_and_stale_entries_follow() {
        let findings = [Severity::Error, Severity::Info, Severity::Error].map(finding);
        let mut report = Report {
            abis: AbiSet::ALL,
            headers: 1,
            commands: 2,
            findings: findings.to_vec(),
            ..Report::default()
        };
        let mut summary = Summary { suppressed: 3, accepted: 1, ..Summary::default() };
        assert_eq!(
            text(&summary, &report),
            "checked 1 header, 2 commands, 32 ABIs in 0.00 s: 2 errors, 1 info (3 suppressed, 1 in \
             the baseline)\n"
        );
        report.findings.clear();
        summary = Summary::default();
        summary.set_stale([Baseline::of(&findings)].into_iter());
        assert_eq!(
            text(&summary, &report),
            "checked 1 header, 2 commands, 32 ABIs in 0.00 s: nothing found\nthe baseline accepts 3 \
             findings no longer there; write it again:\n  S001\n"
        );
    }

    #[test]
    fn statistics_count_by_rule() {
        let report = Report {
            findings: vec![finding(Severity::Error), finding(Severity::Info)],
            ..Report::default()
        };
        let mut out = Vec::new();
        write_statistics(&report, Style { colour: false }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "findings  code  slug\n       2  S001  stale-suppression\n");
    }
}
