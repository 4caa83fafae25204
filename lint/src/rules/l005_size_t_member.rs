//! L005 size-t-member.

use ioctlkit_model::{Argument, Finding};

use crate::classify::{self, Class};
use crate::context::Context;
use crate::declare_rule;

declare_rule! {
    /// a member whose type is `size_t`, `ssize_t`, `off_t`, `uintptr_t` or the like
    ///
    /// # What
    /// A member goes by a name that C or POSIX defines to have the width of an address, or the kernel's
    /// name for it (`__kernel_size_t`, `__kernel_off_t`). So does a command's whole argument, except
    /// for `size_t` itself, which is N001: there it is nearly always a mistaken `sizeof`. `loff_t`,
    /// which is 64 bits wide everywhere, is left out.
    ///
    /// # Why
    /// The type is 4 bytes in a 32-bit program and 8 bytes in the 64-bit kernel that it runs on.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct __fat_dirent {           /* VFAT_IOCTL_READDIR_BOTH */
    ///         long d_ino;
    ///         __kernel_off_t d_off;
    ///         unsigned short d_reclen;
    ///         char d_name[256];
    /// };
    /// ```
    ///
    /// # Fix
    /// Use `__u64`, or `__u32` where that is enough.
    SIZE_T_MEMBER: "L005", "size-t-member", Error, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if found.class == Class::Size {
                findings.push(found.word_sized_finding(
                    cx,
                    argument,
                    &SIZE_T_MEMBER,
                    "as wide as an address",
                ));
            }
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Size) {
        if is_size_t_itself(cx, &found.subject.body.argument) {
            continue;
        }
        findings.push(found.word_sized_finding(cx, &SIZE_T_MEMBER, "as wide as an address"));
    }
}

fn is_size_t_itself(cx: &Context<'_>, argument: &Argument) -> bool {
    let Some(ty) = argument.ty() else { return false };
    cx.interface.typedef_names(ty).contains(&"size_t")
}
