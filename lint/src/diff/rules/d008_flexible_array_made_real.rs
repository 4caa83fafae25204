//! D008 flexible-array-made-real.

use ioctlkit_model::{Breaks, Finding};

use super::words::{about_record, breaking};
use crate::declare_diff_rule;
use crate::diff::{Comparison, Fault, Told};

declare_diff_rule! {
    /// an array of 0 or 1 elements that became a flexible array
    ///
    /// # What
    /// The last member of a structure was `[0]` or `[1]` and is `[]`.
    ///
    /// # Why
    /// The elements are where they were, and existing programs see no difference. But a structure that
    /// ended in `[1]` is smaller now, which matters to programs that are compiled again and use
    /// `sizeof`; and C++ and nested structures do not allow flexible arrays everywhere. Where the size
    /// is in a command's number, that is D004.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, "Flex Array Migration".
    ///
    /// # Example
    /// ```c
    ///  struct foo_list {
    ///          __u32 count;
    /// -        __u32 items[0];
    /// +        __u32 items[];
    ///  };
    /// ```
    ///
    /// # Fix
    /// Nothing for `[0]`. For `[1]`, `__DECLARE_FLEX_ARRAY()` in a union with the old member keeps
    /// `sizeof`.
    FLEXIBLE_ARRAY_MADE_REAL: "D008", "flexible-array-made-real", Info, legacy Info;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    for change in &comparison.records {
        let made = |told: &&Told| matches!(told.fault, Fault::MadeFlexible { .. });
        let faults: Vec<&Told> = change.faults.iter().filter(made).collect();
        let counted =
            faults.iter().any(|told| matches!(told.fault, Fault::MadeFlexible { bound: 1, .. }));
        let rule = &FLEXIBLE_ARRAY_MADE_REAL;
        if let Some(finding) = about_record(rule, change, &faults) {
            let breaks = if counted { vec![Breaks::Source] } else { Vec::new() };
            findings.push(breaking(finding, breaks));
        }
    }
}
