//! H004 scalar-through-compat-ptr.

use ioctlkit_model::{Copies, Finding, Fix, HandledCommand, Label, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{converts_pointers, list, rest, table_finding, tables};

declare_rule! {
    /// `compat_ptr()` applied to an argument that is a number
    ///
    /// # What
    /// The handler for 32-bit programs applies `compat_ptr()` to the argument of every command: it is
    /// `compat_ptr_ioctl`, `blkdev_compat_ptr_ioctl`, or a function that converts the pointer and calls
    /// the native handler. For some command the native handler uses the argument as a number, and never
    /// as a pointer.
    ///
    /// The rule says nothing where the argument goes to a function whose source was not read, and where
    /// the compat handler distinguishes commands.
    ///
    /// # Why
    /// On s390, `compat_ptr()` clears the top bit, which is not part of a 31-bit address, but is part
    /// of a number: -1 becomes 0x7fffffff.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode", "compat_ptr()".
    ///
    /// # Example
    /// ```c
    /// static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
    /// {
    ///         switch (cmd) {
    ///         case FOO_SET_SPEED:
    ///                 return foo_set_speed(file->private_data, (int)arg);
    ///         }
    ///         return -ENOTTY;
    /// }
    ///
    /// static const struct file_operations foo_fops = {
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = compat_ptr_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// Leave the commands that take a number out of the conversion:
    /// ```c
    /// static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
    /// {
    ///         if (cmd == FOO_SET_SPEED)
    ///                 return foo_ioctl(file, cmd, arg);
    ///         return compat_ptr_ioctl(file, cmd, arg);
    /// }
    /// ```
    SCALAR_THROUGH_COMPAT_PTR: "H004", "scalar-through-compat-ptr", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (table, handler) in tables(cx) {
        let Some(compat) = &table.compat else { continue };
        if handler.copies != Copies::Handler || !converts_pointers(cx, table) {
            continue;
        }
        let numbers: Vec<&HandledCommand> =
            handler.commands.iter().filter(|command| takes_number(command)).collect();
        let Some(first) = numbers.first() else { continue };
        let names: Vec<&str> = numbers.iter().map(|command| command.name.as_str()).collect();
        let (number, take) =
            if names.len() == 1 { ("number", "takes") } else { ("numbers", "take") };
        let message = format!(
            "`{}` applies compat_ptr() to the {number} that {} {take}",
            compat.function,
            list(&names),
        );
        let mut finding = table_finding(cx, &SCALAR_THROUGH_COMPAT_PTR, table, message);
        finding.span = compat.span;
        finding.command = Some(first.name.clone());
        finding.label = "converts every argument".into();
        finding.notes.extend(rest(&names));
        finding.notes.push("numbers of 31-bit programs on s390 lose their top bit".into());
        finding.related.extend(numbers.iter().filter_map(|command| {
            let text = format!("a number for `{}`", command.name);
            Some(Label { span: command.as_number?, text })
        }));
        finding.fix = Some(Fix {
            message: "write a compat handler that passes these commands on as they are".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}

fn takes_number(command: &HandledCommand) -> bool {
    command.as_number.is_some() && command.accesses.is_empty() && !command.escapes
}
