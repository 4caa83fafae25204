//! L014 float-member.

use ioctlkit_model::{Finding, Fix, Safety};

use crate::classify::{self, Class};
use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// a member that is a floating-point number
    ///
    /// # What
    /// A member, or a command's whole argument, is `float`, `double` or `long double`.
    ///
    /// # Why
    /// The kernel does not compute in floating point: a driver can only pass on the bits. `long double`
    /// is 8, 12 or 16 bytes by ABI, in three formats, and `double` is aligned to 4 bytes on i386.
    ///
    /// # Source
    /// Kernel documentation, core-api/floating-point.rst: floating point is not to be used in the
    /// kernel but in marked sections of a few architectures.
    ///
    /// # Example
    /// ```c
    /// struct gain {
    ///         float value;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use a fixed-point integer, and say its unit in the name: `__s32 gain_millidecibel`.
    FLOAT_MEMBER: "L014", "float-member", Warning, legacy off;
}

const HARM: &str = "no driver can check or use the value";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if found.class != Class::Float {
                continue;
            }
            let message = format!(
                "{} is {}, and the kernel cannot compute in floating point",
                words::member(cx.interface, found.subject.body, found.subject.index),
                found.spelled(cx.spelling),
            );
            let mut finding =
                argument.member_finding(&FLOAT_MEMBER, found.subject.member, found.abis, message);
            finding.label = "not a number to the kernel".into();
            finding.notes.push(HARM.into());
            finding.fix = Some(fix());
            findings.push(finding);
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Float) {
        let message = format!(
            "`{}` takes {}, and the kernel cannot compute in floating point",
            found.subject.command.name,
            found.spelled(cx.spelling),
        );
        let mut finding = command_finding(
            &FLOAT_MEMBER,
            found.subject.command,
            found.subject.body.span,
            found.abis,
            message,
        );
        finding.notes.push(HARM.into());
        finding.fix = Some(fix());
        findings.push(finding);
    }
}

fn fix() -> Fix {
    Fix {
        message: "use a fixed-point integer, with its unit in the name".into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    }
}
