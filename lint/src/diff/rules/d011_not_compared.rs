//! D011 not-compared.

use ioctlkit_model::{Finding, Label, Severity};

use crate::declare_diff_rule;
use crate::diff::{Comparison, NotCompared, Several, Side, What};

declare_diff_rule! {
    /// a command or a header that was understood in one version alone
    ///
    /// # What
    /// Both versions have a command or a structure, and one of them does not say what it comes to: its
    /// text was not understood, or it has no known layout, for the reason that is given. Or a header includes
    /// a file that is not there, or was not read for some architectures, because headers of theirs are not
    /// installed. An error where it is the new version, a warning where it is the old one or both. A constant
    /// with a value in one version alone is a warning. What is as unknown in the new version as it was in the
    /// old one, and declared alike, is counted for each header; so are constants whose definitions did not
    /// change, where a name in them has a known value in one version alone.
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
    findings.extend(comparison.not_compared.iter().map(|found| match found.what {
        What::Command(name) => {
            let finding = about(found, &format!("`{name}`"), "understood");
            Finding { command: Some(name.to_owned()), ..finding }
        }
        // One finding for each header. It has no type, and the header's name stands in its place. A header
        // that was as unreadable before is no news.
        What::Header(name) => {
            let shown = if name.is_empty() { "the header".into() } else { format!("`{name}`") };
            let mut finding = about(found, &shown, "read as a whole");
            if found.side == Side::Both {
                finding.severity = Severity::Info;
            }
            Finding { record: Some(name.to_owned()), ..finding }
        }
        What::Record(id) => {
            let name = comparison.versions.new_version().record(id).display_name();
            let finding = about(found, &format!("`{name}`"), "understood");
            Finding { record: Some(name), ..finding }
        }
        What::Constant(name) => {
            let mut finding = about(found, &format!("`{name}`"), "understood");
            finding.severity = Severity::Warning;
            Finding { member: Some(name.to_owned()), ..finding }
        }
        What::Several(several) => about_several(found, several),
    }));
}

/// A finding about one thing that was `verb` in one version alone, or in neither.
fn about(found: &NotCompared<'_>, name: &str, verb: &str) -> Finding {
    let NotCompared { side, span, old_span, abis, reason, .. } = found;
    let version = match side {
        Side::Old => "the old version",
        Side::New => "the new version",
        Side::Both => "either version",
    };
    let message =
        format!("{name} could not be compared, because it was not {verb} in {version}: {reason}");
    let mut finding = Finding::new(&NOT_COMPARED.info, *span, *abis, message);
    if *side != Side::New {
        finding.severity = Severity::Warning;
    }
    let (here, before) = match side {
        Side::Old => (format!("{verb} here"), format!("not {verb} here")),
        Side::New => (format!("not {verb} here"), format!("{verb} here")),
        Side::Both => (format!("not {verb} here"), format!("not {verb} here either")),
    };
    finding.label = here;
    finding.related.push(Label { span: *old_span, text: before });
    finding
}

/// What could not be compared for one reason, counted by header.
fn about_several(found: &NotCompared<'_>, several: Several<'_>) -> Finding {
    let header = match several.header {
        "" => "the header".to_owned(),
        name => format!("`{name}`"),
    };
    let message = format!("{several} of {header} could not be compared, because {}", found.reason);
    let mut finding = Finding::new(&NOT_COMPARED.info, found.span, found.abis, message);
    finding.severity = Severity::Info;
    finding.record = Some(several.header.to_owned());
    finding.label = "the first of them".into();
    finding.related.push(Label { span: found.old_span, text: "the same before".into() });
    finding
}
