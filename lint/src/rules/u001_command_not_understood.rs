//! U001 command-not-understood.

use std::collections::HashSet;

use ioctlkit_model::{FileId, Finding, NotUnderstood};

use crate::context::{Context, finding};
use crate::declare_rule;

declare_rule! {
    /// a macro or an enumerator that looks like a command, and that has no number
    ///
    /// # What
    /// The definition uses `_IO` or something that is named like it, and the linter cannot work out
    /// its number: nothing defines the macro that it uses, its argument has a type that does not
    /// compile, the compiler finds no value for it, a function makes it, or a condition hides it
    /// from every program (`#ifdef CONFIG_FOO`). Or a macro makes commands whose names are not in
    /// the text. No other rule has looked at it.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a command
    /// that it cannot read would look like one without a fault.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst: every rule there is about commands that can be
    /// read.
    ///
    /// # Example
    /// ```c
    /// #define FOO_CREATE DRM_IOWR(0x41, struct foo_create)    /* without drm.h */
    /// ```
    ///
    /// # Fix
    /// Include the header that defines what the command needs, or name its folder with `-I`, its
    /// macro with `-D`, or the header itself behind `--` with `-include`.
    COMMAND_NOT_UNDERSTOOD: "U001", "command-not-understood", Error, legacy Error, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Of a header that was not read for any ABI, U003 speaks.
    let headers = cx.interface.headers.iter().filter(|header| header.abis.is_empty());
    let unread: HashSet<FileId> = headers.map(|header| header.file).collect();
    let read = |unknown: &&NotUnderstood| !unread.contains(&unknown.span.file);
    for unknown in cx.interface.not_understood.iter().filter(read) {
        let name = &unknown.name;
        let message = if unknown.is_encoder() {
            format!("`{name}` was not followed: {}", unknown.reason)
        } else {
            let reason = unknown.reason.strip_prefix("the compiler says: ");
            format!("`{name}` was not checked: {}", reason.unwrap_or(&unknown.reason))
        };
        let mut report = finding(&COMMAND_NOT_UNDERSTOOD, unknown.span, unknown.abis, message);
        report.command = Some(name.clone());
        report.label = if unknown.is_encoder() { "not followed" } else { "no number" }.into();
        report.notes.push(remedy(unknown).into());
        findings.push(report);
    }
}

/// What to do about a command that was not understood.
fn remedy(unknown: &NotUnderstood) -> &'static str {
    let reason = &unknown.reason;
    if unknown.is_encoder() || reason.starts_with("it is defined only under") {
        return "name the macro of the condition with -D if it holds; if it does not, allow this finding";
    }
    if reason.contains("is a function") {
        return "`_IOC` makes constants, which `switch` and tables need";
    }
    if reason.contains("from a macro") {
        return "a macro or an enumerator with its name in the text makes a command known";
    }
    "name the folder of the header that defines what is missing with -I, or include that header"
}
