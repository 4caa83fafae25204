//! D002 number-changed.

use ioctlkit_model::{Breaks, Finding, Label, abi_words};

use super::words::{breaking, number_change};
use crate::declare_diff_rule;
use crate::diff::{Comparison, Fate, NumberChange, of_abis};

declare_diff_rule! {
    /// a command whose number is another than it was
    ///
    /// # What
    /// A command of both versions has another number on an ABI: its direction, type letter or nr
    /// changed, or its size without a structure that changed. An argument that only grew is D003, a
    /// number that changed on some ABIs alone is D010.
    ///
    /// # Why
    /// Programs that are there call the old number, which the new kernel does not know, or which
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
        let Fate::Renumbered { span, abis, changes, through: false, .. } = &change.fate else {
            continue;
        };
        let Some((changed, first)) = told(changes, *abis) else { continue };
        let message = format!(
            "`{}` has another number {}: {}",
            change.name,
            abi_words::on(changed, *abis),
            number_change(first)
        );
        let mut finding = Finding::new(&NUMBER_CHANGED.info, *span, changed, message);
        finding.command = Some(change.name.to_owned());
        finding.label = format!("{:#010x} on {}", first.numbers.1, first_abi(first));
        finding.related = vec![Label {
            span: comparison.versions.span(change.old_span),
            text: format!("it was {:#010x}", first.numbers.0),
        }];
        let mut breaks = of_abis(changed, *abis);
        // What the argument is changed for those who compile again, too.
        if changes.iter().any(|change| change.old.direction != change.new.direction) {
            breaks.push(Breaks::Source);
        }
        findings.push(breaking(finding, breaks));
    }
}

/// The changes that are neither growth nor limited to some ABIs.
fn told(
    changes: &[NumberChange],
    abis: ioctlkit_abi::AbiSet,
) -> Option<(ioctlkit_abi::AbiSet, &NumberChange)> {
    let all = changes.iter().fold(ioctlkit_abi::AbiSet::EMPTY, |all, one| all.union(one.abis));
    let first = changes.iter().find(|change| !change.is_growth())?;
    let one_sided = all != abis && changes.iter().all(NumberChange::is_of_size);
    (!one_sided).then_some((all, first))
}

fn first_abi(change: &NumberChange) -> &'static str {
    change.abis.first().map_or("no ABI", |id| id.abi().name)
}
