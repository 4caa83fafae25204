//! Suppressions: comments that accept findings in place, and what is wrong with them.
//!
//! `/* ioctl-lint: allow(L001, implicit-tail) reason */` covers its own line, or the line below
//! where it stands alone; at or above the head of a structure or of a command's `#define` it
//! covers the whole of it. In Rust that head begins at the first attribute of the structure, of the
//! variant, or of the macro's use. `/* ioctl-lint: allow-file(L011) reason */` covers its file.

mod completion;
mod coverage;
mod directive;
mod insertion;
mod rules;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Finding, Interface, RuleInfo, SourceFile, Span};

use crate::registry;
use crate::suppression::coverage::{Coverage, Definitions};
pub use completion::{Expected, expected_at};
pub use directive::{Directive, Malformed, NamedRule, Scope, directives};
pub use insertion::insertion;
pub use rules::RULES;
use rules::{
    MALFORMED_SUPPRESSION, STALE_SUPPRESSION, SUPPRESSION_WITHOUT_REASON,
    UNKNOWN_RULE_IN_SUPPRESSION,
};

/// What is left of the findings, and what the suppressions themselves give rise to.
#[derive(Debug)]
pub struct Suppressed {
    /// Findings that no suppression covers, and findings about suppressions.
    pub findings: Vec<Finding>,
    /// How many findings were covered.
    pub count: usize,
}

/// One rule of one directive.
struct Allowance {
    rule: &'static RuleInfo,
    coverage: Coverage,
    /// The rule's name in the comment.
    span: Span,
    used: bool,
}

/// Takes out the findings that comments of the checked files allow.
///
/// `ran` tells whether a rule was looked for in a file: only then can an allowance be stale.
pub fn apply(
    interface: &Interface,
    findings: Vec<Finding>,
    ran: impl Fn(&RuleInfo, FileId) -> bool,
) -> Suppressed {
    let mut files: BTreeSet<FileId> = interface.headers.iter().map(|header| header.file).collect();
    files.extend(findings.iter().map(|finding| finding.span.file));
    let readings = Readings::of(interface, &files);
    let mut allowances = Vec::new();
    let mut about = Vec::new();
    for file in files {
        read_file(interface, file, &mut allowances, &mut about);
    }
    about.retain(|finding: &Finding| readings.is_first(finding.span.file));
    let before = findings.len();
    let mut left = uncovered(findings, &mut allowances);
    let (of_suppressions, others): (Vec<_>, Vec<_>) =
        allowances.into_iter().partition(|allowance| is_about_suppressions(allowance.rule));
    about.extend(readings.stale(&others, &ran));
    // What is about suppressions may be allowed too, but not that such an allowance is stale.
    about.retain(|finding| ran(finding.rule, finding.span.file));
    let found = before + about.len();
    let mut of_suppressions = of_suppressions;
    left.extend(uncovered(about, &mut of_suppressions));
    let count = found - left.len();
    let unused = readings.stale(&of_suppressions, &ran);
    left.extend(unused.into_iter().filter(|finding| ran(finding.rule, finding.span.file)));
    Suppressed { findings: left, count }
}

/// The files, each of which may have been read more than once: a driver's source is read for its commands and for
/// its handlers. What a comment says is of one text.
struct Readings(HashMap<FileId, FileId>);

impl Readings {
    fn of(interface: &Interface, files: &BTreeSet<FileId>) -> Self {
        let mut first: HashMap<&Path, FileId> = HashMap::new();
        let of_file = |id: &FileId| {
            let path = interface.sources.file(*id).path.as_path();
            (*id, *first.entry(path).or_insert(*id))
        };
        Self(files.iter().map(of_file).collect())
    }

    /// The first reading of the same file.
    fn first(&self, file: FileId) -> FileId {
        self.0.get(&file).copied().unwrap_or(file)
    }

    fn is_first(&self, file: FileId) -> bool {
        self.first(file) == file
    }

    /// A finding for each allowance that was of use in no reading, where its rule ran.
    fn stale(
        &self,
        allowances: &[Allowance],
        ran: impl Fn(&RuleInfo, FileId) -> bool,
    ) -> Vec<Finding> {
        let place = |allowance: &Allowance| (self.first(allowance.span.file), allowance.span.start);
        let used: HashSet<_> = allowances.iter().filter(|it| it.used).map(place).collect();
        let is_stale = |allowance: &&Allowance| {
            self.is_first(allowance.span.file)
                && !used.contains(&place(allowance))
                && ran(allowance.rule, allowance.span.file)
        };
        allowances.iter().filter(is_stale).map(stale_finding).collect()
    }
}

fn is_about_suppressions(rule: &RuleInfo) -> bool {
    RULES.iter().any(|known| known.code == rule.code)
}

