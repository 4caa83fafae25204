//! D001 command-removed.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{Breaks, FileId, Finding, Label, Severity, Span, abi_words};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::{ArgumentChange, Comparison, Fate, RecordChange, Retyped, of_numbers};

declare_diff_rule! {
    /// a command that the new version no longer defines
    ///
    /// # What
    /// A command of the old version's headers has no definition of that name in any header of the new
    /// version. If another command now has its number on every ABI, and an argument of the same layout,
    /// it was renamed: that breaks only programs that are compiled again, and is a warning. If the name
    /// is now a literal or an enumerator, its value is compared.
    ///
    /// # Why
    /// Programs that name the command no longer compile. The header does not show whether a driver
    /// still handles the number, but the next author may give it to another command.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst.
    ///
    /// # Example
    /// ```c
    /// -#define FOO_GET_STATUS  _IOR('f', 0x01, __u32)
    /// ```
    ///
    /// # Fix
    /// Keep the definition, with a comment that says what replaces it. Never use a number again.
    COMMAND_REMOVED: "D001", "command-removed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    let versions = comparison.versions;
    let with_other_argument = with_other_argument(comparison);
    let headers: HashMap<&str, FileId> = versions
        .new_version()
        .headers
        .iter()
        .map(|header| (versions.new_path(header.file), header.file))
        .collect();
    for change in &comparison.commands {
        let Fate::Removed { renamed, abis, gone } = change.fate else { continue };
        let has_other_argument = renamed.is_some_and(|now| with_other_argument.contains(now));
        let message = match renamed {
            Some(now) if has_other_argument => {
                format!("`{}` is gone; `{now}` has its number, and another argument", change.name)
            }
            Some(now) => format!("`{}` is gone; `{now}` has its number", change.name),
            None => format!("`{}` is gone: programs that name it no longer compile", change.name),
        };
        let span = change.old_span;
        let mut finding = Finding::new(&COMMAND_REMOVED.info, span, abis, message);
        finding.command = Some(change.name.to_owned());
        finding.label = "defined here before".into();
        if has_other_argument {
            findings.push(breaking(finding, of_numbers(abis, abis)));
            continue;
        }
        if renamed.is_some() {
            finding.severity = Severity::Warning;
            findings.push(breaking(finding, vec![Breaks::Source]));
            continue;
        }
        if gone != abis && !gone.is_empty() {
            let on = abi_words::on(gone, abis);
            finding.notes.push(format!("{on}, no command has its number now"));
        }
        if let Some(file) = headers.get(versions.old_path(change.old_span.file)) {
            let text = "the header as it is now".to_owned();
            finding.related.push(Label { span: Span { file: *file, start: 0, end: 0 }, text });
        }
        findings.push(breaking(finding, of_numbers(gone, abis)));
    }
}

/// The commands of the new version whose argument is laid out otherwise than what had its place in the old
/// one.
fn with_other_argument<'c>(comparison: &'c Comparison<'_>) -> HashSet<&'c str> {
    let is_relaid =
        |change: &&RecordChange<'_>| !change.relaid().is_empty() || !change.disturbed().is_empty();
    let records = comparison.records.iter().filter(is_relaid);
    let carrying = records.flat_map(|change| change.commands.iter().map(|one| one.name.as_str()));
    let is_other = |change: &&ArgumentChange<'_>| {
        matches!(change.how, Retyped::Kind | Retyped::Layout | Retyped::Order)
    };
    let arguments = comparison.arguments.iter().filter(is_other).map(|change| change.command);
    carrying.chain(arguments).collect()
}
