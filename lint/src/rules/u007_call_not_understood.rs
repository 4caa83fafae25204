//! U007 call-not-understood.

use ioctlkit_model::Finding;

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::program_calls::not_understood;

declare_rule! {
    /// a call of `ioctl` in a program whose command or argument cannot be worked out
    ///
    /// # What
    /// A call passes a request that is neither a command, a number, nor a parameter of its function; or an
    /// argument whose type no file of the program declares; or a command of which nothing is known, neither
    /// what the kernel copies nor, by a definition of the program's own, a structure. No other rule has
    /// looked at the call.
    ///
    /// Where a function passes on its own parameters, the calls of that function are looked at.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a call that
    /// it cannot follow would look like one without a fault.
    ///
    /// # Source
    /// The rules about calls are about those that can be read.
    ///
    /// # Example
    /// ```c
    /// int device_call(struct device *device, void *data)
    /// {
    ///         return ioctl(device->fd, device->command, data);
    /// }
    /// ```
    ///
    /// # Fix
    /// Name with `-I` the folder of the headers that declare the type, or check the call by hand.
    CALL_NOT_UNDERSTOOD: "U007", "call-not-understood", Info, legacy Info, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for lost in not_understood(cx.interface) {
        let message = format!("a call in `{}` was not checked: {}", lost.function, lost.reason);
        let mut report = finding(&CALL_NOT_UNDERSTOOD, lost.span, cx.interface.abis, message);
        report.member = Some(lost.function);
        report.label = "not checked".into();
        findings.push(report);
    }
}
