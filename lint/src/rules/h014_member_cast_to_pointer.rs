//! H014 member-cast-to-pointer.

use ioctlkit_model::{Finding, Fix, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};
use crate::members;

declare_rule! {
    /// a pointer made of a 64-bit member by casts
    ///
    /// # What
    /// A member of 64 bits of what a program passed becomes a pointer to the program's memory by way of
    /// `unsigned long` or `uintptr_t`, and not with `u64_to_user_ptr()`.
    ///
    /// # Why
    /// `u64_to_user_ptr()` does not compile unless it is given a `u64`, and its result is a `__user`
    /// pointer, so that sparse sees it dereferenced by mistake. The casts take any integer: nothing tells
    /// when the member gets narrower.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout"; process/botching-up-ioctls.rst,
    /// "Prerequisites"; `include/linux/kernel.h`, `u64_to_user_ptr`.
    ///
    /// # Example
    /// ```c
    /// void __user *data = (void __user *)(unsigned long)request.data;
    /// ```
    ///
    /// # Fix
    /// ```c
    /// void __user *data = u64_to_user_ptr(request.data);
    /// ```
    MEMBER_CAST_TO_POINTER: "H014", "member-cast-to-pointer", Warning, legacy Info, for Driver;
}

/// The width of a member that is meant for a pointer of any ABI, in bytes.
const WIDE: u64 = 8;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let noticed = command.noticed.iter();
        noticed
            .filter_map(|noticed| match &noticed.kind {
                NoticedKind::CastsMember { ty, member } => Some((noticed.span, (ty, member))),
                _ => None,
            })
            .collect()
    });
    for place in places {
        let (ty, member) = place.what;
        if members::widths(cx, ty, member) != Some((WIDE, WIDE)) {
            continue;
        }
        let message = format!(
            "`{}` casts {} to a pointer for {}: use u64_to_user_ptr(), which checks that the member \
             has 64 bits",
            place.handler.function,
            members::words(ty, member),
            names(&place.commands),
        );
        let mut finding = code_finding(
            cx,
            &MEMBER_CAST_TO_POINTER,
            place.handler,
            &place.commands,
            place.span,
            message,
        );
        finding.record = Some(ty.clone());
        finding.label = "casts".into();
        finding.fix = Some(Fix {
            message: "use u64_to_user_ptr()".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
