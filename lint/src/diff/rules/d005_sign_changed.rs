//! D005 sign-changed.

use ioctlkit_model::{Breaks, Finding};

use super::words::{about_argument, about_record, about_typedef, breaking};
use crate::declare_diff_rule;
use crate::diff::{ArgumentChange, Comparison, Fault, Retyped, Told, TypedefChange};

declare_diff_rule! {
    /// an integer that was signed and is unsigned, or the reverse
    ///
    /// # What
    /// A member, the argument of a command or a typedef changed from a signed to an unsigned integer of
    /// the same size, or back. Plain `char` and enumerations do not count.
    ///
    /// # Why
    /// Programs that are compiled again compare, print and widen the same bits as another number:
    /// `-1`, the usual "none", becomes 4294967295, and a test for `< 0` is never true again.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, which knows such changes as harmless only if
    /// all values are.
    ///
    /// # Example
    /// ```c
    ///  struct foo_irq {
    /// -        __s32 fd;
    /// +        __u32 fd;
    ///  };
    /// ```
    ///
    /// # Fix
    /// Keep the type, and say in a comment which values are valid.
    SIGN_CHANGED: "D005", "sign-changed", Warning, legacy Warning;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        let turned = |told: &&Told| matches!(told.fault, Fault::Retyped { how: Retyped::Sign, .. });
        let faults: Vec<&Told> = change.faults.iter().filter(turned).collect();
        if let Some(finding) = about_record(&SIGN_CHANGED, change, &faults) {
            findings.push(breaking(finding, vec![Breaks::Source]));
        }
    }
    let turned = |change: &&ArgumentChange<'_>| change.how == Retyped::Sign;
    for change in comparison.arguments.iter().filter(turned) {
        let finding = about_argument(&SIGN_CHANGED, change);
        findings.push(breaking(finding, vec![Breaks::Source]));
    }
    let turned = |change: &&TypedefChange| change.how == Some(Retyped::Sign);
    for change in comparison.typedefs.iter().filter(turned) {
        let finding = about_typedef(&SIGN_CHANGED, change);
        findings.push(breaking(finding, vec![Breaks::Source]));
    }
}
