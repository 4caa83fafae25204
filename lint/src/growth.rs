//! What the V rules ask of a structure: whether it says its own size, and how it could grow.

use std::collections::HashSet;

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{
    Argument, Command, Definition, Interface, Language, Member, Record, RecordBody, RecordId, Role,
    Type, Values,
};

use crate::context::ArgumentRecord;

/// The commands whose argument is this structure itself, with its size in their number; not those
/// that carry it inside another.
pub(crate) fn sized_commands<'a>(
    interface: &Interface,
    argument: &ArgumentRecord<'a>,
) -> Vec<&'a Command> {
    let is_whole = |command: &&&Command| {
        command.variants.iter().any(|(abis, body)| match &body.argument {
            Argument::Type(ty) => {
                abis.first().is_some_and(|abi| resolves_to(interface, ty, abi, argument.id))
            }
            _ => false,
        })
    };
    argument.commands.iter().filter(is_whole).copied().collect()
}

/// Those of [`sized_commands`] whose argument cannot grow under their number. A definition with
/// `extensible(min_size = …)` vouches for a driver that accepts any size in the number.
pub(crate) fn fixed_commands<'a>(
    interface: &Interface,
    argument: &ArgumentRecord<'a>,
) -> Vec<&'a Command> {
    let mut commands = sized_commands(interface, argument);
    commands.retain(|command| {
        command.contract.as_ref().is_none_or(|contract| contract.min_size.is_none())
    });
    commands
}

fn resolves_to(interface: &Interface, ty: &Type, abi: AbiId, id: RecordId) -> bool {
    matches!(interface.resolved(ty, abi), Some(Type::Record(known)) if *known == id)
}

/// Whether a member holds the size of the structure that it is in. `argsz` says so by its name;
/// `size` may as well be the size of a buffer: it has to come first, with nothing beside it that has a
/// size, or a comment has to say it.
pub(crate) fn is_structure_size(
    interface: &Interface,
    record: &Record,
    body: &RecordBody,
    member: &Member,
) -> bool {
    const NAMES: [&str; 5] = ["argsz", "struct_size", "structsize", "size_of_struct", "struct_sz"];
    if member.bits.is_some() || member.ty.is_array() {
        return false;
    }
    if member.purpose.role == Role::Size {
        return true;
    }
    let Some(name) = &member.name else { return false };
    if NAMES.contains(&name.as_str()) {
        return true;
    }
    if !matches!(name.as_str(), "size" | "sz" | "len" | "length") {
        return false;
    }
    let definition = interface.definitions.get(member.name_span);
    if interface.sources.file(member.span.file).language() == Language::Rust {
        let own_name = record.name.as_deref().unwrap_or_default().split('<').next();
        let above = definition.and_then(|definition| definition.comment_above.as_deref());
        return above.is_some_and(|comment| {
            speaks_of_structure_size(comment, own_name.unwrap_or_default())
        });
    }
    let beside = definition.and_then(|definition| definition.comment_beside.as_deref());
    let comments = [
        beside.and_then(|comment| comment.lines().next()),
        kernel_doc(interface.definitions.get(body.span), name),
    ];
    // What a comment says of it goes before its place.
    if name == "size" && comments.iter().all(Option::is_none) && leads(body, member) {
        return true;
    }
    let own_name = record.display_name();
    comments.into_iter().flatten().any(|comment| speaks_of_structure_size(comment, &own_name))
}

/// Whether a member comes first in a structure that has nothing else whose size it may be.
fn leads(body: &RecordBody, member: &Member) -> bool {
    const SIZED: [&str; 22] = [
        "handle",
        "handles",
        "addr",
        "address",
        "ptr",
        "pointer",
        "buf",
        "buffer",
        "data",
        "offset",
        "fd",
        "base",
        "start",
        "vaddr",
        "count",
        "mem",
        "memory",
        "page",
        "heap",
        "alignment",
        "align",
        "payload",
    ];
    let is_sized = |other: &Member| {
        let name = other.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        let of_type = matches!(other.ty, Type::Pointer(_) | Type::FlexibleArray(_));
        of_type || other.ty.is_array() || name.split('_').any(|word| SIZED.contains(&word))
    };
    let Some((first, others)) = body.members.split_first() else { return false };
    first.name_span == member.name_span
        && first.name == member.name
        && !others.is_empty()
        && !others.iter().any(is_sized)
}

