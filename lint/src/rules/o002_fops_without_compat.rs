//! O002 fops-without-compat.

use ioctlkit_model::{Finding, Fix, HandlerStructure, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::handlers::{programs, table_finding, tables};

declare_rule! {
    /// compiled driver without a compat handler
    ///
    /// # What
    /// A `struct file_operations` in a compiled object has an `unlocked_ioctl` and a null
    /// `compat_ioctl`. The rule looks at objects for ABIs whose kernels also run 32-bit programs,
    /// unless the kernel's types show that this one was built without that.
    ///
    /// # Why
    /// The kernel calls `compat_ioctl` for a program of a 32-bit ABI. If there is none, every command
    /// of the driver fails with `ENOTTY`, although the program could open the file.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode"; `fs/ioctl.c`,
    /// `compat_sys_ioctl`.
    ///
    /// # Example
    /// ```c
    /// static const struct file_operations foo_fops = {
    ///         .owner = THIS_MODULE,
    ///         .unlocked_ioctl = foo_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// Where every argument is the same for 32-bit programs, the kernel has the handler:
    /// ```c
    /// static const struct file_operations foo_fops = {
    ///         .owner = THIS_MODULE,
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = compat_ptr_ioctl,
    /// };
    /// ```
    /// Otherwise write a handler that translates. `check --header HEADER` tells you which you need.
    FOPS_WITHOUT_COMPAT: "O002", "fops-without-compat", Error, legacy Error, for Object;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (object, table) in tables(cx) {
        let is_file = table.structure == HandlerStructure::FileOperations;
        let (Some(native), None, true) = (&table.native, &table.compat, is_file) else { continue };
        let message = format!(
            "`{}` has no `compat_ioctl`: {} get ENOTTY for every command",
            table.name,
            programs(object),
        );
        let beside = (native, "32-bit programs do not reach this".to_owned());
        let mut finding = table_finding(&FOPS_WITHOUT_COMPAT, object, table, Some(beside), message);
        finding.label = "no `compat_ioctl`".into();
        finding.fix = Some(Fix {
            message: "add `.compat_ioctl = compat_ptr_ioctl` if every argument is the same on \
                      32-bit ABIs, else a handler that translates"
                .into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
