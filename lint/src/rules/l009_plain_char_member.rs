//! L009 plain-char-member.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, Safety, Type, abi_words};

use crate::classify::{self, Class, ClassifiedMember};
use crate::context::{ArgumentRecord, Context, command_finding};
use crate::declare_rule;
use crate::{edits, words};

declare_rule! {
    /// lone member of type `char`, whose sign varies
    ///
    /// # What
    /// A member, or a command's whole argument, is one plain `char`. Arrays of `char`, which are
    /// strings, are left out, and so are `signed char` and `unsigned char`.
    ///
    /// # Why
    /// Plain `char` is signed on some ABIs (x86) and unsigned on others (arm, powerpc, s390): a
    /// value over 127 is negative for some programs.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct snd_seq_remove_events {  /* SNDRV_SEQ_IOCTL_REMOVE_EVENTS */
    ///         unsigned int remove_mode;
    ///         int type;
    ///         char tag;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use `__u8` or `__s8`.
    PLAIN_CHAR_MEMBER: "L009", "plain-char-member", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if found.class == Class::Char
                && found.subject.member.bits.is_none()
                && !is_array(cx, &found.subject.member.ty)
            {
                findings.push(member(cx, argument, found));
            }
        }
    }
    for found in classify::commands(cx) {
        if found.class == Class::Char && !is_array(cx, found.ty) {
            let message = format!(
                "`{}` takes a plain {}, {}",
                found.subject.command.name,
                found.spelled(cx.spelling),
                sign(found.abis).0
            );
            let mut finding = command_finding(
                &PLAIN_CHAR_MEMBER,
                found.subject.command,
                found.subject.body.span,
                found.abis,
                message,
            );
            finding.notes.extend(sign(found.abis).1);
            finding.notes.push(HARM.into());
            findings.push(finding);
        }
    }
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
) -> Finding {
    let message = format!(
        "{} is a plain {}, {}",
        words::member(cx.interface, found.subject.body, found.subject.index),
        found.spelled(cx.spelling),
        sign(found.abis).0
    );
    let mut finding =
        argument.member_finding(&PLAIN_CHAR_MEMBER, found.subject.member, found.abis, message);
    finding.notes.extend(sign(found.abis).1);
    finding.notes.push(HARM.into());
    let byte = cx.spelling.fixed("__u8");
    finding.label = "signed or not, as the ABI likes".into();
    finding.fix = Some(Fix {
        message: format!(
            "make it {}, or {} where it can be negative",
            words::with_article(byte),
            words::with_article(cx.spelling.fixed("__s8"))
        ),
        edits: edits::retype(&cx.interface.sources, found.subject.member, byte)
            .into_iter()
            .collect(),
        // The layout stays, but a value over 127 changes its meaning for somebody.
        safety: Safety::ChangesAbi,
    });
    finding
}

const HARM: &str = "a value over 127 is negative in programs where it is signed";

/// Whether it is signed, as the end of a sentence, and where, as a note.
fn sign(abis: AbiSet) -> (&'static str, Option<String>) {
    let signed: AbiSet = abis.iter().filter(|abi| abi.abi().char_signed).collect();
    let unsigned = abis.difference(signed);
    if signed.is_empty() || unsigned.is_empty() {
        return ("whose sign the ABI chooses", None);
    }
    let (signed, unsigned) = (abi_words::on(signed, abis), abi_words::on(unsigned, abis));
    ("signed on some ABIs only", Some(format!("signed {signed}, unsigned {unsigned}")))
}

/// Whether a type is an array, directly or behind a typedef.
fn is_array(cx: &Context<'_>, ty: &Type) -> bool {
    cx.interface.behind_typedefs(ty).is_some_and(Type::is_array)
}
