//! D007 reserved-used.

use ioctlkit_model::Finding;

use super::words::{about_record, breaking};
use crate::declare_diff_rule;
use crate::diff::{Comparison, Fault, Told};

declare_diff_rule! {
    /// a new member in bytes that were reserved
    ///
    /// # What
    /// A member of the new version uses bytes that were reserved in the old one, which is what they are
    /// for.
    ///
    /// # Why
    /// It is safe only if zero there means what the command did before, and if the kernel refused
    /// anything else: otherwise programs that never set the bytes worked until now.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, and process/botching-up-ioctls.rst on
    /// checking reserved members.
    ///
    /// # Example
    /// ```c
    ///  struct foo_config {
    ///          __u32 rate;
    /// -        __u32 reserved;
    /// +        __u32 flags;
    ///  };
    /// ```
    ///
    /// # Fix
    /// Nothing, where the old kernel returned `EINVAL` for anything but zero in the reserved bytes,
    /// and zero means that nothing changes.
    RESERVED_USED: "D007", "reserved-used", Info, legacy Info;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        let takes = |told: &&Told| matches!(told.fault, Fault::InReserved { .. });
        let faults: Vec<&Told> = change.faults.iter().filter(takes).collect();
        if let Some(finding) = about_record(&RESERVED_USED, change, &faults) {
            findings.push(breaking(finding, Vec::new()));
        }
    }
}
