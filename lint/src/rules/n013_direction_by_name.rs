//! N013 direction-by-name.

use ioctlkit_abi::{Direction, Scalar};
use ioctlkit_model::{CommandBody, Edit, Finding, Fix, Member, Safety, Type};

use crate::context::{Context, command_finding, merge_from};
use crate::declare_rule;
use crate::names::{Verb, verb, words};
use crate::numbering::defined;

declare_rule! {
    /// a GET whose number says write, or a SET whose number says read
    ///
    /// # What
    /// The name has the word `GET` and the number is `_IOW`, or it has the word `SET` and the number is
    /// `_IOR`. The macros take the program's point of view: `_IOR` reads.
    ///
    /// # Why
    /// Generic code copies by the direction in the number: a structure to be returned is never copied
    /// out, or one to be passed in is never copied in. strace, valgrind, KMSAN and fuzzers check the
    /// wrong side.
    ///
    /// A `GET` with `_IOW` is right where the argument only says what is wanted and the result goes
    /// elsewhere. So the rule reports nothing where the argument holds an address or ends in a flexible
    /// array, and where the name says that a descriptor is returned (`…_FD`).
    ///
    /// # Source
    /// Kernel documentation, userspace-api/ioctl/ioctl-number.rst: a SET would be `_IOW`, a GET
    /// `_IOR`.
    ///
    /// # Example
    /// ```c
    /// #define KVM_SET_PIT _IOR(KVMIO, 0x66, struct kvm_pit_state)
    /// ```
    ///
    /// # Fix
    /// Use the other macro, or `_IOWR` where the argument goes both ways.
    DIRECTION_BY_NAME: "N013", "direction-by-name", Info, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in defined(cx) {
        let Some(verb) = verb(&command.name) else { continue };
        let from = findings.len();
        for (on, body) in command.variants.iter() {
            let (message, harm) = match (verb, body.direction) {
                (Verb::Get, Direction::Write) if !answers_elsewhere(cx, &command.name, body) => (
                    "a GET, but the number says that the kernel only reads the argument",
                    "code that copies by the number returns nothing",
                ),
                (Verb::Set, Direction::Read) => (
                    "a SET, but the number says that the kernel only writes the argument",
                    "code that copies by the number overwrites the argument",
                ),
                _ => continue,
            };
            let name = cx.interface.definitions.call(body.span).map(|call| &call.name);
            let mut finding = command_finding(
                &DIRECTION_BY_NAME,
                command,
                name.map_or(command.span, |name| name.span),
                on,
                message.into(),
            );
            finding.notes.push(harm.into());
            finding.label = match body.direction {
                Direction::Write => "user space writes, the kernel reads".into(),
                _ => "user space reads, the kernel writes".into(),
            };
            let other = match body.direction {
                Direction::Read => Direction::Write,
                _ => Direction::Read,
            };
            let both_ways = cx.spelling.direction(body, Direction::ReadWrite);
            let advice = cx.spelling.direction(body, other);
            finding.fix = Some(Fix {
                message: format!("use `{advice}`, or `{both_ways}` if the argument goes both ways"),
                edits: name
                    .filter(|name| matches!(name.spelling.as_str(), "_IOR" | "_IOW"))
                    .map(|name| Edit { span: name.span, replacement: other.macro_name().into() })
                    .into_iter()
                    .collect(),
                safety: Safety::ChangesAbi,
            });
            findings.push(finding);
        }
        merge_from(findings, from);
    }
}

/// Whether a command that gets may well do so without writing its argument.
fn answers_elsewhere(cx: &Context<'_>, name: &str, body: &CommandBody) -> bool {
    if words(name).iter().any(|word| word.ends_with("FD")) {
        return true;
    }
    let Some(ty) = body.argument.ty() else { return true };
    let members = |id| cx.interface.record(id).variants.iter().flat_map(|(_, body)| &body.members);
    matches!(ty, Type::Pointer(_))
        || cx
            .interface
            .records_within(ty)
            .into_iter()
            .flat_map(members)
            .any(|member| matches!(member.ty, Type::FlexibleArray(_)) || holds_address(cx, member))
}

/// Whether a member is a pointer, or an integer whose name says that it holds an address.
fn holds_address(cx: &Context<'_>, member: &Member) -> bool {
    const WORDS: [&str; 10] =
        ["addr", "address", "ptr", "pointer", "buf", "buffer", "data", "uptr", "user", "log"];
    let Some(abi) = cx.interface.abis.first() else { return false };
    match cx.interface.resolved(&member.ty, abi) {
        Some(Type::Pointer(_)) => true,
        Some(Type::Scalar(
            Scalar::UnsignedLongLong | Scalar::UnsignedLong | Scalar::LongLong | Scalar::Long,
        )) => member.name.as_deref().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            WORDS.iter().any(|word| {
                name.split('_').any(|part| part == *word)
                    || (word.len() > 3 && name.ends_with(word))
                    || name.ends_with("addr")
            })
        }),
        _ => false,
    }
}
