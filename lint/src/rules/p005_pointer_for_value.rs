//! P005 pointer-for-value.

use ioctlkit_model::{Finding, ProgramKind, ProgramPart, ProgramValue};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Taken, call_finding, is_envelope, passes};

declare_rule! {
    /// address passed where the kernel takes a plain value
    ///
    /// # What
    /// A call passes an address, and the kernel takes the argument of the command as a number:
    /// `TCFLSH`, `UI_SET_EVBIT`.
    ///
    /// # Why
    /// The kernel compares the address with the values that it knows and returns `EINVAL`, or takes the low
    /// bits of an address for the value.
    ///
    /// # Source
    /// The handlers in the kernel's source, as `ioctl-lint number` shows them; ioctl_tty(2).
    ///
    /// # Example
    /// ```c
    /// int queue = TCIOFLUSH;
    ///
    /// ioctl(fd, TCFLSH, &queue);
    /// ```
    ///
    /// # Fix
    /// Pass the value: `queue`.
    POINTER_FOR_VALUE: "P005", "pointer-for-value", Error, legacy Error, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in &cx.interface.program.calls {
        let Some(argument) = &call.argument else { continue };
        let variable = match &argument.value {
            ProgramValue::Address(object) if is_envelope(&object.ty) => continue,
            ProgramValue::Address(object) => match &object.part {
                ProgramPart::Variable(name) if object.ty.is_integer() => Some(name),
                _ => None,
            },
            // A pointer may carry the value: `(void *)1`.
            ProgramValue::Value { ty, is_array } => match &ty.kind {
                ProgramKind::Pointer(to) if is_envelope(to) => continue,
                ProgramKind::Pointer(to) if *is_array || to.is_integer() => None,
                _ => continue,
            },
            _ => continue,
        };
        if !Taken::by(&call.request).is_value() {
            continue;
        }
        let message = format!("{}, which takes a value and no address", passes(call));
        let mut found = call_finding(cx, &POINTER_FOR_VALUE, call, argument.span, message);
        found.label = "an address".into();
        found.notes.push(
            "the kernel takes the address for the value: the call fails with EINVAL, or does what its \
             low bits say"
                .to_owned(),
        );
        found.fix = variable.map(|name| {
            super::p003_pointer_to_pointer::edit(
                format!("pass `{name}`"),
                argument.span,
                name.clone(),
            )
        });
        findings.push(found);
    }
}
