//! H014 member-cast-to-pointer.

use ioctlkit_model::{Finding, Fix, NoticedKind, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding};
use crate::members;

declare_rule! {
    /// 64-bit member cast to a pointer
    ///
    /// # What
    /// The handler turns a 64-bit member that the program passed into a pointer through `unsigned long`
    /// or `uintptr_t` instead of `u64_to_user_ptr()`.
    ///
    /// # Why
    /// `u64_to_user_ptr()` does not compile unless it is given a `u64`, and its result is a `__user`
    /// pointer, so that sparse notices a direct dereference. The casts take any integer, and nobody
    /// notices when the member becomes narrower.
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
            "`{}` casts {} to a pointer without u64_to_user_ptr()",
            place.handler.function,
            members::words(ty, member),
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
        finding.label = "cast here".into();
        finding.notes.push("u64_to_user_ptr() checks that the member has 64 bits".into());
        finding.fix = Some(Fix {
            message: "use u64_to_user_ptr()".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
