//! D003 size-grew.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Label, Severity, abi_words};

use super::words::{about_record, breaking, number_change};
use crate::declare_diff_rule;
use crate::diff::{
    CommandChange, Comparison, Fate, Fault, NumberChange, RecordChange, Told, of_abis,
};

declare_diff_rule! {
    /// argument that grew
    ///
    /// # What
    /// A structure has more bytes than in the old version, and everything in it is where it was. The
    /// numbers of its commands hold the size and have changed with it. It is a warning where the
    /// interface is designed to grow (a member that states the structure's size; DRM and amdkfd, whose
    /// dispatchers take the size from the number), and where no command's number holds the size.
    ///
    /// # Why
    /// An existing program calls the old number, which a kernel that compares whole numbers no longer
    /// knows. Where the number stays the same, the kernel does not know that the program's structure is
    /// shorter, and overwrites the data after it.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Interface versions", and
    /// dev-tools/checkuapi.rst.
    ///
    /// # Example
    /// ```c
    ///  struct foo_status {
    ///          __u32 state;
    /// +        __u32 errors;
    ///  };
    ///  #define FOO_GET_STATUS  _IOR('f', 0x01, struct foo_status)
    /// ```
    ///
    /// # Fix
    /// Define a new command for the larger structure, and keep the old ones. Use reserved bytes if
    /// there are any.
    SIZE_GREW: "D003", "size-grew", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        findings.extend(of_record(change));
    }
    for change in &comparison.commands {
        findings.extend(of_command(change));
    }
}

fn of_record(change: &RecordChange<'_>) -> Option<Finding> {
    if change.is_one_sided() || !change.disturbed().is_empty() {
        return None;
    }
    let grew = |told: &&Told| matches!(told.fault, Fault::Size { old, new } if new > old);
    let faults: Vec<&Told> = change.faults.iter().filter(grew).collect();
    let mut finding = about_record(&SIZE_GREW, change, &faults)?;
    let added: Vec<String> = change
        .faults
        .iter()
        .filter_map(|told| match &told.fault {
            Fault::AtEnd { member, .. } => Some(format!("`{}{}`", change.prefix, member.name)),
            _ => None,
        })
        .collect();
    if let Some((first, others)) = distinct(added).split_first() {
        finding
            .notes
            .insert(0, format!("new at its end: {}", crate::words::and_more(first, others)));
    }
    if let Some(why) = change.extensible {
        finding.severity = Severity::Warning;
        finding.notes.push(why.reason().to_owned());
        return Some(breaking(finding, Vec::new()));
    }
    if let Some(shows) = change.shows_on {
        finding.severity = Severity::Warning;
        let around = abi_words::on(change.abis.difference(shows), change.abis);
        finding.notes.push(format!("the structure around it has room for it {around}"));
        let breaks = of_abis(change.showing(finding.abis), change.abis);
        return Some(breaking(finding, breaks));
    }
    if !change.sized {
        // Nothing in the header makes the two sides agree on a size.
        finding.severity = Severity::Warning;
        finding.notes.push("no command's number holds its size".into());
    }
    let breaks = of_abis(finding.abis, change.abis);
    Some(breaking(finding, breaks))
}

fn distinct(mut names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn of_command(change: &CommandChange<'_>) -> Option<Finding> {
    let Fate::Renumbered { span, abis, changes, through: false, extensible, .. } = &change.fate
    else {
        return None;
    };
    let all = changes.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
    if all != *abis || !changes.iter().all(NumberChange::is_growth) {
        return None;
    }
    let first = changes.first()?;
    let message = format!(
        "the argument of `{}` grew {}: {}",
        change.name,
        abi_words::on(all, *abis),
        number_change(first)
    );
    let mut finding = Finding::new(&SIZE_GREW.info, *span, all, message);
    finding.command = Some(change.name.to_owned());
    finding.label = format!("{} bytes now", first.new.size);
    finding.related =
        vec![Label { span: change.old_span, text: format!("{} bytes before", first.old.size) }];
    if let Some(why) = extensible {
        finding.severity = Severity::Warning;
        finding.notes.push(why.reason().to_owned());
        return Some(breaking(finding, Vec::new()));
    }
    let breaks = of_abis(all, *abis);
    Some(breaking(finding, breaks))
}
