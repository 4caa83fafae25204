//! N002 pointer-as-type.

use ioctlkit_model::{Command, CommandBody, Edit, Finding, Fix, Safety, Span, Type};

use crate::context::{Context, command_finding, merge_from};
use crate::numbering::defined;
use crate::{abis, declare_rule, definition};

declare_rule! {
    /// a pointer type given as the data type of a command
    ///
    /// # What
    /// The third argument of `_IOR`, `_IOW` or `_IOWR` is a pointer type.
    ///
    /// # Why
    /// The macros want the type that the argument points to. A pointer's size says nothing of the
    /// data, and it is 4 bytes on 32-bit ABIs and 8 bytes on 64-bit ones: the number differs, and
    /// 32-bit programs pass one that a 64-bit kernel does not know.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": the name of the
    /// data type pointed to by the argument.
    ///
    /// # Example
    /// ```c
    /// #define PERF_EVENT_IOC_ID _IOR('$', 7, __u64 *)
    /// ```
    ///
    /// # Fix
    /// Give the type without the asterisk: `_IOR('$', 7, __u64)`. For an interface in use this is
    /// another number: keep the old one, and handle 32-bit programs in `compat_ioctl`.
    POINTER_AS_TYPE: "N002", "pointer-as-type", Error, legacy Warning;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in defined(cx) {
        let from = findings.len();
        for (on, body) in command.variants.iter() {
            let Some(ty) = body.argument.ty() else { continue };
            let pointing = cx.layouts.abis_where(on, |_, id| {
                matches!(cx.interface.resolved(ty, id), Some(Type::Pointer(_)))
            });
            if pointing.is_empty() {
                continue;
            }
            let sizes = abis::by_value(pointing, |id| Some(id.abi().pointer_size));
            let broken = abis::victims(&abis::disagreeing(&sizes))
                .map_or_else(String::new, |who| format!(": {who} use another number"));
            let span = argument(cx, body);
            let mut finding = command_finding(
                &POINTER_AS_TYPE,
                command,
                span.unwrap_or(command.span),
                pointing,
                format!(
                    "the number holds the size of a pointer, not of what `{}` points to{broken}",
                    cx.spelling.ty(ty),
                ),
            );
            finding.label = "the type pointed to belongs here".into();
            finding.fix = Some(fix(cx, command, ty, span));
            findings.push(finding);
        }
        merge_from(findings, from);
    }
}

/// The place of the type in the definition, where it is spelled there.
fn argument(cx: &Context<'_>, body: &CommandBody) -> Option<Span> {
    let call = definition::call(&cx.interface.sources, body.span)?;
    (call.arguments.len() >= 3).then(|| call.arguments.last().copied()).flatten()
}

fn fix(cx: &Context<'_>, command: &Command, ty: &Type, span: Option<Span>) -> Fix {
    // What `void *` or `char *` point to has no size that the number could hold.
    let sized = match ty {
        Type::Pointer(to) => {
            !matches!(**to, Type::Void | Type::Function | Type::Scalar(ioctlkit_abi::Scalar::Char))
        }
        _ => false,
    };
    let edit = span.filter(|_| sized).and_then(|span| {
        let pointed_to = cx.spelling.pointed_to(cx.interface.sources.text(span))?;
        Some(Edit { span, replacement: pointed_to.to_owned() })
    });
    let message = if sized {
        "give the type that it points to".into()
    } else {
        format!("give `{}` a structure or an array of fixed size", command.name)
    };
    Fix { message, edits: edit.into_iter().collect(), safety: Safety::ChangesAbi }
}
