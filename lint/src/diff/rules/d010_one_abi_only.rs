//! D010 one-abi-only.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Label, Severity, abi_words};

use super::words::{about_record, breaking, number_change};
use crate::declare_diff_rule;
use crate::diff::{CommandChange, Comparison, Fate, Fault, NumberChange, Told, of_abis};

declare_diff_rule! {
    /// a size, an offset or a number that changed on some ABIs and not on others
    ///
    /// # What
    /// Between the versions, a structure's size, a member's offset or a command's number changed on
    /// some of the ABIs that have it, and did not change on the others.
    ///
    /// # Why
    /// This is hardly ever intended: the author looked at one machine. A new member that fits into the
    /// padding of x86_64 makes the structure larger on i386, so old programs keep working where they
    /// were tested and break elsewhere, and 32-bit programs no longer agree with a 64-bit kernel.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, which looks at one architecture only;
    /// driver-api/ioctl.rst on alignment.
    ///
    /// # Example
    /// ```c
    ///  struct foo_event {
    ///          __u64 time;
    ///          __u32 code;
    /// +        __u32 value;
    ///  };
    /// ```
    ///
    /// # Fix
    /// Define a new command for the new structure. In a structure that nobody uses yet, make
    /// padding explicit first.
    ONE_ABI_ONLY: "D010", "one-abi-only", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in comparison.records.iter().filter(|change| change.is_one_sided()) {
        let lays = |told: &&Told| matches!(told.fault, Fault::Size { .. } | Fault::Moved { .. });
        let faults: Vec<&Told> = change.faults.iter().filter(lays).collect();
        let Some(mut finding) = about_record(&ONE_ABI_ONLY, change, &faults) else {
            continue;
        };
        let grew = |told: &&Told| matches!(told.fault, Fault::Size { old, new } if new > old);
        if let Some(why) = change.extensible.filter(|_| faults.iter().all(grew)) {
            finding.severity = Severity::Warning;
            finding.notes.push(why.reason().to_owned());
        }
        let others = change.abis.difference(finding.abis);
        let same = abi_words::on(others, change.abis);
        finding.notes.insert(0, format!("its layout is what it was {same}"));
        let breaks = of_abis(finding.abis, change.abis);
        findings.push(breaking(finding, breaks));
    }
    for change in &comparison.commands {
        findings.extend(of_command(change));
    }
}

fn of_command(change: &CommandChange<'_>) -> Option<Finding> {
    let Fate::Renumbered { span, abis, changes, through: false, .. } = &change.fate else {
        return None;
    };
    let all = changes.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
    if all == *abis || !changes.iter().all(NumberChange::is_of_size) {
        return None;
    }
    let first = changes.first()?;
    let message = format!(
        "the number of `{}` changed {} alone: {}",
        change.name,
        abi_words::on(all, *abis),
        number_change(first)
    );
    let mut finding = Finding::new(&ONE_ABI_ONLY.info, *span, all, message);
    finding.command = Some(change.name.to_owned());
    finding.label = format!("{} bytes there", first.new.size);
    finding.related =
        vec![Label { span: change.old_span, text: format!("{} bytes before", first.old.size) }];
    let breaks = of_abis(all, *abis);
    Some(breaking(finding, breaks))
}
