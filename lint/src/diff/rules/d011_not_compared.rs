//! D011 not-compared.

use ioctlkit_model::{Finding, Label, Severity};

use crate::declare_diff_rule;
use crate::diff::{Comparison, NotCompared, Side, What};

declare_diff_rule! {
    /// a command or a header that was understood in one version alone
    ///
    /// # What
    /// Both versions have the command, and one of them does not tell its number: its text was not
    /// understood, or its argument has no known layout, for the reason that is given. Or a header was
    /// not read for some architectures in one version, because headers of theirs are not installed. An
    /// error where it is the new version, a warning where it is the old one.
    ///
    /// # Why
    /// What became of the command is not known. It may have changed, and a run that says nothing of it
    /// would pass for one in which nothing changed.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst, on false negatives.
    ///
    /// # Example
    /// ```c
    /// -#define FOO_CREATE _IOWR('f', 0x01, struct foo_create)
    /// +#define FOO_CREATE DRM_IOWR(0x01, struct foo_create)    /* without drm.h */
    /// ```
    ///
    /// # Fix
    /// Make both versions readable: name the folder of the header that defines what is missing with
    /// `-I`, or its macro with `-D`. Make a dump again with the same options.
    NOT_COMPARED: "D011", "not-compared", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    findings.extend(comparison.not_compared.iter().map(report));
}

fn report(found: &NotCompared<'_>) -> Finding {
    let NotCompared { what, side, span, old_span, abis, reason } = found;
    let (name, verb) = match what {
        What::Command(name) => (name, "understood"),
        What::Header("") => (&"the header", "read"),
        What::Header(name) => (name, "read"),
    };
    let name = if name.starts_with("the ") { (*name).to_owned() } else { format!("`{name}`") };
    let version = match side {
        Side::Old => "old",
        Side::New => "new",
    };
    let message = format!(
        "{name} could not be compared, because it was not {verb} in the {version} version: {reason}"
    );
    let mut finding = Finding::new(&NOT_COMPARED.info, *span, *abis, message);
    match what {
        What::Command(name) => finding.command = Some((*name).to_owned()),
        // One finding per header, and none about a type: the name takes that place.
        What::Header(name) => finding.record = Some((*name).to_owned()),
    }
    if *side == Side::Old {
        finding.severity = Severity::Warning;
    }
    let (here, before) = match side {
        Side::Old => (format!("{verb} here"), format!("not {verb} here")),
        Side::New => (format!("not {verb} here"), format!("{verb} here")),
    };
    finding.label = here;
    finding.related.push(Label { span: *old_span, text: before });
    finding
}
