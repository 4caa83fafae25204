//! D011 not-compared.

use ioctlkit_model::{Finding, Label, Severity};

use crate::declare_diff_rule;
use crate::diff::{Comparison, NotCompared, Several, Side, What};

declare_diff_rule! {
    /// command or header that could be read in only one version
    ///
    /// # What
    /// Both versions have a command or a structure, but the text of one was not understood, or its
    /// layout is unknown, for the reason in the note. Or a header includes a file that is missing, or
    /// was not read for some architectures whose headers are not installed. It is an error if the
    /// problem is in the new version, and a warning if it is in the old one or in both; so is a
    /// constant whose value is known in one version only. What is declared alike and unknown in both
    /// versions is counted for each header; so are constants whose definitions did not change but use a
    /// name whose value is known in one version only.
    ///
    /// # Why
    /// Nobody knows whether the command changed. Without this rule, a run would look as if nothing had
    /// changed.
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
    /// `-I`, or its macro with `-D`. If one side is a dump, make it again with the same options.
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
    let NotCompared { side, span, old_span, abis, reason, hides, .. } = found;
    let version = match side {
        Side::Old => "the old version",
        Side::New => "the new version",
        Side::Both => "both versions",
    };
    let message = format!("{name} could not be compared: {reason} in {version}");
    let mut finding = Finding::new(&NOT_COMPARED.info, *span, *abis, message);
    finding
        .notes
        .extend(hides.map(|several| format!("{several} of it could not be compared, either")));
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
    let message = format!("{several} of {header} could not be compared: {}", found.reason);
    let mut finding = Finding::new(&NOT_COMPARED.info, found.span, found.abis, message);
    finding.severity = Severity::Info;
    finding.record = Some(several.header.to_owned());
    finding.label = "the first of them".into();
    finding.related.push(Label { span: found.old_span, text: "the same before".into() });
    finding
}
