//! The edit that makes a structure the same on every ABI: members of a fixed width, and reserved members
//! wherever a compiler would add padding.

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{
    Constant, Edit, Finding, Fix, Member, RecordBody, RecordId, Safety, Span, Type,
};

use crate::context::{ArgumentRecord, Context};
use crate::{edits, padding};

/// The edit; nothing where the definition is not plain enough, or a type in it has another size on other
/// ABIs that none of the findings has an edit for.
pub(super) fn fix(cx: &Context<'_>, record: RecordId, group: &[&Finding]) -> Option<Fix> {
    let argument = cx.argument_records().iter().find(|argument| argument.id == record)?;
    let (within, body) = only_body(argument)?;
    let is_plain = argument.record.kind == RecordKind::Struct
        && !body.packed
        && body.pack.is_none()
        && body.aligned.is_none()
        && body.members.iter().all(|member| {
            member.bits.is_none()
                && !member.packed
                && member.aligned.is_none()
                && member.condition.is_none()
        });
    if !is_plain {
        return None;
    }
    let mut names = padding::free_names(cx.spelling, body);
    let mut edits: Vec<Edit> = Vec::new();
    let mut reserve = |member: &Member, bytes: u64| {
        let declaration = cx.spelling.reserved(argument.record, &names.next()?, bytes);
        edits::insert_behind(&cx.interface.sources, member.span, &declaration)
    };
    let (mut end, mut widest) = (0u64, 1u64);
    let mut before: Option<&Member> = None;
    for member in &body.members {
        let retyped = retyped(group, member);
        let place = match retyped {
            Some(edit) => fixed(cx, member, &edit.replacement)?,
            None => same_everywhere(cx, member, within)?,
        };
        let start = end.next_multiple_of(place.align);
        if let (Some(before), true) = (before, start > end) {
            edits.push(reserve(before, start - end)?);
        }
        edits.extend(retyped.cloned());
        end = start + place.size;
        widest = widest.max(place.align);
        before = Some(member);
    }
    let last = before?;
    if !end.is_multiple_of(widest) {
        if padding::is_flexible(&last.ty) {
            return None;
        }
        edits.push(reserve(last, end.next_multiple_of(widest) - end)?);
    }
    edits.sort_by_key(|edit| edit.span);
    (!edits.is_empty()).then(|| Fix {
        message: format!(
            "make it the same on every ABI, and {} in reserved members",
            cx.spelling.about_reserved()
        ),
        edits,
        safety: Safety::ChangesAbi,
    })
}

/// The definition, where there is one text for all ABIs, and those that can lay it out.
fn only_body<'a>(argument: &ArgumentRecord<'a>) -> Option<(AbiSet, &'a RecordBody)> {
    let mut bodies = argument.record.variants.iter();
    let (mut within, first) = bodies.next()?;
    let places = |body: &RecordBody| -> Vec<Span> {
        body.members.iter().map(|member| member.span).collect()
    };
    for (abis, body) in bodies {
        if places(body) != places(first) {
            return None;
        }
        within = within.union(abis);
    }
    Some((within, first))
}

/// The edit that a finding has for a member's type.
fn retyped<'f>(group: &[&'f Finding], member: &Member) -> Option<&'f Edit> {
    const OF_TYPES: [&str; 6] = ["L003", "L004", "L005", "L006", "L020", "R002"];
    let of_member = |finding: &&&Finding| {
        finding.span == member.name_span && OF_TYPES.contains(&finding.rule.code)
    };
    let fix = group.iter().find(of_member)?.fix.as_ref()?;
    // Besides, it may include the header that declares the type.
    let is_inside = |edit: &&Edit| {
        let (edit, own) = (edit.span, member.span);
        edit.file == own.file && own.start <= edit.start && edit.end <= own.end
    };
    fix.edits.iter().find(is_inside)
}

/// Size and alignment in bytes.
struct SizeAlign {
    size: u64,
    align: u64,
}

/// Those of a member with another type, which an array has for each element.
fn fixed(cx: &Context<'_>, member: &Member, replacement: &str) -> Option<SizeAlign> {
    let width = match replacement.split_whitespace().find(|word| !word.ends_with(':'))? {
        "__u64" | "__s64" | "__aligned_u64" | "u64" | "i64" => 8,
        "__u32" | "__s32" | "u32" | "i32" => 4,
        "__u16" | "__s16" | "u16" | "i16" => 2,
        "__u8" | "__s8" | "u8" | "i8" => 1,
        _ => return None,
    };
    Some(SizeAlign { size: elements(cx, &member.ty)?.checked_mul(width)?, align: width })
}

fn elements(cx: &Context<'_>, ty: &Type) -> Option<u64> {
    match cx.interface.behind_typedefs(ty)? {
        Type::Array(element, Constant::Known(count)) => elements(cx, element)?.checked_mul(*count),
        Type::Array(..) | Type::FlexibleArray(_) => None,
        _ => Some(1),
    }
}

/// Those of a member whose size is the same on every ABI, and its alignment but for ABIs that align 64-bit
/// integers to less.
fn same_everywhere(cx: &Context<'_>, member: &Member, within: AbiSet) -> Option<SizeAlign> {
    let mut place: Option<SizeAlign> = None;
    for abi in within.iter().filter(|abi| !abi.abi().rounds_records()) {
        let own = cx.layouts.type_size(&member.ty, abi).ok()?;
        match &mut place {
            None => place = Some(SizeAlign { size: own.size, align: own.align }),
            Some(known) if known.size != own.size => return None,
            Some(known) => known.align = known.align.max(own.align),
        }
    }
    place
}
