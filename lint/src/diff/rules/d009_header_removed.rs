//! D009 header-removed.

use ioctlkit_model::{Breaks, Finding};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::Comparison;
use crate::words::count;

declare_diff_rule! {
    /// a header that the new version does not have
    ///
    /// # What
    /// A header of the old version is not in the new one under the same path. What it defined may have
    /// moved; D001 reports commands that are gone.
    ///
    /// # Why
    /// Programs that include it no longer compile.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, on removed files.
    ///
    /// # Example
    /// ```text
    /// include/uapi/linux/raw.h
    /// ```
    ///
    /// # Fix
    /// Leave a header there that includes the new one.
    HEADER_REMOVED: "D009", "header-removed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    let versions = comparison.versions;
    let among = versions.old().abis;
    for removed in &comparison.headers {
        let message =
            format!("`{}` is gone: programs that include it no longer compile", removed.name);
        let span = removed.old_span;
        let mut finding = Finding::new(&HEADER_REMOVED.info, span, among, message);
        // One finding per header, and none about a type: the name takes that place.
        finding.record = Some(removed.name.clone());
        finding.label = "here before".into();
        if removed.commands > 0 {
            let commands = count(removed.commands as u64, "command");
            finding.notes.push(format!("it defined {commands}"));
        }
        findings.push(breaking(finding, vec![Breaks::Source]));
    }
}
