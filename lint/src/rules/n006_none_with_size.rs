//! N006 none-with-size.

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{Command, CommandBody, Edit, Finding, Fix, Safety};

use crate::context::{Context, command_finding};
use crate::numbering::check_definitions;
use crate::{abis, declare_rule};

declare_rule! {
    /// a size in the number of a command that says it has no argument
    ///
    /// # What
    /// `_IOC(_IOC_NONE, …)` with a size that is not zero.
    ///
    /// # Why
    /// The number says that nothing is passed, and at the same time how many bytes that is. Generic
    /// code that copies by `_IOC_DIR` copies nothing, strace shows no argument, checkers that follow
    /// the direction check nothing, and on sparc, where the size and the direction share a bit, the
    /// number cannot be decoded.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": `_IO` is for
    /// commands without an argument; `_IOC_XSIZEMASK` of sparc's asm/ioctl.h.
    ///
    /// # Example
    /// ```c
    /// #define IOCTL_EVTCHN_BIND_VIRQ \
    ///         _IOC(_IOC_NONE, 'E', 0, sizeof(struct ioctl_evtchn_bind_virq))
    /// ```
    ///
    /// # Fix
    /// Say the direction: `_IOW('E', 0, struct ioctl_evtchn_bind_virq)`.
    NONE_WITH_SIZE: "N006", "none-with-size", Error, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_definitions(cx, findings, |command, on, body| {
        if body.direction == Direction::None {
            check_definition(cx, command, on, body)
        } else {
            None
        }
    });
}

fn check_definition(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
) -> Option<Finding> {
    let sizes = abis::by_value(on, |id| {
        cx.layouts.body_number(body, id).map(|numbered| numbered.size).filter(|size| *size > 0)
    });
    let size = sizes.first()?;
    let bytes = if sizes.len() > 1 { "a size".into() } else { format!("{size} bytes") };
    let mut finding = command_finding(
        &NONE_WITH_SIZE,
        command,
        command.span,
        sizes.abis(),
        format!("the number has {bytes} but no direction"),
    );
    finding.notes.push("code that copies or decodes by the direction misses the argument".into());
    finding.label = format!("{bytes} without a direction");
    finding.record = body.argument.ty().map(|ty| cx.spelling.ty(ty));
    finding.fix = Some(fix(cx, body));
    Some(finding)
}

/// Which way the data goes is not in the header; both ways is never wrong.
fn fix(cx: &Context<'_>, body: &CommandBody) -> Fix {
    let edit = cx.interface.definitions.call(body.span).and_then(|call| {
        let [_, letter, nr, size] = &call.arguments[..] else { return None };
        if call.name.spelling != "_IOC" {
            return None;
        }
        let ty = size.spelling.strip_prefix("sizeof")?.trim();
        let ty = ty.strip_prefix('(')?.strip_suffix(')')?.trim();
        let replacement = format!("_IOWR({}, {}, {ty})", letter.spelling, nr.spelling);
        Some(Edit { span: call.span, replacement })
    });
    Fix {
        message: format!(
            "say the direction: `{}` if the kernel only reads the argument, `{}` if it only \
             writes it, else `{}`",
            cx.spelling.direction(body, Direction::Write),
            cx.spelling.direction(body, Direction::Read),
            cx.spelling.direction(body, Direction::ReadWrite),
        ),
        edits: edit.into_iter().collect(),
        safety: Safety::ChangesAbi,
    }
}
