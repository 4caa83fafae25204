//! H012 fetched-twice.

use ioctlkit_model::{Finding, Fix, Label, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};

declare_rule! {
    /// a part of the argument that is read twice, and checked once
    ///
    /// # What
    /// The handler copies a part of the argument from the program, makes a decision by it, copies the same
    /// bytes again, and uses the second value: for a size, the rounds of a loop, an index, a computation or another
    /// decision, or it hands it to a function or keeps it. A second value that is compared with anything is checked
    /// for itself, and one that goes into a local variable is not used yet.
    ///
    /// A size that is read first and passed to `copy_struct_from_user()` is left out, and so is a member
    /// that the handler sets again behind the second copy.
    ///
    /// # Why
    /// Another thread of the program can change the bytes between the two copies. What was checked is
    /// then not what is used: a length that was within bounds no longer is.
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
    /// Copy once. Where the size has to be known first, put the value that was checked back:
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
            format!("`{member}` in the argument of {commands}")
        };
        let message = format!(
            "`{}` reads {what} twice: another thread can change it after the check",
            place.handler.function,
        );
        let mut finding =
            code_finding(cx, &FETCHED_TWICE, place.handler, &place.commands, place.span, message);
        finding.label = "read again".into();
        finding
            .related
            .extend(first.map(|span| Label { span, text: "read here, and looked at".into() }));
        finding.fix = Some(Fix {
            message: "copy it once, or put the value that was checked back behind the second copy"
                .into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
