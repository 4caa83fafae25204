//! D006 enumerator-renumbered.

use std::collections::BTreeMap;

use ioctlkit_model::{Finding, Label, Span, abi_words};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::{Comparison, Renumbered, of_abis};
use crate::words;

declare_diff_rule! {
    /// an enumerator with another value than it had
    ///
    /// # What
    /// An enumerator of both versions has another value. What changes with every version is D012, with
    /// the severity info: masks (`…_MASK`, `…_ALL`, `…_FLAGS`) that have all the bits they had, and
    /// enumerators that count the others and grew. An enumerator is a count if the last word of its
    /// name is `MAX`, `LAST`, `COUNT`, `NUM`, `CNT`, `NR`, `END`, `SENTINEL` or `NBITS`, or the first
    /// is `NUM`, `NR` or `MAX`. One that no other of its enumeration exceeds, in either version, may
    /// also end in such a word and a plural (`BPF_TCP_MAX_STATES`), or begin with `__` and have such a
    /// word (`__BPF_FUNC_MAX_ID`).
    ///
    /// # Why
    /// Existing programs pass and expect the old value, which now means something else.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, on enumerators that may change.
    ///
    /// # Example
    /// ```c
    ///  enum foo_mode {
    ///          FOO_MODE_OFF,
    /// +        FOO_MODE_IDLE,
    ///          FOO_MODE_ON,
    ///  };
    /// ```
    ///
    /// # Fix
    /// Add new enumerators at the end, or with values of their own.
    ENUMERATOR_RENUMBERED: "D006", "enumerator-renumbered", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    let versions = comparison.versions;
    let among = versions.old().abis.intersection(versions.new_version().abis);
    let first = findings.len();
    for changed in &comparison.enumerators {
        let on = abi_words::on(changed.abis, among);
        let message = format!(
            "`{}` was {} and is {} {on}: existing programs use the old value",
            changed.name, changed.old, changed.new
        );
        let rule = &ENUMERATOR_RENUMBERED.info;
        let mut finding = Finding::new(rule, changed.span, changed.abis, message);
        finding.record = changed.of.as_ref().map(|name| format!("enum {name}"));
        finding.member = Some(changed.name.clone());
        finding.label = format!("`{}` is {}", changed.name, changed.new);
        finding.related =
            vec![Label { span: changed.old_span, text: format!("it was {}", changed.old) }];
        let breaks = of_abis(changed.abis, among);
        findings.push(breaking(finding, breaks));
    }
    say_what_moved_together(&comparison.enumerators, &mut findings[first..]);
}

/// One enumerator that was put in front of others moves them all by as much: the first of them is the
/// cause, and the others follow from it.
fn say_what_moved_together(changed: &[Renumbered], findings: &mut [Finding]) {
    let mut together: BTreeMap<(Span, i128), Vec<usize>> = BTreeMap::new();
    for (place, one) in changed.iter().enumerate() {
        together.entry((one.span, one.new.saturating_sub(one.old))).or_default().push(place);
    }
    for ((_, by), mut places) in together {
        places.sort_by_key(|place| (changed[*place].old, *place));
        let [cause, others @ ..] = &places[..] else { continue };
        if others.is_empty() {
            continue;
        }
        let sign = if by > 0 { "+" } else { "" };
        let count = words::count(others.len() as u64, "enumerator");
        findings[*cause].notes.push(format!("{count} behind it moved by {sign}{by}, too"));
        let fingerprint = findings[*cause].fingerprint();
        for place in others {
            findings[*place].cause = Some(fingerprint.clone());
        }
    }
}
