//! U002 layout-unknown.

use ioctlkit_model::{Finding, Type};

use crate::account::without_number;
use crate::context::{Context, command_finding};
use crate::declare_rule;

declare_rule! {
    /// a command whose argument has no known layout, and that has no number for this reason
    ///
    /// # What
    /// A member of the argument has a type that did not compile, or a structure that is declared and
    /// never defined. Or the number says a size that only a compiler for the ABI could work out. Size, layout
    /// and number are unknown, and no rule has looked at them.
    ///
    /// # Why
    /// When a compiler does not know the type of a member, it assumes one and goes on, so the layout
    /// that it reports is a guess. A number made from a guess is worse than none.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout": each of its rules is about a
    /// layout that is known.
    ///
    /// # Example
    /// ```c
    /// struct foo { unknown_t a; };
    /// #define FOO_GET _IOR('f', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// Include the header that defines the type, or name its folder with `-I`.
    LAYOUT_UNKNOWN: "U002", "layout-unknown", Error, legacy Error, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (command, unknown, ty) in without_number(cx.layouts) {
        if let Type::Unknown(_) = ty {
            let message =
                format!("`{}` was not checked: the size in its number is unknown", command.name);
            let mut report =
                command_finding(&LAYOUT_UNKNOWN, command, command.span, unknown, message);
            report.label = "no number, because the size of the argument is unknown".into();
            findings.push(report);
            continue;
        }
        let name = cx.interface.type_name(ty);
        let cause = cx
            .interface
            .without_size(ty, unknown)
            .unwrap_or_else(|| format!("the layout of `{name}` could not be worked out"));
        let message = format!("`{}` was not checked: {cause}", command.name);
        let mut report = command_finding(&LAYOUT_UNKNOWN, command, command.span, unknown, message);
        report.label = format!("no number, because the size of `{name}` is unknown");
        findings.push(report);
    }
}