/// Whether a comment says "the size of this structure", `sizeof(struct own_name)` or
/// `size_of::<OwnName>`.
fn speaks_of_structure_size(comment: &str, own_name: &str) -> bool {
    const PHRASES: [&str; 2] = ["size of the struct", "size of this struct"];
    // Sizes of parts, and of what a pointer beside the size points to.
    const EXCEPTIONS: [&str; 3] = ["not including", "excluding", "pointed"];
    let lower = comment.to_ascii_lowercase();
    let is_size = PHRASES.iter().any(|phrase| lower.contains(phrase))
        || comment.contains(&format!("sizeof({own_name})"))
        || comment.contains(&format!("size_of::<{own_name}>"));
    is_size && !EXCEPTIONS.iter().any(|phrase| lower.contains(phrase))
}

/// What the line `@name: …` of the comment above a structure says.
fn kernel_doc<'d>(definition: Option<&'d Definition>, name: &str) -> Option<&'d str> {
    definition?
        .comment_above
        .as_deref()?
        .lines()
        .find_map(|line| line.strip_prefix('@')?.strip_prefix(name)?.strip_prefix(':'))
}

/// Whether a structure has something that a later version may give a meaning: flags, reserved
/// members, or a size of its own; in itself or in what it holds by value.
pub(crate) fn has_room(
    interface: &Interface,
    record: &Record,
    body: &RecordBody,
    abi: AbiId,
) -> bool {
    let has_meaning_left = |record: &Record, body: &RecordBody, member: &Member| {
        is_flags(member)
            || member.is_reserved()
            || member.purpose.role == Role::Reserved
            || matches!(member.purpose.values, Values::Flags(_))
            || is_structure_size(interface, record, body, member)
    };
    let mut seen = HashSet::new();
    let mut level = vec![(record, body)];
    for _ in 0..=DEEPEST {
        let mut deeper = Vec::new();
        for (record, body) in level {
            for member in &body.members {
                if has_meaning_left(record, body, member) {
                    return true;
                }
                if let Some(Type::Record(id)) = interface.resolved(&member.ty, abi)
                    && let Some(inner) = interface.body(*id, abi)
                    && interface.record(*id).kind == RecordKind::Struct
                    && seen.insert(*id)
                {
                    deeper.push((interface.record(*id), inner));
                }
            }
        }
        level = deeper;
    }
    false
}

/// Nesting past this is not looked at.
const DEEPEST: u32 = 16;

/// Whether a member has flags, by its name.
pub(crate) fn is_flags(member: &Member) -> bool {
    /// The flags of a processor.
    const REGISTERS: [&str; 2] = ["eflags", "rflags"];
    member.name.as_deref().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        if REGISTERS.contains(&name.as_str()) {
            return false;
        }
        name.ends_with("flags") || name.ends_with("flag") || name.starts_with("flags")
    })
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{AbiSet, Scalar};
    use ioctlkit_model::{Differences, Purpose, Representation, Span, Variants};

    use super::*;

    /// Whether the member of `struct x { __u32 name; }` is its size by these comments.
    fn says_its_size(name: &str, above: Option<&str>, beside: Option<&str>) -> bool {
        let mut interface = Interface::default();
        let file = interface.sources.add("x.h".into(), "".into());
        let span = |start| Span { file, start, end: start + 1 };
        let member = Member {
            name: Some(name.into()),
            span: span(9),
            name_span: span(9),
            ty: Type::Scalar(Scalar::UnsignedInt),
            bits: None,
            packed: false,
            aligned: None,
            condition: None,
            purpose: Purpose::default(),
        };
        let body = RecordBody {
            representation: Representation::C,
            span: span(0),
            packed: false,
            aligned: None,
            pack: None,
            members: vec![member.clone()],
            observed: None,
        };
        let record = Record {
            kind: RecordKind::Struct,
            name: Some("x".into()),
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: span(7),
            variants: Variants::one(AbiSet::ALL, body.clone()),
        };
        let comment_above = above.map(ToOwned::to_owned);
        interface.definitions.add(body.span, Definition { comment_above, ..Definition::default() });
        let comment_beside = beside.map(ToOwned::to_owned);
        interface
            .definitions
            .add(member.name_span, Definition { comment_beside, ..Definition::default() });
        is_structure_size(&interface, &record, &body, &member)
    }

    #[test]
    fn argsz_is_the_size_of_its_structure_by_name() {
        assert!(says_its_size("argsz", None, None));
    }

    #[test]
    fn size_needs_a_comment_to_be_that_of_its_structure() {
        assert!(!says_its_size("size", None, None));
        assert!(!says_its_size("size", None, Some("of the buffer")));
        assert!(says_its_size("size", None, Some("size of this structure")));
        assert!(says_its_size("size", Some("struct x - it\n@size: sizeof(struct x)"), None));
        assert!(!says_its_size("size", Some("struct x - it\n@size: sizeof(struct y)"), None));
        assert!(!says_its_size("size", Some("@length: sizeof(struct x)"), None));
    }
}
