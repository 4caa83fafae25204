//! D006 enumerator-renumbered.

use ioctlkit_model::{Finding, Label, abi_words};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::{Comparison, of_abis};

declare_diff_rule! {
    /// an enumerator with another value than it had
    ///
    /// # What
    /// An enumerator of both versions has another value. What changes with every version is D012, with
    /// the severity info: masks (`…_MASK`, `…_ALL`, `…_FLAGS`) that have all the bits they had, and
    /// enumerators that count the others and grew. An enumerator counts if the last word of its name is
    /// `MAX`, `LAST`, `COUNT`, `NUM`, `CNT`, `NR`, `END`, `SENTINEL` or `NBITS`, or the first is `NUM`, `NR`
    /// or `MAX`. One that no other of its enumeration exceeds, in either version, may also end in such a word
    /// and a plural (`BPF_TCP_MAX_STATES`), or begin with `__` and have such a word (`__BPF_FUNC_MAX_ID`).
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
        finding.related = vec![Label {
            span: versions.span(changed.old_span),
            text: format!("it was {}", changed.old),
        }];
        let breaks = of_abis(changed.abis, among);
        findings.push(breaking(finding, breaks));
    }
}
