//! H005 unknown-command-errno.

use std::collections::BTreeSet;

use ioctlkit_model::{Answer, Finding, Fix, Label, Safety, SourceHandler, Span};

use crate::context::Context;
use crate::conventions::{self, Convention};
use crate::declare_rule;
use crate::driver_code::code_finding;

declare_rule! {
    /// error other than `-ENOTTY` for an unknown command
    ///
    /// # What
    /// A handler returns something other than `-ENOTTY` or `-ENOIOCTLCMD` for a command that it does
    /// not know. If its subsystem wants another error, that counts: a watchdog driver has to return
    /// `-ENOIOCTLCMD`, a network device may return `-EOPNOTSUPP`.
    ///
    /// The rule says nothing where the value comes from a function whose source was not read or is not
    /// a constant, where the handler refuses every command, as that of a removed device does, and for
    /// structures of operations whose caller is unknown.
    ///
    /// # Why
    /// By `ENOTTY`, programs and libraries recognise that a driver does not have a command, and fall
    /// back to another. `EINVAL` says that the command exists and its argument is wrong; `ENOSYS` that
    /// the kernel has no such system call.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Return code".
    ///
    /// # Example
    /// ```c
    /// static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
    /// {
    ///         switch (cmd) {
    ///         case FOO_RESET:
    ///                 return foo_reset(file->private_data);
    ///         default:
    ///                 return -EINVAL;
    ///         }
    /// }
    /// ```
    ///
    /// # Fix
    /// ```c
    ///         default:
    ///                 return -ENOTTY;
    /// ```
    UNKNOWN_COMMAND_ERRNO: "H005", "unknown-command-errno", Error, legacy Info, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let meant = refusals(cx);
    let mut said = BTreeSet::new();
    for (place, handler) in cx.interface.code.handlers.iter().enumerate() {
        let Some(convention) = convention(cx, place) else { continue };
        let is_right = |answer: &Answer| convention.unknown.contains(&answer.value.as_str());
        if refuses_all(handler) || handler.unknown.iter().any(is_right) {
            continue;
        }
        let errors: Vec<&Answer> =
            handler.unknown.iter().filter(|answer| answer.value.starts_with('-')).collect();
        // A function that answers 0, or a value that only a reader understands, may mean it.
        if errors.is_empty()
            || errors.len() != handler.unknown.len()
            || errors.iter().all(|answer| meant.contains(&answer.span))
            || !said.insert(&errors[0].span)
        {
            continue;
        }
        findings.push(report(cx, handler, convention, &errors));
    }
}

/// Whether a handler knows commands only to refuse them, too: it stands for a device that is gone.
fn refuses_all(handler: &SourceHandler) -> bool {
    handler.commands.iter().all(|command| command.only_fails)
}

/// What such handlers answer: others may pass a command on to them.
fn refusals(cx: &Context<'_>) -> BTreeSet<Span> {
    let handlers = cx.interface.code.handlers.iter().filter(|handler| refuses_all(handler));
    handlers.flat_map(|handler| &handler.unknown).map(|answer| answer.span).collect()
}

fn report(
    cx: &Context<'_>,
    handler: &SourceHandler,
    convention: &Convention,
    errors: &[&Answer],
) -> Finding {
    let values: BTreeSet<String> =
        errors.iter().map(|answer| format!("`{}`", answer.value)).collect();
    let values: Vec<String> = values.into_iter().collect();
    let wanted = convention.unknown.first().copied().unwrap_or("-ENOTTY");
    let message = format!(
        "`{}` returns {} for an unknown command instead of `{wanted}`",
        handler.function,
        values.join(" or "),
    );
    let mut finding =
        code_finding(cx, &UNKNOWN_COMMAND_ERRNO, handler, &[], errors[0].span, message);
    finding.record = Some(format!("struct {}", convention.structure));
    finding.label = "the answer to an unknown command".into();
    finding.related.extend(
        errors
            .iter()
            .skip(1)
            .map(|answer| Label { span: answer.span, text: "so is this one".into() }),
    );
    finding.related.push(Label { span: handler.span, text: "the handler".into() });
    finding.notes.push(harm(convention).into());
    if let Some((place, what)) = convention.source.split_once(": ") {
        finding.notes.push(format!("{place}: {what}"));
    }
    finding.fix =
        Some(Fix { message: format!("return {wanted}"), edits: Vec::new(), safety: Safety::Safe });
    finding
}

fn harm(convention: &Convention) -> &'static str {
    if convention.unknown == ["-ENOIOCTLCMD"] {
        "the commands of the subsystem itself fail, too"
    } else {
        "programs cannot tell a command that the driver lacks from one that failed"
    }
}

/// What the tables that a handler stands in ask of it, where all of them are known and agree.
fn convention(cx: &Context<'_>, handler: usize) -> Option<&'static Convention> {
    let mut found: Option<&Convention> = None;
    for table in cx.interface.code.tables_with(handler) {
        let convention = conventions::of(&table.structure)?;
        if found.is_some_and(|known| known.unknown != convention.unknown) {
            return None;
        }
        found = Some(convention);
    }
    found
}
