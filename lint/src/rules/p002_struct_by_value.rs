//! P002 struct-by-value.

use ioctlkit_model::{Finding, ProgramKind, ProgramValue};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Taken, call_finding, declared_structure, passes, spelled};

declare_rule! {
    /// structure passed to `ioctl` by value
    ///
    /// # What
    /// A call passes a structure or union itself where the kernel takes its address.
    ///
    /// # Why
    /// `ioctl` is variadic, so that no compiler objects. The callee takes a pointer from where the first
    /// bytes of the structure were put, or from a register that holds something else. The kernel then
    /// follows an address that is none and returns `EFAULT`, or reads and writes memory of the program
    /// that has nothing to do with it. On ABIs that pass structures by reference (s390) it works by
    /// accident.
    ///
    /// # Source
    /// ioctl(2): the argument is an integer or a pointer.
    ///
    /// # Example
    /// ```c
    /// struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
    ///
    /// ioctl(fd, VIDIOC_G_FMT, fmt);
    /// ```
    ///
    /// # Fix
    /// Pass its address: `&fmt`.
    STRUCT_BY_VALUE: "P002", "struct-by-value", Error, legacy Error, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in &cx.interface.program.calls {
        let Some(argument) = &call.argument else { continue };
        let ProgramValue::Value { ty, is_array: false } = &argument.value else { continue };
        let takes_something =
            !Taken::by(&call.request).is_unknown() || declared_structure(&call.request).is_some();
        if ty.kind != ProgramKind::Record || !takes_something {
            continue;
        }
        let message = format!("{} by value: the kernel takes its address", passes(call));
        let mut found = call_finding(cx, &STRUCT_BY_VALUE, call, argument.span, message);
        found.label = format!("`{}` by value", spelled(ty));
        found.record = Some(ty.spelled.clone());
        found.notes.push(
            "its first bytes become the pointer: the call fails with EFAULT, or the kernel writes \
             elsewhere in the program"
                .to_owned(),
        );
        found.fix = Some(super::p003_pointer_to_pointer::edit(
            format!("pass `&{}`", argument.spelled),
            argument.span,
            format!("&{}", argument.spelled),
        ));
        findings.push(found);
    }
}
