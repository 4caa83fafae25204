//! H007 reserved-copied-out.

use ioctlkit_model::Finding;

use crate::context::Context;
use crate::copied_out::{self, Kind};
use crate::declare_rule;

declare_rule! {
    /// uninitialised reserved member copied to the program
    ///
    /// # What
    /// On some path, the handler copies a structure to the program without having set a member named
    /// `reserved`, `pad`, `unused` or the like. The rule says nothing where H006 does not.
    ///
    /// # Why
    /// The member holds whatever was on the stack or the heap, so kernel memory leaks. It can also
    /// never get a meaning, since programs already see arbitrary values in it.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Information leaks"; process/botching-up-ioctls.rst,
    /// "Basics".
    ///
    /// # Example
    /// ```c
    /// struct foo_state {
    ///         __u32 id;
    ///         __u32 reserved[3];
    /// };
    ///
    /// struct foo_state state;
    ///
    /// state.id = foo->id;
    /// if (copy_to_user(argp, &state, sizeof(state)))
    ///         return -EFAULT;
    /// ```
    ///
    /// # Fix
    /// ```c
    /// struct foo_state state = {};
    /// ```
    RESERVED_COPIED_OUT: "H007", "reserved-copied-out", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let copies = copied_out::find(cx, Kind::Reserved);
    findings.extend(copies.iter().map(|copy| copied_out::finding(cx, &RESERVED_COPIED_OUT, copy)));
}
