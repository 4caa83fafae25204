//! Runs the rules about two versions.

use std::cmp::Reverse;

use ioctlkit_model::{FileId, Finding, Layouts, RuleInfo};

use super::rules::RULES;
use super::{Comparison, DiffRule, Side, Versions, compare};
use crate::account::Account;
use crate::engine::Checked;
use crate::{Levels, levels, suppression};

/// Compares two versions, and answers what the rules that `levels` leaves on find, each with the
/// severity that it has in its file, without what the new version's sources allow.
pub fn check(versions: &Versions, levels: &Levels) -> Checked {
    let (old, new) = (Layouts::new(versions.old()), Layouts::new(versions.new_version()));
    report(versions, levels, &compare(versions, &old, &new), (&old, &new))
}

/// The same, without what was as unclear in the old version.
pub fn check_introduced(versions: &Versions, levels: &Levels) -> Checked {
    let (old, new) = (Layouts::new(versions.old()), Layouts::new(versions.new_version()));
    let mut comparison = compare(versions, &old, &new);
    comparison.not_compared.retain(|found| found.side == Side::New);
    report(versions, levels, &comparison, (&old, &new))
}

fn report(
    versions: &Versions,
    levels: &Levels,
    comparison: &Comparison<'_>,
    (old, new): (&Layouts<'_>, &Layouts<'_>),
) -> Checked {
    let on = |rule: &&&DiffRule| levels.may_report(&rule.info);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(on) {
        (rule.check)(comparison, &mut findings);
    }
    let interface = versions.new_version();
    let sources = &interface.sources;
    findings.retain_mut(|finding| {
        let severity = levels.severity(finding.rule, &sources.file(finding.span.file).path);
        levels::apply(finding, severity)
    });
    let ran = |rule: &RuleInfo, file: FileId| {
        let is_ours = RULES.iter().any(|ours| ours.info.code == rule.code);
        is_ours && levels.severity(rule, &sources.file(file).path).is_some()
    };
    let mut suppressed = suppression::apply(interface, findings, ran);
    // The new version first, whose files stand in front: its text is what people look at.
    suppressed.findings.sort_by_cached_key(|it| {
        (sources.place(it.span.file), it.span, it.rule.code, Reverse(it.severity))
    });
    Checked {
        account: Account { judged: comparison.judged(old, new), ..Account::of(new) },
        findings: suppressed.findings,
        suppressed: suppressed.count,
        rules: RULES.iter().filter(on).map(|rule| &rule.info).collect(),
    }
}

/// Everything that rules say of two versions, whatever a configuration leaves out or the sources allow; of
/// what could not be compared, only what the old version still told.
pub fn every_change(versions: &Versions) -> Vec<Finding> {
    let (old, new) = (Layouts::new(versions.old()), Layouts::new(versions.new_version()));
    let mut comparison = compare(versions, &old, &new);
    comparison.not_compared.retain(|found| found.side == Side::New);
    let mut findings = Vec::new();
    for rule in RULES {
        (rule.check)(&comparison, &mut findings);
    }
    findings
}
