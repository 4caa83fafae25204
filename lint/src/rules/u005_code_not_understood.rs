//! U005 code-not-understood.

use ioctlkit_model::Finding;

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::driver_code::code_finding;

declare_rule! {
    /// a function of a driver that was not understood
    ///
    /// # What
    /// A function could not be parsed, or a handler is too deep or too long to be followed to its end. No
    /// rule has looked at all that it does.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a handler
    /// that it cannot follow would look like one without a fault.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst: every rule there about handlers is about ones that can
    /// be read.
    ///
    /// # Example
    /// ```c
    /// static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
    /// {
    ///         FOO_BEGIN_COMMANDS(cmd /* the braces are in the macro */
    ///         return -ENOTTY;
    /// }
    /// ```
    ///
    /// # Fix
    /// Write the function out, or check it by hand.
    CODE_NOT_UNDERSTOOD: "U005", "code-not-understood", Info, legacy Info, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let code = &cx.interface.code;
    for lost in &code.not_understood {
        let message = match &lost.function {
            Some(function) => format!("`{function}` was not checked: {}", lost.reason),
            None => format!("this was not checked: {}", lost.reason),
        };
        let mut report = finding(&CODE_NOT_UNDERSTOOD, lost.span, cx.interface.abis, message);
        report.member.clone_from(&lost.function);
        report.label = "not understood".into();
        findings.push(report);
    }
    for handler in &code.handlers {
        let Some(reason) = &handler.gave_up else { continue };
        let message = format!("`{}` was not checked to its end: {reason}", handler.function);
        let mut report =
            code_finding(cx, &CODE_NOT_UNDERSTOOD, handler, &[], handler.span, message);
        report.label = "not followed to its end".into();
        findings.push(report);
    }
}
