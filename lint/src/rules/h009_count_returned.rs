//! H009 count-returned.

use ioctlkit_model::{Finding, Fix, Label, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};

declare_rule! {
    /// the count of bytes that were not copied as the handler's answer
    ///
    /// # What
    /// What `copy_to_user()`, `copy_from_user()` or `clear_user()` returns reaches the handler's `return`
    /// without a test.
    ///
    /// # Why
    /// These functions return how many bytes they did not copy, and never an error. A program that passes
    /// a bad pointer gets a positive number from `ioctl()`, which means success, where it should get
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
            "`{}` returns the number of bytes that {function}() did not copy: a program that \
             passes a bad pointer for {} gets a positive number, and no error",
            place.handler.function,
            names(&place.commands),
        );
        let mut finding =
            code_finding(cx, &COUNT_RETURNED, place.handler, &place.commands, place.span, message);
        finding.label = "a count, and no error".into();
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
