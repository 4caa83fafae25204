//! U006 argument-not-known.

use ioctlkit_model::Finding;

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::requested::{command, name_of, quoted, requested_size};

declare_rule! {
    /// a call of `ioctl` whose argument cannot be compared with its command
    ///
    /// # What
    /// A function calls `ioctl` with a command that takes a pointer, and the source does not say what
    /// the pointer leads to: it comes from another function, from a generic parameter, or it points to
    /// bytes. R007 has not looked at this call.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a call
    /// that it cannot follow would look like one without a fault.
    ///
    /// # Source
    /// ioctl(2): "The third argument is an untyped pointer to memory".
    ///
    /// # Example
    /// ```rust
    /// fn size<T>(fd: i32, size: &mut T) -> i32 {
    ///     unsafe { libc::ioctl(fd, libc::BLKGETSIZE64, size) }
    /// }
    /// ```
    ///
    /// # Fix
    /// State the type: in the signature, or in the declaration of the variable.
    ARGUMENT_NOT_KNOWN: "U006", "argument-not-known", Info, legacy Info, for Rust;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unknown in &cx.interface.unknown_arguments {
        let requested = &unknown.requested;
        let takes_pointer = |id| requested_size(cx, requested, id).is_some_and(|size| size > 0);
        let abis = unknown.abis.iter().filter(|id| takes_pointer(*id)).collect();
        let name = name_of(requested);
        let message = format!(
            "the argument that `{}` passes to {} was not checked",
            unknown.function,
            quoted(name)
        );
        let mut report = finding(&ARGUMENT_NOT_KNOWN, unknown.span, abis, message);
        if report.abis.is_empty() {
            continue;
        }
        report.label.clone_from(&unknown.reason);
        report.command = command(name);
        findings.push(report);
    }
}