/// The findings that no allowance covers. Every allowance that covers one is of use, not just the
/// first.
fn uncovered(findings: Vec<Finding>, allowances: &mut [Allowance]) -> Vec<Finding> {
    let mut found: HashMap<_, Vec<u32>> = HashMap::new();
    for finding in &findings {
        found.entry((finding.span.file, finding.rule.code)).or_default().push(finding.span.start);
    }
    for places in found.values_mut() {
        places.sort_unstable();
    }
    let mut allowed: HashMap<_, Vec<Range<u32>>> = HashMap::new();
    for allowance in allowances {
        let key = (allowance.span.file, allowance.rule.code);
        let Some(places) = found.get(&key) else { continue };
        for range in allowance.coverage.ranges() {
            let first = places.get(places.partition_point(|place| *place < range.start));
            allowance.used |= first.is_some_and(|place| *place < range.end);
        }
        if allowance.used {
            allowed.entry(key).or_default().extend_from_slice(allowance.coverage.ranges());
        }
    }
    for ranges in allowed.values_mut() {
        *ranges = merged(std::mem::take(ranges));
    }
    let is_covered = |finding: &Finding| {
        let ranges = allowed.get(&(finding.span.file, finding.rule.code));
        ranges.is_some_and(|ranges| contains(ranges, finding.span.start))
    };
    findings.into_iter().filter(|finding| !is_covered(finding)).collect()
}

/// The same bytes in ranges that are in order and apart.
fn merged(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match merged.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}

/// Whether one of ranges that are in order and apart holds a place.
fn contains(ranges: &[Range<u32>], place: u32) -> bool {
    let ends_behind = ranges.partition_point(|range| range.end <= place);
    ranges.get(ends_behind).is_some_and(|range| range.contains(&place))
}

fn read_file(
    interface: &Interface,
    id: FileId,
    allowances: &mut Vec<Allowance>,
    about: &mut Vec<Finding>,
) {
    let file = interface.sources.file(id);
    if !file.comments().any(|comment| comment.text.contains(directive::MARK)) {
        return;
    }
    let definitions = Definitions::of_file(interface, id);
    for comment in file.comments() {
        for parsed in directives(comment) {
            match parsed {
                Ok(directive) => {
                    let covers = || match directive.scope {
                        Scope::File => Coverage::whole(),
                        Scope::Here => coverage::of_comment(file, &definitions, comment),
                    };
                    read_directive(id, &directive, covers, allowances, about);
                }
                Err(malformed) => about.push(malformed_finding(id, &malformed)),
            }
        }
    }
}

fn read_directive(
    file: FileId,
    directive: &Directive,
    coverage: impl Fn() -> Coverage,
    allowances: &mut Vec<Allowance>,
    about: &mut Vec<Finding>,
) {
    for named in &directive.rules {
        let span = span_of(file, &named.place);
        match registry::by_name(&named.name) {
            Ok(rule) => {
                allowances.push(Allowance { rule, coverage: coverage(), span, used: false });
            }
            Err(unknown) => about.push(Finding {
                label: "no such rule".into(),
                notes: vec![unknown.help()],
                ..finding(
                    &UNKNOWN_RULE_IN_SUPPRESSION,
                    span,
                    format!("`{}` is no rule, so this allows nothing", named.name),
                )
            }),
        }
    }
    if directive.reason.is_empty() {
        about.push(Finding {
            label: "no reason".into(),
            notes: vec!["write the reason behind the closing parenthesis".into()],
            ..finding(
                &SUPPRESSION_WITHOUT_REASON,
                span_of(file, &directive.place),
                "a finding is allowed without a reason, so the next reader cannot tell whether it \
                 still holds"
                    .into(),
            )
        });
    }
}

fn stale_finding(allowance: &Allowance) -> Finding {
    let RuleInfo { code, slug, .. } = allowance.rule;
    let mut stale = finding(
        &STALE_SUPPRESSION,
        allowance.span,
        format!("{code} {slug} is allowed here, but nothing here would be reported"),
    );
    stale.label = "allows nothing".into();
    if allowance.coverage.is_empty() {
        let note = "a suppression covers its own line, or the line right below it";
        stale.notes.push(note.into());
    }
    stale
}

fn malformed_finding(file: FileId, malformed: &Malformed) -> Finding {
    let mut found = finding(
        &MALFORMED_SUPPRESSION,
        span_of(file, &malformed.place),
        "this reads like a suppression, but allows nothing".into(),
    );
    found.label = malformed.expected.into();
    found.notes.push("write `ioctl-lint: allow(CODE, …) reason` or `allow-file(…) reason`".into());
    found
}

/// It holds on no ABI in particular.
fn finding(rule: &'static RuleInfo, span: Span, message: String) -> Finding {
    Finding::new(rule, span, AbiSet::EMPTY, message)
}

fn span_of(file: FileId, place: &Range<usize>) -> Span {
    Span { file, start: place.start as u32, end: place.end as u32 }
}

/// The byte range of a line (from 1), its end included.
fn whole_line(file: &SourceFile, line: u32) -> Range<u32> {
    let range = file.line_range(line);
    range.start as u32..range.end as u32 + 1
}

#[cfg(test)]
mod tests;
