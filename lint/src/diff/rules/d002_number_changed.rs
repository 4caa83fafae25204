//! D002 number-changed.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Breaks, Finding, Label, abi_words};

use super::words::{breaking, number_changes};
use crate::declare_diff_rule;
use crate::diff::{CommandChange, Comparison, Fate, NumberChange, of_abis};

declare_diff_rule! {
    /// command with another number than before
    ///
    /// # What
    /// A command of both versions has another number on an ABI: its direction, type letter or nr
    /// changed, or its size did although no structure changed. Direction, type letter and nr are
    /// compared even where the size of the argument is not known. The numbers that programs with a
    /// 64-bit `time_t` see are compared as well. An argument that only grew is D003, a number that
    /// changed on some ABIs only is D010.
    ///
    /// # Why
    /// Existing programs call the old number, which the new kernel does not know, or which
    /// is another command's.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": once used, a
    /// number means the same for ever.
    ///
    /// # Example
    /// ```c
    /// -#define FOO_RESET  _IO('f', 0x02)
    /// +#define FOO_RESET  _IOW('f', 0x02, __u32)
    /// ```
    ///
    /// # Fix
    /// Define a new command, and keep the old one.
    NUMBER_CHANGED: "D002", "number-changed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.commands {
        let Fate::Renumbered { span, abis, changes, taken_by, through: false, .. } = &change.fate
        else {
            continue;
        };
        let Some((changed, first)) = told(changes, *abis) else { continue };
        let mut differences = number_changes(first).into_iter();
        let message = format!(
            "`{}` has another number {}: {}",
            change.name,
            abi_words::on(changed, *abis),
            differences.next().unwrap_or_default()
        );
        let mut finding = Finding::new(&NUMBER_CHANGED.info, *span, changed, message);
        finding.command = Some(change.name.to_owned());
        let (label, text) = match first.numbers {
            Some((was, is)) => {
                (format!("{is:#010x} on {}", first_abi(first)), format!("it was {was:#010x}"))
            }
            None => ("its size is not known".to_owned(), "defined here before".to_owned()),
        };
        finding.label = label;
        finding.notes.extend(differences);
        finding.related = vec![Label { span: change.old_span, text }];
        if let Some(other) = taken_by {
            finding.notes.push(format!("the old number is `{other}`'s now"));
        }
        let mut breaks = of_abis(changed, *abis);
        // What the argument is changed for those who compile again, too.
        if changes.iter().any(|change| change.old.direction != change.new.direction) {
            breaks.push(Breaks::Source);
        }
        findings.push(breaking(finding, breaks));
    }
    findings.extend(comparison.with_64_bit_time.iter().filter_map(of_wide_time));
}

/// The finding about a number that changed for programs with a 64-bit `time_t` alone.
fn of_wide_time(change: &CommandChange<'_>) -> Option<Finding> {
    let Fate::Renumbered { span, abis, changes, .. } = &change.fate else { return None };
    let changed = changes.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
    let first = changes.first()?;
    let (was, is) = first.numbers?;
    let mut differences = number_changes(first).into_iter();
    let message = format!(
        "`{}` has another number {} with a 64-bit `time_t`: {}",
        change.name,
        abi_words::on(changed, *abis),
        differences.next().unwrap_or_default()
    );
    let mut finding = Finding::new(&NUMBER_CHANGED.info, *span, changed, message);
    finding.command = Some(change.name.to_owned());
    finding.label = format!("{is:#010x} on {}", first_abi(first));
    let text = format!("it was {was:#010x}");
    finding.related = vec![Label { span: change.old_span, text }];
    finding.notes.extend(differences);
    finding.notes.push("other programs have the same number as before".into());
    Some(breaking(finding, of_abis(changed, *abis)))
}

/// The changes that are neither growth nor limited to some ABIs.
fn told(changes: &[NumberChange], abis: AbiSet) -> Option<(AbiSet, &NumberChange)> {
    let all = changes.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
    let first = changes.iter().find(|change| !change.is_growth())?;
    let one_sided = all != abis && changes.iter().all(NumberChange::is_of_size);
    (!one_sided).then_some((all, first))
}

fn first_abi(change: &NumberChange) -> &'static str {
    change.abis.first().map_or("no ABI", |id| id.abi().name)
}
