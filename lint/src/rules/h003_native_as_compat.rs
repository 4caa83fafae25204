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
    /// In a table of handlers the member for ioctls and the one for those of 32-bit programs are the
    /// same function, and that function reads or writes the program's memory itself. Looked at are
    /// compiled objects for ABIs whose kernels also run 32-bit programs, and driver source. A handler
    /// whose arguments are all integers may well serve both. In an object, a handler that leaves memory
    /// to other functions is not looked into; in source, one that asks whether the program has 32 bits
    /// is left out.
    ///
    /// # Why
    /// The argument of a 32-bit program is a pointer of its own kind, and `compat_ptr()` makes one of
    /// the kernel's out of it. On s390, whose 31-bit programs may pass pointers with the top bit set,
    /// a handler without it reads from the wrong address.
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
    /// Where an argument is an integer, the handler has to tell which commands take pointers.
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
        let message = message(&table.name, &native.function, member, compat_member);
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
        let message = message(&table.name, &native.function, &native.member, &compat.member);
        let mut finding = driver_code::table_finding(cx, &NATIVE_AS_COMPAT, table, message);
        let text = format!("the same as `{}`", native.member);
        finding.related.push(Label { span: compat.span, text });
        finding.related.push(Label { span: copies.span, text: "the argument is a pointer".into() });
        advise(&mut finding);
        findings.push(finding);
    }
}

fn message(table: &str, function: &str, member: &str, compat: &str) -> String {
    format!(
        "`{function}` is `{compat}` of `{table}` as well as `{member}`, and copies from or to the \
         program: without compat_ptr(), a pointer of a 31-bit program of s390 keeps its top bit"
    )
}

fn advise(finding: &mut Finding) {
    finding.label = "one handler for both".into();
    finding.fix = Some(Fix {
        message: "use `compat_ptr_ioctl`, or a handler that applies compat_ptr() to the arguments \
                  that are pointers"
            .into(),
        edits: Vec::new(),
        safety: Safety::Safe,
    });
}
