//! U004 request-not-known.

use ioctlkit_model::Finding;

use crate::context::{Context, finding};
use crate::declare_rule;

declare_rule! {
    /// a call of `ioctl` whose request cannot be worked out from the source
    ///
    /// # What
    /// A function passes a request to `ioctl` that is neither a command, nor a number, nor a parameter
    /// of its own: a member of a structure, what a function of another crate returns, a constant whose
    /// definition cannot be found. No other rule has looked at what this call passes.
    ///
    /// Where a function passes on its own parameter, the calls of that function are looked at.
    ///
    /// # Why
    /// A run without findings means that the linter understood everything. Without this rule, a call
    /// that it cannot follow would look like one without a fault.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst: every rule there is about commands that can be
    /// read.
    ///
    /// # Example
    /// ```rust
    /// impl Device {
    ///     pub fn call(&self, data: &mut Data) -> i32 {
    ///         unsafe { libc::ioctl(self.fd, self.request, data) }
    ///     }
    /// }
    /// ```
    ///
    /// # Fix
    /// Pass a constant, or let `#[derive(Ioctl)]` write the call.
    REQUEST_NOT_KNOWN: "U004", "request-not-known", Info, legacy Info, for Rust;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unknown in &cx.interface.not_understood {
        let name = &unknown.name;
        let message = format!("`{name}` passes a request that was not checked: {}", unknown.reason);
        let mut report = finding(&REQUEST_NOT_KNOWN, unknown.span, unknown.abis, message);
        report.label = "not followed".into();
        findings.push(report);
    }
}
