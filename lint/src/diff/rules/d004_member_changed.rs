//! D004 member-changed.

use ioctlkit_model::{Breaks, Finding, Severity};

use super::words::{about_argument, about_record, about_typedef, breaking};
use crate::declare_diff_rule;
use crate::diff::{
    ArgumentChange, Comparison, Fault, Freed, RecordChange, Retyped, Told, TypedefChange, of_abis,
};

declare_diff_rule! {
    /// member or argument that moved, changed its size or type, or is gone
    ///
    /// # What
    /// Between the versions, a member of a structure moved, became wider or narrower, became something
    /// else in the same bytes (an integer an address, one integer an array of smaller ones, `__le32`
    /// became `__be32`), or is gone; or a new member uses what was padding. The rule also looks at
    /// arguments of commands and at typedefs. A structure with a new name is compared with the one that
    /// it replaced as an argument, as a member or behind a pointer. It is a warning where only the
    /// source breaks (a member of the same type is in its place), and where padding is used, which
    /// careful programs have cleared.
    ///
    /// # Why
    /// Existing programs read and write the bytes as the old header had them, and if the command's
    /// number is the same, nobody notices. Padding holds whatever was in the program's memory.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, and driver-api/ioctl.rst.
    ///
    /// # Example
    /// ```c
    ///  struct foo_range {
    /// +        __u32 flags;
    ///          __u32 start;
    /// -        __u32 pad;
    ///  };
    /// ```
    ///
    /// # Fix
    /// Put new members at the end or into reserved bytes, and do not change the others. An old name may
    /// stay beside a new one in an anonymous union.
    MEMBER_CHANGED: "D004", "member-changed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        let faults: Vec<&Told> =
            change.faults.iter().filter(|told| is_told(change, &told.fault)).collect();
        let Some(mut finding) = about_record(&MEMBER_CHANGED, change, &faults) else {
            continue;
        };
        if faults.iter().all(|told| is_mild(&told.fault)) {
            finding.severity = Severity::Warning;
        }
        let breaks = faults.iter().flat_map(|told| breaks(change, told)).collect();
        findings.push(breaking(finding, breaks));
    }
    let is_no_sign = |change: &&TypedefChange| change.how != Some(Retyped::Sign);
    let typedefs = comparison.typedefs.iter().filter(is_no_sign);
    findings.extend(typedefs.map(of_typedef));
    let is_told = |change: &&ArgumentChange<'_>| change.how != Retyped::Sign;
    for change in comparison.arguments.iter().filter(is_told) {
        let mut finding = about_argument(&MEMBER_CHANGED, change);
        if is_mild_change(change.how) {
            finding.severity = Severity::Warning;
            findings.push(breaking(finding, vec![Breaks::Source]));
        } else {
            let mut breaks = of_abis(change.abis, change.within);
            breaks.push(Breaks::Source);
            findings.push(breaking(finding, breaks));
        }
    }
}

/// The finding about a typedef.
fn of_typedef(change: &TypedefChange) -> Finding {
    let mut finding = about_typedef(&MEMBER_CHANGED, change);
    if change.how.is_some_and(is_mild_change) {
        finding.severity = Severity::Warning;
        return breaking(finding, vec![Breaks::Source]);
    }
    let mut breaks = of_abis(change.abis, change.within);
    breaks.push(Breaks::Source);
    breaking(finding, breaks)
}

/// Whether the bytes of what has another type mean what they meant.
fn is_mild_change(how: Retyped) -> bool {
    matches!(how, Retyped::Name | Retyped::OrderStated)
}

fn is_told(change: &RecordChange<'_>, fault: &Fault) -> bool {
    match fault {
        Fault::Moved { .. } => !change.is_one_sided(),
        Fault::Size { old, new } => {
            let explained = change.is_one_sided()
                || (!change.sized && change.made_flexible())
                || (new > old && change.disturbed().is_empty());
            !explained
        }
        Fault::Removed { .. } | Fault::InPadding { .. } => true,
        Fault::Retyped { how, .. } => *how != Retyped::Sign,
        Fault::InReserved { .. } | Fault::AtEnd { .. } | Fault::MadeFlexible { .. } => false,
    }
}

/// Whether the bytes that programs know mean what they meant.
fn is_mild(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::InPadding { .. }
            | Fault::Removed { freed: Freed::Renamed(_) | Freed::Shared, .. }
            | Fault::Retyped { how: Retyped::Name | Retyped::OrderStated, .. }
    )
}

fn breaks(change: &RecordChange<'_>, told: &Told) -> Vec<Breaks> {
    let of_programs = || of_abis(told.abis, change.abis);
    match &told.fault {
        Fault::Removed { freed: Freed::Renamed(_) | Freed::Shared, .. }
        | Fault::Retyped { how: Retyped::Name | Retyped::OrderStated, .. } => vec![Breaks::Source],
        Fault::Removed { .. } | Fault::Retyped { .. } => {
            let mut breaks = of_programs();
            breaks.push(Breaks::Source);
            breaks
        }
        _ => of_programs(),
    }
}
