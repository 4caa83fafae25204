//! H006 hole-copied-out.

use ioctlkit_model::{Cleared, Finding, Severity};

use crate::context::Context;
use crate::copied_out::{self, Kind};
use crate::declare_rule;

declare_rule! {
    /// uninitialised kernel memory copied to the program
    ///
    /// # What
    /// On some path, the handler copies a structure to the program without having set all of its bytes:
    /// a member, or padding that some ABI has. An initialiser that names some members clears the others
    /// but may leave the padding, which is a warning.
    ///
    /// The rule says nothing where a function whose source was not read gets the structure, where it
    /// was copied in before, and where only a part of it is copied out. H007 reports reserved members.
    ///
    /// # Why
    /// The bytes hold whatever was on the stack or the heap: kernel addresses, or data of another
    /// program.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Information leaks".
    ///
    /// # Example
    /// ```c
    /// struct foo_state {
    ///         __u32 id;
    ///         __u64 time; /* 4 bytes of padding in front on most ABIs */
    /// };
    ///
    /// struct foo_state state;
    ///
    /// state.id = foo->id;
    /// state.time = foo->time;
    /// if (copy_to_user(argp, &state, sizeof(state)))
    ///         return -EFAULT;
    /// ```
    ///
    /// # Fix
    /// ```c
    /// memset(&state, 0, sizeof(state));
    /// state.id = foo->id;
    /// ```
    HOLE_COPIED_OUT: "H006", "hole-copied-out", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for copy in copied_out::find(cx, Kind::Others) {
        let mut finding = copied_out::finding(cx, &HOLE_COPIED_OUT, &copy);
        if copy.out.cleared == Cleared::Members {
            finding.severity = Severity::Warning;
            finding.notes.push("an initialiser sets every member, and need not set padding".into());
        }
        findings.push(finding);
    }
}
