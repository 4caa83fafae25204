//! H001 no-compat-ioctl.

use ioctlkit_model::{Finding, Fix, HandlerStructure, Label, Safety};

use crate::context::Context;
use crate::conventions::Compat;
use crate::conventions::layers::FOR_ALL;
use crate::declare_rule;
use crate::handlers::{programs, table_finding, tables};
use crate::{conventions, driver_code};

declare_rule! {
    /// table with an ioctl handler and none for 32-bit programs
    ///
    /// # What
    /// A `struct proc_ops` or `struct block_device_operations` has a handler for ioctls and none for
    /// those of 32-bit programs. The rule looks at driver source, and at compiled objects for ABIs
    /// whose kernels also run 32-bit programs, unless the kernel's types show that this one was built
    /// without that. In source it also looks at `struct file_operations`; for those of objects there is
    /// O002, and for tables behind a layer that passes commands on there is H017.
    ///
    /// In source, the rule leaves out a table whose handler was not read or has no commands, and one
    /// whose member is assigned elsewhere in the file. `FIONREAD`, `FIOCLEX`, `FIONCLEX`, `FIONBIO` and
    /// `FIOASYNC` do not count: the kernel answers them or passes them to the native handler, for all
    /// programs (`fs/ioctl.c`, `do_vfs_ioctl`).
    ///
    /// # Why
    /// The kernel calls `proc_compat_ioctl`, or `compat_ioctl`, for a program of a 32-bit ABI. If there
    /// is none, every command of the driver fails with `ENOTTY`.
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
    NO_COMPAT_IOCTL: "H001", "no-compat-ioctl", Error, legacy Error, for Kernel;
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
        let compat = table.structure.compat_member();
        let message = message(&table.name, compat, "", &programs(object));
        let beside = (native, "32-bit programs do not reach this".to_owned());
        let mut finding = table_finding(&NO_COMPAT_IOCTL, object, table, Some(beside), message);
        advise(&mut finding, compat);
        findings.push(finding);
    }
    check_source(cx, findings);
}

fn check_source(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (table, handler) in driver_code::tables(cx) {
        let Some(native) = &table.native else { continue };
        let convention = conventions::of(&table.structure);
        let Some(Compat::Fails(compat)) = convention.map(|convention| convention.compat) else {
            continue;
        };
        let (for_all, fail): (Vec<_>, Vec<_>) =
            handler.commands.iter().partition(|command| FOR_ALL.contains(&command.name.as_str()));
        if fail.is_empty() || driver_code::has_compat(cx, table) {
            continue;
        }
        let but = for_all.first().map(|command| format!(" but `{}`", command.name));
        let but = but.unwrap_or_default();
        let message = message(&table.name, compat, &but, "32-bit programs");
        let mut finding = driver_code::table_finding(cx, &NO_COMPAT_IOCTL, table, message);
        let text = "32-bit programs do not reach this".to_owned();
        finding.related.push(Label { span: native.span, text });
        advise(&mut finding, compat);
        findings.push(finding);
    }
}

fn message(table: &str, compat: &str, but: &str, programs: &str) -> String {
    format!("`{table}` has no `{compat}`: {programs} get ENOTTY for every command{but}")
}

fn advise(finding: &mut Finding, compat: &str) {
    finding.label = format!("no `{compat}`");
    finding.fix = Some(Fix {
        message: format!("add `.{compat}`, which translates what differs on 32-bit ABIs"),
        edits: Vec::new(),
        safety: Safety::Safe,
    });
}
