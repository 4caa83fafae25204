//! D013 type-removed.

use ioctlkit_model::{Breaks, Finding, Severity};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::Comparison;

declare_diff_rule! {
    /// a type that the new version no longer defines
    ///
    /// # What
    /// A structure, union, enumeration or typedef of the old version has no definition of that name in the
    /// new one, and no macro has its name. What commands carry is compared whatever it is called (D004); so a
    /// type of another name that took its place is named.
    ///
    /// # Why
    /// Programs that name the type no longer compile. A structure that only travels behind a `__u64` is part
    /// of the interface, although no command names it.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst.
    ///
    /// # Example
    /// ```c
    /// -struct foo_item { __u32 id; __u32 flags; };
    ///  struct foo_list { __u64 items; __u32 count; __u32 pad; };
    /// ```
    ///
    /// # Fix
    /// Keep the definition, or an old name for the new one: `#define foo_item foo_entry`.
    TYPE_REMOVED: "D013", "type-removed", Warning, legacy Warning;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    let versions = comparison.versions;
    for removed in &comparison.types {
        let instead = match &removed.now {
            Some(now) => format!("; `{now}` has its place"),
            None => String::new(),
        };
        let message =
            format!("`{}` is gone: programs that name it no longer compile{instead}", removed.name);
        let span = versions.span(removed.old_span);
        let mut finding = Finding::new(&TYPE_REMOVED.info, span, removed.abis, message);
        finding.severity = Severity::Warning;
        finding.record = Some(removed.name.clone());
        finding.label = "defined here before".into();
        findings.push(breaking(finding, vec![Breaks::Source]));
    }
}
