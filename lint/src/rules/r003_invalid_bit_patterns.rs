//! R003 invalid-bit-patterns.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Command, Finding, Fix, Label, Safety, Type};

use crate::classify::{self, ClassifiedCommand, ClassifiedMember};
use crate::context::{ArgumentRecord, Context, command_finding};
use crate::declare_rule;
use crate::rust_validity::{Invalid, invalid, is_written, written};
use crate::{edits, words};

declare_rule! {
    /// a type that the kernel writes and that does not accept every pattern of bits
    ///
    /// # What
    /// A command reads into a structure with a member that is `bool`, `char`, `NonZero…`, an
    /// enumeration, a reference, a `Box`, a function, or an `Option` of one of them, or its whole
    /// argument is one. Only commands that say that the kernel writes the argument count:
    /// where it only reads it, every value that the program can have is valid. Members of a union
    /// do not count, nor `Option<NonZero…>`, for which every pattern has a meaning.
    ///
    /// # Why
    /// An invalid value is undefined behaviour as soon as it exists: the compiler may do anything with
    /// the code around it. The kernel is free to write any number, and a later kernel will write new
    /// ones.
    ///
    /// # Source
    /// The Rust reference, "Behavior considered undefined": "Producing an invalid value".
    ///
    /// # Example
    /// ```rust
    /// #[repr(u32)]
    /// pub enum Kind { Disk = 0, Tape = 1 }
    ///
    /// #[repr(C)]
    /// pub struct Info {
    ///     pub kind: Kind,         // the kernel says 2 one day
    ///     pub read_only: bool,    // the kernel says 0x80
    /// }
    /// nix::ioctl_read!(get_info, b'x', 1, Info);
    /// ```
    ///
    /// # Fix
    /// Use the integer of the same width, and convert it in a method that can fail.
    INVALID_BIT_PATTERNS: "R003", "invalid-bit-patterns", Error, legacy Error, for Rust;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let written = written(cx.interface);
    for argument in cx.argument_records().iter().filter(|it| written.contains(&it.id)) {
        let writer = argument.commands.iter().copied().find(|command| is_written_by(command));
        let Some(writer) = writer else { continue };
        for found in classify::members(cx, argument) {
            if let Some(why) = invalid(cx.interface, &found.subject.member.ty) {
                findings.push(member(cx, argument, found, &why, writer));
            }
        }
    }
    for found in classify::commands(cx) {
        if is_written(found.subject.command, found.subject.body)
            && let Some(why) = invalid(cx.interface, found.ty)
        {
            findings.push(command(cx, found, &why));
        }
    }
}

fn is_written_by(command: &Command) -> bool {
    command.variants.iter().any(|(_, body)| is_written(command, body))
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
    why: &Invalid,
    writer: &Command,
) -> Finding {
    let place = found.subject;
    let message = format!(
        "the kernel writes {}, which is {}: {} is undefined behaviour",
        words::member(cx.interface, place.body, place.index),
        found.spelled(cx.spelling),
        why.words(),
    );
    let mut finding =
        argument.member_finding(&INVALID_BIT_PATTERNS, place.member, found.abis, message);
    finding.command = Some(writer.name.clone());
    finding.label = "not every pattern of bits is valid".into();
    finding.related = vec![Label { span: writer.span, text: "the kernel writes it here".into() }];
    let fixed = integer(cx, why, found.ty, found.abis.first());
    let edit = fixed.and_then(|ty| edits::retype(&cx.interface.sources, place.member, ty));
    finding.fix = Some(Fix { edits: edit.into_iter().collect(), ..fix(why, fixed) });
    finding
}

fn command(cx: &Context<'_>, found: &ClassifiedCommand<'_>, why: &Invalid) -> Finding {
    let message = format!(
        "the kernel writes the {} of `{}`: {} is undefined behaviour",
        found.spelled(cx.spelling),
        found.subject.command.name,
        why.words(),
    );
    let mut finding = command_finding(
        &INVALID_BIT_PATTERNS,
        found.subject.command,
        found.subject.body.span,
        found.abis,
        message,
    );
    finding.label = "not every pattern of bits is valid".into();
    finding.fix = Some(fix(why, integer(cx, why, found.ty, found.abis.first())));
    finding
}

/// The integer that has the type's width on every ABI and accepts every pattern.
fn integer(cx: &Context<'_>, why: &Invalid, ty: &Type, abi: Option<AbiId>) -> Option<&'static str> {
    if *why == Invalid::Reference {
        return Some("u64");
    }
    let signed = classify::is_signed(cx.interface, ty);
    Some(match (cx.layouts.type_size(ty.innermost_element(), abi?).ok()?.size, signed) {
        (1, false) => "u8",
        (1, true) => "i8",
        (2, false) => "u16",
        (2, true) => "i16",
        (4, false) => "u32",
        (4, true) => "i32",
        (8, false) => "u64",
        (8, true) => "i64",
        _ => return None,
    })
}

fn fix(why: &Invalid, integer: Option<&str>) -> Fix {
    let integer = integer.map_or("an integer of that width".into(), words::with_article);
    let (message, safety) = match why {
        Invalid::Reference => {
            (format!("make it {integer} that holds the address"), Safety::ChangesAbi)
        }
        Invalid::Enum => {
            (format!("make it {integer}, and convert it where it is read"), Safety::Safe)
        }
        _ => (format!("make it {integer}, and check it where it is read"), Safety::Safe),
    };
    Fix { message, edits: Vec::new(), safety }
}
