//! U001 command-not-understood.

use ioctlkit_model::Finding;

use crate::context::{Context, finding};
use crate::declare_rule;

declare_rule! {
    /// a macro or an enumerator that looks like a command, and that has no number
    ///
    /// # What
    /// The definition uses `_IO` or something that is named like it, and the linter cannot work out
    /// its number: nothing defines the macro that it uses, its argument has a type that does not
    /// compile, or the compiler finds no value for it. No other rule has looked at it.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a
    /// command that it cannot read would pass for one without a fault.
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
    for unknown in &cx.interface.not_understood {
        let name = &unknown.name;
        let message = format!("`{name}` has no number, so nothing was checked: {}", unknown.reason);
        let mut report = finding(&COMMAND_NOT_UNDERSTOOD, unknown.span, unknown.abis, message);
        report.command = Some(name.clone());
        report.label = "not understood".into();
        report.notes.push(
            "name the folder of the header that defines what is missing with -I, or include that \
             header"
                .into(),
        );
        findings.push(report);
    }
}
