//! D013 type-removed.

use ioctlkit_model::{Breaks, Finding, Severity};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::Comparison;

declare_diff_rule! {
    /// a type that the new version no longer defines
    ///
    /// # What
    /// A structure, union, enumeration or typedef of the old version is neither defined in the new one
    /// nor the name of a macro there. The arguments of commands are compared whatever their names are
    /// (D004), and the finding names a type that took the place of this one.
    ///
    /// # Why
    /// Programs that name the type no longer compile. A structure that is only passed by an address in
    /// a `__u64` is part of the interface, although no command names it.
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
    for removed in &comparison.types {
        let message =
            format!("`{}` is gone: programs that name it no longer compile", removed.name);
        let span = removed.old_span;
        let mut finding = Finding::new(&TYPE_REMOVED.info, span, removed.abis, message);
        finding.severity = Severity::Warning;
        finding.record = Some(removed.name.clone());
        finding.label = "defined here before".into();
        finding.notes.extend(removed.now.as_ref().map(|now| format!("`{now}` has its place")));
        findings.push(breaking(finding, vec![Breaks::Source]));
    }
}
