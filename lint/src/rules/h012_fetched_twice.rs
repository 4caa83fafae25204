//! H012 fetched-twice.

use ioctlkit_model::{Finding, Fix, Label, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};

declare_rule! {
    /// part of the argument that is read twice and checked once
    ///
    /// # What
    /// The handler copies a part of the argument from the program, makes a decision based on it, copies
    /// the same bytes again, and uses the second value: as a size, a loop bound, an index, in a
    /// computation or another decision, as the argument of a function, or to keep it. A second value
    /// that is compared with something counts as checked, and one that is only assigned to a local
    /// variable does not count as used.
    ///
    /// The rule leaves out a size that is read first and passed to `copy_struct_from_user()`, and a
    /// member that the handler sets again after the second copy.
    ///
    /// # Why
    /// Another thread of the program can change the bytes between the two copies. The handler then uses
    /// a value that it has not checked, such as a length that is out of bounds.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout" and "Information leaks"; CWE-367.
    ///
    /// # Example
    /// ```c
    /// if (get_user(count, &argp->count) || count > FOO_MAX)
    ///         return -EINVAL;
    /// if (copy_from_user(&list, argp, sizeof(list)))
    ///         return -EFAULT;
    /// memcpy(foo->entries, data, list.count * sizeof(*foo->entries));
    /// ```
    ///
    /// # Fix
    /// Copy once. Where the size has to be known first, put the checked value back:
    /// ```c
    /// list.count = count;
    /// ```
    FETCHED_TWICE: "H012", "fetched-twice", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let noticed = command.noticed.iter();
        noticed
            .filter_map(|noticed| match &noticed.kind {
                NoticedKind::FetchesAgain { member } => {
                    Some((noticed.span, (member, noticed.related)))
                }
                _ => None,
            })
            .collect()
    });
    for place in places {
        let (member, first) = place.what;
        let commands = names(&place.commands);
        let what = if member.is_empty() {
            format!("the argument of {commands}")
        } else {
            format!("`{member}` of {commands}")
        };
        let message = format!(
            "`{}` reads {what} twice: a thread can change it after the check",
            place.handler.function,
        );
        let mut finding =
            code_finding(cx, &FETCHED_TWICE, place.handler, &place.commands, place.span, message);
        finding.label = "read again".into();
        finding
            .related
            .extend(first.map(|span| Label { span, text: "read here, and checked".into() }));
        finding.fix = Some(Fix {
            message: "copy it once, or put the value that was checked back behind the second copy"
                .into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
