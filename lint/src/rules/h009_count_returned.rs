//! H009 count-returned.

use ioctlkit_model::{Finding, Fix, Label, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};

declare_rule! {
    /// result of `copy_to_user()` and its kin returned instead of an error
    ///
    /// # What
    /// What `copy_to_user()`, `copy_from_user()` or `clear_user()` returns is returned by the handler
    /// without a check.
    ///
    /// # Why
    /// These functions never return an error, but the number of bytes that they did not copy. A program
    /// that passes a bad pointer gets a positive number from `ioctl()`, which means success, instead of
    /// `EFAULT`.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Return code": failure is a negative error number;
    /// `include/linux/uaccess.h`.
    ///
    /// # Example
    /// ```c
    /// case FOO_GET_STATE:
    ///         return copy_to_user(argp, &state, sizeof(state));
    /// ```
    ///
    /// # Fix
    /// ```c
    /// case FOO_GET_STATE:
    ///         return copy_to_user(argp, &state, sizeof(state)) ? -EFAULT : 0;
    /// ```
    COUNT_RETURNED: "H009", "count-returned", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let noticed = command.noticed.iter();
        noticed
            .filter_map(|noticed| match &noticed.kind {
                NoticedKind::ReturnsCount { function } => {
                    Some((noticed.span, (function, noticed.related)))
                }
                _ => None,
            })
            .collect()
    });
    for place in places {
        let (function, copy) = place.what;
        let message = format!(
            "`{}` returns the result of {function}() for {} instead of `-EFAULT`",
            place.handler.function,
            names(&place.commands),
        );
        let mut finding =
            code_finding(cx, &COUNT_RETURNED, place.handler, &place.commands, place.span, message);
        finding.label = "a count, not an error".into();
        finding.notes.push(format!(
            "{function}() returns how many bytes it did not copy: with a bad pointer, programs get a \
             positive number"
        ));
        let copy = copy.filter(|span| *span != place.span);
        finding.related.extend(copy.map(|span| Label { span, text: "counted here".into() }));
        finding.fix = Some(Fix {
            message: "return -EFAULT where the count is not 0".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
