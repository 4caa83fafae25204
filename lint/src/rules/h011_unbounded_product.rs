//! H011 unbounded-product.

use ioctlkit_model::{Finding, Fix, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};
use crate::members;

declare_rule! {
    /// size computed from a count that the program chooses, without a limit
    ///
    /// # What
    /// A member that the program passed is multiplied, the product is the size of an allocation or a
    /// copy, and no comparison limits the member first. Members of less than 32 bits are left out,
    /// since their product does not overflow.
    ///
    /// The rule does not see comparisons in functions whose source was not read.
    ///
    /// # Why
    /// On a 32-bit kernel, or in an `int`, the product wraps around, and the allocation is smaller than
    /// what is then copied. Where it does not wrap, a program can make the kernel allocate gigabytes.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst, "Basics": check for overflow;
    /// process/deprecated.rst, "open-coded arithmetic in allocator arguments".
    ///
    /// # Example
    /// ```c
    /// if (copy_from_user(&list, argp, sizeof(list)))
    ///         return -EFAULT;
    /// entries = kmalloc(list.count * sizeof(*entries), GFP_KERNEL);
    /// ```
    ///
    /// # Fix
    /// ```c
    /// if (list.count > FOO_MAX_ENTRIES)
    ///         return -EINVAL;
    /// entries = memdup_array_user(u64_to_user_ptr(list.entries), list.count, sizeof(*entries));
    /// ```
    UNBOUNDED_PRODUCT: "H011", "unbounded-product", Warning, legacy Warning, for Driver;
}

/// The narrowest member that is looked at, in bytes.
const NARROWEST: u64 = 4;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let noticed = command.noticed.iter();
        noticed
            .filter_map(|noticed| match &noticed.kind {
                NoticedKind::UnboundedProduct { ty, member, factor, function } => {
                    Some((noticed.span, (ty, member, factor, function)))
                }
                _ => None,
            })
            .collect()
    });
    for place in places {
        let (ty, member, factor, function) = place.what;
        if members::widths(cx, ty, member).is_none_or(|(least, _)| least < NARROWEST) {
            continue;
        }
        let number = members::words(ty, member);
        let message = format!(
            "`{}` multiplies {number} by `{factor}` without a limit",
            place.handler.function,
        );
        let mut finding = code_finding(
            cx,
            &UNBOUNDED_PRODUCT,
            place.handler,
            &place.commands,
            place.span,
            message,
        );
        finding.record = Some(ty.clone());
        finding.label = "as large as the program likes".into();
        finding.notes.push(format!(
            "with {} a program can make the product overflow, and {function}() gets too small a size",
            names(&place.commands),
        ));
        finding.fix = Some(Fix {
            message: "refuse a count above what the driver can use, or multiply with array_size()"
                .into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
