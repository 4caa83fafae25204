//! P004 missing-argument.

use ioctlkit_model::{Finding, Severity};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Taken, call_finding, declared_structure, wide_abi};
use crate::words::count;

declare_rule! {
    /// `ioctl` call without the argument that the command takes
    ///
    /// # What
    /// A call passes nothing behind the request, and the kernel takes an argument for the command: an
    /// error where that is a pointer, a warning where it is a plain value.
    ///
    /// # Why
    /// The C library passes on whatever is in the register or on the stack. The kernel takes that for an
    /// address and reads or writes there, or for the value.
    ///
    /// # Source
    /// ioctl(2): the argument of each command is in its manual page.
    ///
    /// # Example
    /// ```c
    /// if (ioctl(fd, RAID_VERSION) == 0)
    ///         return 1;
    /// ```
    ///
    /// # Fix
    /// Pass what the command takes, or `0` for a plain value that does not matter.
    MISSING_ARGUMENT: "P004", "missing-argument", Error, legacy Error, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in cx.interface.program.calls.iter().filter(|call| call.argument.is_none()) {
        let taken = Taken::by(&call.request);
        let is_value = taken.is_value();
        let declared = declared_structure(&call.request);
        if !is_value && !taken.is_pointer() && declared.is_none() {
            continue;
        }
        let what = if is_value { "a value" } else { "a pointer" };
        let message = format!(
            "`{}` passes nothing to `{}`, which takes {what}",
            call.function, call.request.name
        );
        let mut found = call_finding(cx, &MISSING_ARGUMENT, call, call.span, message);
        found.label = "no argument".into();
        let copied = taken.pointers.first().and_then(|row| taken.copied(row, wide_abi()?));
        found.notes.push(match copied {
            _ if is_value => {
                found.severity = Severity::Warning;
                "the kernel gets what happens to be in the register of the third argument"
                    .to_owned()
            }
            Some(copied) => format!(
                "the kernel {} {} at the address that happens to be in the register",
                copied.verb(),
                count(copied.most(), "byte"),
            ),
            None => "the kernel takes for an address what happens to be in the register".to_owned(),
        });
        findings.push(found);
    }
}
