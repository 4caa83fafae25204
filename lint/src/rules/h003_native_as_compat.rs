//! H003 native-as-compat.

use ioctlkit_model::{Copies, Finding, Fix, Label, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code;
use crate::handlers::{table_finding, tables};

declare_rule! {
    /// the native handler serves 32-bit programs without `compat_ptr()`
    ///
    /// # What
    /// In a table of handlers one function is both the native and the compat handler, and it reads or
    /// writes the program's memory itself. The rule looks at driver source, and at compiled objects for
    /// ABIs whose kernels also run 32-bit programs. A handler whose arguments are all integers may well
    /// serve both. In objects, the rule does not follow a handler that leaves the copying to other
    /// functions; in source, it leaves out a handler that checks for 32-bit callers.
    ///
    /// # Why
    /// A 32-bit program passes a 32-bit pointer, and `compat_ptr()` turns it into one of the kernel's.
    /// On s390, 31-bit programs may pass pointers with the top bit set, and a handler that does not
    /// call it reads from the wrong address.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode", "compat_ptr()".
    ///
    /// # Example
    /// ```c
    /// static const struct file_operations foo_fops = {
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = foo_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// Where every argument is a pointer to the same structure for 32-bit programs:
    /// ```c
    /// static const struct file_operations foo_fops = {
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = compat_ptr_ioctl,
    /// };
    /// ```
    /// Where an argument is an integer, the handler has to distinguish the commands.
    NATIVE_AS_COMPAT: "H003", "native-as-compat", Warning, legacy off, for Kernel;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (object, table) in tables(cx).filter(|(_, table)| table.shares_handler()) {
        let (Some(native), Some(compat)) = (&table.native, &table.compat) else { continue };
        if !native.touches_user_memory {
            continue;
        }
        let (member, compat_member) =
            (table.structure.native_member(), table.structure.compat_member());
        let message = message(&table.name, &native.function, compat_member);
        let beside = (compat, format!("the same as `{member}`"));
        let mut finding = table_finding(&NATIVE_AS_COMPAT, object, table, Some(beside), message);
        advise(&mut finding);
        findings.push(finding);
    }
    check_source(cx, findings);
}

fn check_source(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (table, handler) in driver_code::tables(cx) {
        let (Some(native), Some(compat)) = (&table.native, &table.compat) else { continue };
        let copies = handler.commands.iter().find_map(|command| command.accesses.first());
        let (Some(copies), Copies::Handler) = (copies, handler.copies) else { continue };
        if native.function != compat.function || handler.asks_for_compat {
            continue;
        }
        let message = message(&table.name, &native.function, &compat.member);
        let mut finding = driver_code::table_finding(cx, &NATIVE_AS_COMPAT, table, message);
        let text = format!("the same as `{}`", native.member);
        finding.related.push(Label { span: compat.span, text });
        finding.related.push(Label { span: copies.span, text: "the argument is a pointer".into() });
        advise(&mut finding);
        findings.push(finding);
    }
}

fn message(table: &str, function: &str, compat: &str) -> String {
    format!("`{function}` is also `{compat}` of `{table}`, and does not call compat_ptr()")
}

fn advise(finding: &mut Finding) {
    finding.label = "one handler for both".into();
    finding.notes.push("pointers of 31-bit programs on s390 keep their top bit".into());
    finding.fix = Some(Fix {
        message: "use `compat_ptr_ioctl`, or a handler that applies compat_ptr() to the arguments \
                  that are pointers"
            .into(),
        edits: Vec::new(),
        safety: Safety::Safe,
    });
}
