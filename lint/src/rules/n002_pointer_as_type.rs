//! N002 pointer-as-type.

use ioctlkit_model::{Command, CommandBody, Edit, Finding, Fix, Safety, Type, Word};

use crate::context::{Context, command_finding, merge_from};
use crate::numbering::defined;
use crate::{abis, declare_rule};

declare_rule! {
    /// a pointer type given as the data type of a command
    ///
    /// # What
    /// The third argument of `_IOR`, `_IOW` or `_IOWR` is a pointer type.
    ///
    /// # Why
    /// The macros want the type that the argument points to. A pointer's size says nothing about the
    /// data, and it is 4 bytes on 32-bit ABIs and 8 bytes on 64-bit ones: the number differs, and a
    /// 64-bit kernel does not know the one that 32-bit programs pass.
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
    /// Give the type without the asterisk: `_IOR('$', 7, __u64)`. In an interface that is in use this
    /// changes the number: keep the old one, and handle 32-bit programs in `compat_ioctl`.
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
            let victims = abis::victims(&abis::disagreeing(&sizes));
            let argument = argument(cx, body);
            let mut finding = command_finding(
                &POINTER_AS_TYPE,
                command,
                argument.map_or(command.span, |argument| argument.span),
                pointing,
                format!(
                    "the number holds the size of a pointer, not of what `{}` points to",
                    cx.spelling.ty(ty),
                ),
            );
            finding.label = "the type that it points to belongs here".into();
            finding.notes.extend(victims.map(|who| format!("{who} use a different number")));
            finding.fix = Some(fix(cx, command, ty, argument));
            findings.push(finding);
        }
        merge_from(findings, from);
    }
}

/// The place of the type in the definition, where it is spelled there.
fn argument<'a>(cx: &Context<'a>, body: &CommandBody) -> Option<&'a Word> {
    let call = cx.interface.definitions.call(body.span)?;
    call.arguments.last().filter(|_| call.arguments.len() >= 3)
}

fn fix(cx: &Context<'_>, command: &Command, ty: &Type, argument: Option<&Word>) -> Fix {
    // What `void *` or `char *` point to has no size that the number could hold.
    let sized = match ty {
        Type::Pointer(to) => {
            !matches!(**to, Type::Void | Type::Function | Type::Scalar(ioctlkit_abi::Scalar::Char))
        }
        _ => false,
    };
    let edit = argument.filter(|_| sized).and_then(|argument| {
        let pointed_to = cx.spelling.pointed_to(&argument.spelling)?;
        Some(Edit { span: argument.span, replacement: pointed_to.to_owned() })
    });
    let message = if sized {
        "give the type that it points to".into()
    } else {
        format!("give `{}` a structure or an array of fixed size", command.name)
    };
    Fix { message, edits: edit.into_iter().collect(), safety: Safety::ChangesAbi }
}
