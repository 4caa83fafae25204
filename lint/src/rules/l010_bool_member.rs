//! L010 bool-member.

use ioctlkit_model::{Finding, Fix, Safety};

use crate::classify::{self, Class};
use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::{edits, words};

declare_rule! {
    /// a member whose type is `bool`
    ///
    /// # What
    /// A member, or a command's whole argument, is `bool` (`_Bool`), an array of them or a
    /// typedef.
    ///
    /// # Why
    /// A `bool` holds 0 or 1. A byte that user space passes may have any other value, and the compiler
    /// assumes that it does not: the kernel's checks may then do anything.
    ///
    /// # Source
    /// C11, 6.2.5 and 6.2.6.1 (trap representations); the kernel's own sanitiser reports the load
    /// (`CONFIG_UBSAN_BOOL`).
    ///
    /// # Example
    /// ```c
    /// #define XSDFEC_SET_BYPASS _IOW(XSDFEC_MAGIC, 9, bool)
    /// ```
    ///
    /// # Fix
    /// Use `__u8`, and reject anything but 0 and 1. No offset changes.
    BOOL_MEMBER: "L010", "bool-member", Error, legacy Warning, for C;
}

const HARM: &str = "the kernel's checks of such a byte are undefined behaviour";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            // A bit-field of one bit has no invalid value.
            if found.class != Class::Bool || found.subject.member.bits.is_some() {
                continue;
            }
            let message = format!(
                "{} is `bool`, and user space may pass a byte that is neither 0 nor 1",
                words::member(cx.interface, found.subject.body, found.subject.index)
            );
            let mut finding =
                argument.member_finding(&BOOL_MEMBER, found.subject.member, found.abis, message);
            finding.notes.push(HARM.into());
            finding.label = "not every byte is a `bool`".into();
            let edit = edits::retype(&cx.interface.sources, found.subject.member, "__u8");
            finding.fix = Some(Fix {
                message: "make it a `__u8`, and reject what is neither 0 nor 1".into(),
                edits: edit.into_iter().collect(),
                safety: Safety::Safe,
            });
            findings.push(finding);
        }
    }
    for found in classify::commands(cx).iter().filter(|found| found.class == Class::Bool) {
        let message = format!(
            "`{}` takes a `bool`, and user space may pass a byte that is neither 0 nor 1",
            found.subject.command.name
        );
        let mut finding = command_finding(
            &BOOL_MEMBER,
            found.subject.command,
            found.subject.body.span,
            found.abis,
            message,
        );
        finding.notes.push(HARM.into());
        finding.fix = Some(Fix {
            message: "use `__u8`, and reject what is neither 0 nor 1".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
