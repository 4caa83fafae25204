//! H007 reserved-copied-out.

use ioctlkit_model::Finding;

use crate::context::Context;
use crate::copied_out::{self, Kind};
use crate::declare_rule;

declare_rule! {
    /// a reserved member copied to the program with what was in memory before
    ///
    /// # What
    /// A structure is copied to the program on a path on which a member named `reserved`, `pad`, `unused`
    /// or the like was not set. Silent where H006 is.
    ///
    /// # Why
    /// The member holds what the stack or the heap held before, so the kernel's memory leaks. And it can
    /// never get a meaning: programs see any value in it today.
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
