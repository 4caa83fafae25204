//! D004 member-changed.

use ioctlkit_model::{Breaks, Finding, Severity};

use super::words::{about_record, breaking};
use crate::declare_diff_rule;
use crate::diff::{Comparison, Fault, Freed, RecordChange, Retyped, Told, of_abis};

declare_diff_rule! {
    /// a member that is elsewhere, has another size or another type, or is gone
    ///
    /// # What
    /// Between the versions, a member of a structure moved, became wider or narrower, became
    /// something else in the same bytes (an integer an address, one integer an array of smaller
    /// ones), or is gone; or a new member has bytes that were the compiler's padding. It is a
    /// warning where the bytes mean what they meant and only the source is hurt (a member has
    /// another name), and for what was padding, which careful programs have cleared.
    ///
    /// # Why
    /// A program that is there reads and writes the bytes as the old header had them, and the
    /// number of the command may be the same as before, so that nobody notices. Padding holds
    /// whatever was in the program's memory.
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
    /// Put new members behind the others or into reserved bytes, and leave what is there as it is.
    /// An old name may stay beside a new one in an anonymous union.
    MEMBER_CHANGED: "D004", "member-changed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        let faults: Vec<&Told> =
            change.faults.iter().filter(|told| is_told(change, &told.fault)).collect();
        let Some(mut finding) = about_record(&MEMBER_CHANGED, comparison, change, &faults) else {
            continue;
        };
        if faults.iter().all(|told| is_mild(&told.fault)) {
            finding.severity = Severity::Warning;
        }
        let breaks = faults.iter().flat_map(|told| breaks(change, told)).collect();
        findings.push(breaking(finding, breaks));
    }
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
            | Fault::Retyped { how: Retyped::Name, .. }
    )
}

fn breaks(change: &RecordChange<'_>, told: &Told) -> Vec<Breaks> {
    let of_programs = || of_abis(told.abis, change.abis);
    match &told.fault {
        Fault::Removed { freed: Freed::Renamed(_) | Freed::Shared, .. }
        | Fault::Retyped { how: Retyped::Name, .. } => vec![Breaks::Source],
        Fault::Removed { .. } | Fault::Retyped { .. } => {
            let mut breaks = of_programs();
            breaks.push(Breaks::Source);
            breaks
        }
        _ => of_programs(),
    }
}
