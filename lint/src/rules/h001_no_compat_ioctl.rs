//! H001 no-compat-ioctl.

use ioctlkit_model::{Finding, Fix, HandlerStructure, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::handlers::{programs, table_finding, tables};

declare_rule! {
    /// a handler for ioctls without one for 32-bit programs
    ///
    /// # What
    /// A `struct proc_ops` or `struct block_device_operations` has a handler for ioctls and none for
    /// those of 32-bit programs. Looked at are compiled objects for ABIs whose kernels also run
    /// 32-bit programs, unless the kernel's types say that this one was built without. Of
    /// `struct file_operations` O002 speaks, of tables behind a layer that passes commands on H017.
    ///
    /// # Why
    /// The kernel calls `proc_compat_ioctl`, or `compat_ioctl`, for a program of a 32-bit ABI. Where
    /// there is none, every command of the driver's own fails with `ENOTTY`.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode"; `block/ioctl.c`,
    /// `compat_blkdev_ioctl`; `fs/proc/inode.c`, `proc_reg_compat_ioctl`.
    ///
    /// # Example
    /// ```c
    /// static const struct block_device_operations foo_ops = {
    ///         .owner = THIS_MODULE,
    ///         .ioctl = foo_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// Where every argument is the same for 32-bit programs, the kernel has the handler:
    /// ```c
    /// static const struct block_device_operations foo_ops = {
    ///         .owner = THIS_MODULE,
    ///         .ioctl = foo_ioctl,
    ///         .compat_ioctl = blkdev_compat_ptr_ioctl,
    /// };
    /// ```
    NO_COMPAT_IOCTL: "H001", "no-compat-ioctl", Error, legacy Error, for Object;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (object, table) in tables(cx) {
        let speaks_of = matches!(
            table.structure,
            HandlerStructure::ProcOps | HandlerStructure::BlockDeviceOperations
        );
        let (Some(native), None, true) = (&table.native, &table.compat, speaks_of) else {
            continue;
        };
        let (member, compat) = (table.structure.native_member(), table.structure.compat_member());
        let message = format!(
            "`{}` has `{member}` and no `{compat}`: every command of `{}` fails with ENOTTY for {}",
            table.name,
            native.function,
            programs(object),
        );
        let beside = (native, "32-bit programs do not reach this".to_owned());
        let mut finding = table_finding(&NO_COMPAT_IOCTL, object, table, Some(beside), message);
        finding.label = format!("no `{compat}`");
        finding.fix = Some(Fix {
            message: format!("add `.{compat}`, which translates what differs on 32-bit ABIs"),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
