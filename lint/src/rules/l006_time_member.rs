//! L006 time-member.

use ioctlkit_model::{Edit, Finding, Fix, Safety, Type, Variants};

use crate::classify::{self, Class, ClassifiedMember};
use crate::compat::wording;
use crate::context::{ArgumentRecord, Context, command_finding};
use crate::declare_rule;
use crate::{edits, words};

declare_rule! {
    /// a member that holds a time in `time_t`, `struct timeval` or `struct timespec`
    ///
    /// # What
    /// A member, or a command's whole argument, is `time_t`, `clock_t`, `suseconds_t`, one of the
    /// structures made of them, or the kernel's old name for one (`__kernel_old_time_t`,
    /// `__kernel_old_timeval`). `struct __kernel_timespec` and `__kernel_time64_t`, which are the same
    /// everywhere, are left out.
    ///
    /// # Why
    /// `time_t` has 4 or 8 bytes by ABI, and on a 32-bit ABI by the options that a program was
    /// compiled with: since the move to 64-bit `time_t`, user space's `struct timeval` is not the
    /// kernel's. A 32-bit one ends in 2038.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Timestamps".
    ///
    /// # Example
    /// ```c
    /// struct v4l2_buffer {
    ///         __u32 index;
    ///         struct timeval timestamp;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use a `__u64` of nanoseconds (`ktime_get_ns()`), or `struct __kernel_timespec` where you want
    /// seconds and nanoseconds separately.
    TIME_MEMBER: "L006", "time-member", Error, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if found.class == Class::Time {
                findings.push(member(cx, argument, found));
            }
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Time) {
        let message = format!(
            "`{}` takes {}, {}",
            found.subject.command.name,
            found.spelled(cx.spelling),
            widths(&found.sizes),
        );
        let mut finding = command_finding(
            &TIME_MEMBER,
            found.subject.command,
            found.subject.body.span,
            found.abis,
            message,
        );
        finding.notes.extend(words::sizes(&found.sizes));
        finding.notes.push(HARM.into());
        finding.fix = Some(fix(Vec::new()));
        findings.push(finding);
    }
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
) -> Finding {
    let ty = &found.subject.member.ty;
    let message = format!(
        "{} is {}, {}",
        words::member(cx.interface, found.subject.body, found.subject.index),
        found.spelled(cx.spelling),
        widths(&found.sizes),
    );
    let mut finding =
        argument.member_finding(&TIME_MEMBER, found.subject.member, found.abis, message);
    finding.notes.extend(words::sizes(&found.sizes));
    finding.notes.push(HARM.into());
    finding.label = "a time whose width depends on the program".into();
    // The first ABI on which such programs are another matter stands for all.
    finding.notes.extend(argument.commands.iter().find_map(|command| {
        let wide = cx.wide_time();
        found.abis.iter().find_map(|abi| wording::wide_time_note(wide, &command.name, abi))
    }));
    // Only a count of seconds keeps its meaning in another type; a structure takes a person.
    let seconds = !matches!(ty.innermost_element(), Type::Record(_));
    let edit = if seconds {
        edits::retype(&cx.interface.sources, found.subject.member, "__s64")
    } else {
        None
    };
    finding.fix = Some(fix(edit.into_iter().collect()));
    finding
}

const HARM: &str = "32-bit programs built with a 64-bit `time_t` do not agree with the kernel";

fn widths(sizes: &Variants<u64>) -> String {
    words::widths(sizes).unwrap_or_else(|| "as wide as `time_t`".into())
}

fn fix(edits: Vec<Edit>) -> Fix {
    Fix {
        message: "use a `__u64` of nanoseconds, or `struct __kernel_timespec`".into(),
        edits,
        safety: Safety::ChangesAbi,
    }
}
