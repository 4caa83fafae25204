//! N016 number-varies.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Argument, Command, Finding, Type, abi_words};

use crate::context::{Context, command_finding};
use crate::numbering::defined;
use crate::{abis, declare_rule};

declare_rule! {
    /// a number that differs between a kernel and its 32-bit programs through the argument's size
    ///
    /// # What
    /// The argument's size is part of the number, and a 64-bit kernel and a 32-bit ABI whose
    /// programs it runs do not agree on it.
    ///
    /// # Why
    /// The 32-bit program passes a number that the kernel's `switch` does not have: without a
    /// `compat_ioctl` that knows both, it gets `ENOTTY`. Every tool with a table of numbers needs
    /// a table for each size.
    ///
    /// Numbers also differ because architectures encode the direction differently. That is no fault of
    /// the interface, and the rule does not report it. Nor does it report ABIs that no kernel runs side
    /// by side: C004 and C005 cover the sizes of m68k and of arm's old ABI. N001 and N002 report
    /// `sizeof` and pointers as data types, which vary as well.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode" and "Structure layout".
    ///
    /// # Example
    /// ```c
    /// #define FS_IOC_GETFLAGS _IOR('f', 1, long)
    /// ```
    ///
    /// # Fix
    /// Use types of fixed size: `__u32`, `__u64`, and structures whose members are naturally
    /// aligned, without implicit padding. For an interface in use, translate the other number in
    /// `compat_ioctl`, as `FS_IOC32_GETFLAGS` is.
    NUMBER_VARIES: "N016", "number-varies", Warning, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in defined(cx) {
        check_command(cx, command, findings);
    }
}

fn check_command(cx: &Context<'_>, command: &Command, findings: &mut Vec<Finding>) {
    let on = command.variants.abis();
    let sizes = abis::by_value(on, |id| {
        let Argument::Type(ty) = &command.variants.get(id)?.argument else { return None };
        if is_pointer_or_size(cx, ty, id) {
            return None;
        }
        Some(cx.layouts.number(command, id)?.size)
    });
    let pairs = abis::disagreeing(&sizes);
    let Some(victims) = abis::victims(&pairs) else { return };
    let affected: AbiSet = pairs.iter().flat_map(|pair| [pair.kernel, pair.program]).collect();
    let groups: Vec<_> = sizes
        .iter()
        .filter(|(within, _)| !within.intersection(affected).is_empty())
        .map(|(within, size)| format!("{size} bytes {}", abi_words::on(within, on)))
        .collect();
    let mut finding = command_finding(
        &NUMBER_VARIES,
        command,
        command.span,
        affected,
        format!("the number varies: {}", groups.join(", ")),
    );
    if let Some(ty) = command.variants.first().and_then(|body| body.argument.ty()) {
        let name = cx.spelling.ty(ty);
        finding.label = format!("the size of `{name}` varies");
        if let Type::Record(id) = ty {
            finding.record = Some(name);
            finding.differences = cx.interface.record(*id).differences;
        }
    }
    finding.notes = pairs
        .iter()
        .filter_map(|pair| {
            let kernel = cx.layouts.number(command, pair.kernel)?;
            let program = cx.layouts.number(command, pair.program)?;
            Some(format!(
                "{:#010x} on {} and {:#010x} on {}",
                kernel.number,
                pair.kernel.abi().name,
                program.number,
                pair.program.abi().name,
            ))
        })
        .collect();
    finding.notes.insert(0, format!("{victims} use a different number"));
    findings.push(finding);
}

/// What N001 and N002 speak of.
fn is_pointer_or_size(cx: &Context<'_>, ty: &Type, id: AbiId) -> bool {
    let size_type =
        |name: &&str| matches!(name.trim_start_matches("__kernel_"), "size_t" | "ssize_t");
    cx.interface.typedef_names(ty).iter().any(size_type)
        || matches!(cx.interface.resolved(ty, id), Some(Type::Pointer(_)))
}
