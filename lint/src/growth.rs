//! What the V rules ask of a structure: whether it says its own size, and how it could grow.

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{
    Argument, Command, Interface, Language, Member, RecordBody, RecordId, Role, SourceMap, Type,
    Values,
};

use crate::context::ArgumentRecord;
use crate::rust_source;

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

fn resolves_to(interface: &Interface, ty: &Type, abi: AbiId, id: RecordId) -> bool {
    matches!(interface.resolved(ty, abi), Some(Type::Record(known)) if *known == id)
}

/// Whether a member holds the size of the structure that it is in. `argsz` says so by its name;
/// `size` may as well be the size of a buffer: it has to come first, with nothing beside it that has a
/// size, or a comment has to say it.
pub(crate) fn is_structure_size(sources: &SourceMap, body: &RecordBody, member: &Member) -> bool {
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
    if sources.file(member.span.file).language() == Language::Rust {
        let name = sources.text(body.span).split(['{', '<']).next().unwrap_or_default();
        let own_name = name.split_whitespace().last().unwrap_or_default();
        return speaks_of_structure_size(
            rust_source::attributes(sources, member.name_span),
            own_name,
        );
    }
    let own_name = sources.text(body.span).split('{').next().unwrap_or_default().trim();
    let comments = [comment_behind(sources, member), kernel_doc(sources, body, name)];
    // What a comment says of it goes before its place.
    if name == "size" && comments.iter().all(Option::is_none) && leads(body, member) {
        return true;
    }
    comments.into_iter().flatten().any(|comment| speaks_of_structure_size(comment, own_name))
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

/// The comment on the line on which a member's declaration ends.
fn comment_behind<'s>(sources: &'s SourceMap, member: &Member) -> Option<&'s str> {
    let text = &sources.file(member.span.file).text;
    let line = text.get(member.span.end as usize..)?.lines().next()?;
    let comment = line.trim_start_matches(';').trim_start();
    comment.starts_with("/*").then_some(comment)
}

/// The line `@name: …` of the comment right before a structure.
fn kernel_doc<'s>(sources: &'s SourceMap, body: &RecordBody, name: &str) -> Option<&'s str> {
    let text = &sources.file(body.span.file).text;
    let before = text.get(..body.span.start as usize)?.trim_end();
    let before = before.strip_suffix("typedef").unwrap_or(before).trim_end();
    let comment = before.strip_suffix("*/")?;
    let comment = &comment[comment.rfind("/*")?..];
    comment.lines().find_map(|line| {
        let line = line.trim_start_matches([' ', '\t', '*']);
        line.strip_prefix('@')?.strip_prefix(name)?.strip_prefix(':')
    })
}

/// Whether a structure has something that a later version may give a meaning: flags, reserved
/// members, or a size of its own; in itself or in what it holds by value.
pub(crate) fn has_room(interface: &Interface, body: &RecordBody, abi: AbiId) -> bool {
    interface_members(interface, body, abi, 0).into_iter().any(|(body, member)| {
        is_flags(member)
            || member.is_reserved()
            || member.purpose.role == Role::Reserved
            || matches!(member.purpose.values, Values::Flags(_))
            || is_structure_size(&interface.sources, body, member)
    })
}

/// Nesting past this is not looked at.
const DEEPEST: u32 = 16;

fn interface_members<'a>(
    interface: &'a Interface,
    body: &'a RecordBody,
    abi: AbiId,
    depth: u32,
) -> Vec<(&'a RecordBody, &'a Member)> {
    let mut members = Vec::new();
    for member in &body.members {
        members.push((body, member));
        if depth < DEEPEST
            && let Some(Type::Record(id)) = interface.resolved(&member.ty, abi)
            && let Some(inner) = interface.body(*id, abi)
            && interface.record(*id).kind == RecordKind::Struct
        {
            members.extend(interface_members(interface, inner, abi, depth + 1));
        }
    }
    members
}

fn is_flags(member: &Member) -> bool {
    member.name.as_deref().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with("flags") || name.ends_with("flag") || name.starts_with("flags")
    })
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Scalar;
    use ioctlkit_model::{Representation, Span};

    use super::*;

    /// Reads a structure of `__u32` members out of `text`, well enough for these tests.
    fn says_its_size(text: &str, name: &str) -> bool {
        let mut sources = SourceMap::default();
        let file = sources.add("x.h".into(), text.into());
        let span = |from: usize, to: usize| Span { file, start: from as u32, end: to as u32 };
        let start = text.find("struct x {").unwrap();
        let at = text.find(&format!("__u32 {name};")).unwrap();
        let end = at + "__u32 ".len() + name.len();
        let member = Member {
            name: Some(name.into()),
            span: span(at, end),
            name_span: span(at, end),
            ty: Type::Scalar(Scalar::UnsignedInt),
            bits: None,
            packed: false,
            aligned: None,
            condition: None,
            purpose: ioctlkit_model::Purpose::default(),
        };
        let body = RecordBody {
            representation: Representation::C,
            span: span(start, text.len()),
            packed: false,
            aligned: None,
            pack: None,
            members: vec![member.clone()],
            observed: None,
        };
        is_structure_size(&sources, &body, &member)
    }

    #[test]
    fn argsz_is_the_size_of_its_structure_by_name() {
        assert!(says_its_size("struct x {\n\t__u32 argsz;\n};", "argsz"));
    }

    #[test]
    fn size_needs_a_comment_to_be_that_of_its_structure() {
        assert!(!says_its_size("struct x {\n\t__u32 size;\n};", "size"));
        assert!(!says_its_size("struct x {\n\t__u32 size; /* of the buffer */\n};", "size"));
        assert!(says_its_size(
            "struct x {\n\t__u32 size; /* size of this structure */\n};",
            "size"
        ));
        assert!(says_its_size(
            "/**\n * struct x - it\n * @size: sizeof(struct x)\n */\nstruct x {\n\t__u32 size;\n};",
            "size"
        ));
        assert!(!says_its_size(
            "/* @size: sizeof(struct x) */\nint y;\nstruct x {\n\t__u32 size;\n};",
            "size"
        ));
    }
}
