//! Structures, unions, enumerations and typedefs.

use std::rc::Rc;

use ioctlkit_abi::{AbiId, Placement, RecordKind};
use ioctlkit_model::{
    Constant, Enum, EnumBody, Layouts, Member, Record, RecordBody, RecordId, Type, Typedef,
    TypedefId,
};
use serde::{Serialize, Serializer};

use super::behind::{Behind, nameless_enum};
use super::groups::{OnSomeAbis, Reason, Sets, grouped, reasons};
use super::{At, at};

#[derive(Serialize)]
pub(super) struct RecordEntry<'a> {
    id: u32,
    name: String,
    kind: &'static str,
    #[serde(flatten)]
    at: At<'a>,
    layouts: Vec<OnSomeAbis<RecordOnAbi<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    no_layout: Vec<Reason>,
}

#[derive(Serialize, PartialEq, Eq)]
struct RecordOnAbi<'a> {
    #[serde(flatten)]
    instead: Option<At<'a>>,
    size: u64,
    align: u64,
    #[serde(skip_serializing_if = "is_false")]
    packed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    aligned: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    observed: bool,
    members: Vec<MemberEntry<'a>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Serialize, PartialEq, Eq)]
struct MemberEntry<'a> {
    name: Option<&'a str>,
    #[serde(rename = "type", serialize_with = "text")]
    ty: Rc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enum_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<Vec<u64>>,
    offset: u64,
    size: u64,
    #[serde(skip_serializing_if = "is_false")]
    packed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    aligned: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_size: Option<u64>,
}

fn text<S: Serializer>(text: &Rc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// A definition with what no ABI changes of its members' types.
struct Definition<'a> {
    body: &'a RecordBody,
    types: Vec<Named>,
}

/// A type's name, and what the name stands for where it alone does not tell.
struct Named {
    name: Rc<str>,
    record: Option<u32>,
    enumeration: Option<u32>,
}

pub(super) fn record_entry<'a>(
    index: usize,
    record: &'a Record,
    layouts: &'a Layouts<'a>,
    behind: &Behind,
    sets: &Sets,
) -> RecordEntry<'a> {
    let interface = layouts.interface();
    let id = RecordId(index as u32);
    let named = |member: &Member| Named {
        name: interface.type_name(&member.ty).into(),
        record: behind.record(&member.ty),
        enumeration: nameless_enum(&member.ty, interface),
    };
    let definitions: Vec<Definition<'a>> = record
        .variants
        .iter()
        .map(|(_, body)| Definition { body, types: body.members.iter().map(named).collect() })
        .collect();
    let abis = record.variants.abis();
    RecordEntry {
        id: id.0,
        name: record.display_name(),
        kind: match record.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        },
        at: at(record.span, &interface.sources),
        no_layout: reasons(abis, sets, |abi| {
            layouts.record(id, abi).err().map(|error| error.to_string())
        }),
        layouts: grouped(abis, sets, |abi| on_abi(id, record, &definitions, layouts, abi)),
    }
}

/// The layout on an ABI, if there is one.
fn on_abi<'a>(
    id: RecordId,
    record: &'a Record,
    definitions: &[Definition<'a>],
    layouts: &'a Layouts<'a>,
    abi: AbiId,
) -> Option<RecordOnAbi<'a>> {
    let (body, layout) = layouts.body_and_layout(id, abi)?;
    let definition = definitions.iter().find(|definition| std::ptr::eq(definition.body, body))?;
    let value = |constant: Option<&Constant>| {
        constant.and_then(|constant| layouts.constant(constant, abi).ok())
    };
    let is_first = record.variants.first().is_some_and(|first| std::ptr::eq(first, body));
    let sources = &layouts.interface().sources;
    let own = at(record.span, sources);
    let members = definition.body.members.iter().zip(&definition.types).zip(&layout.members);
    Some(RecordOnAbi {
        instead: Some(at(body.span, sources)).filter(|at| !is_first && *at != own),
        size: layout.size,
        align: layout.align,
        packed: body.packed,
        aligned: value(body.aligned.as_ref()),
        pack: body.pack,
        observed: body.observed.is_some(),
        members: members
            .map(|((member, named), placement)| MemberEntry {
                name: member.name.as_deref(),
                ty: Rc::clone(&named.name),
                type_id: named.record,
                enum_id: named.enumeration,
                bounds: bounds(&member.ty, layouts, abi),
                offset: placement.offset(),
                size: declared_size(member, *placement, layouts, abi),
                packed: member.packed,
                aligned: value(member.aligned.as_ref()),
                bit_offset: member.bits.map(|_| placement.offset_bits),
                bit_size: member.bits,
            })
            .collect(),
    })
}

/// The size of a member's type, in bytes: for a bit-field that of the type that it is part of.
fn declared_size(member: &Member, placement: Placement, layouts: &Layouts<'_>, abi: AbiId) -> u64 {
    match member.bits {
        None => placement.size_bits / 8,
        Some(_) => layouts.type_size(&member.ty, abi).map_or(0, |ty| ty.size),
    }
}

/// The bounds of an array on an ABI, the outermost first, where the type's name does not say them.
fn bounds(ty: &Type, layouts: &Layouts<'_>, abi: AbiId) -> Option<Vec<u64>> {
    let mut bounds = Vec::new();
    let mut unsaid = false;
    let mut ty = ty;
    while let Type::Array(element, count) = ty {
        unsaid |= matches!(count, Constant::Expression(_));
        bounds.push(layouts.constant(count, abi).ok()?);
        ty = element;
    }
    unsaid.then_some(bounds)
}

#[derive(Serialize)]
pub(super) struct EnumEntry<'a> {
    name: Option<&'a str>,
    #[serde(flatten)]
    at: At<'a>,
    enumerators: Vec<EnumeratorEntry<'a>>,
    layouts: Vec<OnSomeAbis<EnumOnAbi<'a>>>,
}

#[derive(Serialize, PartialEq, Eq)]
struct EnumeratorEntry<'a> {
    name: &'a str,
    value: i128,
}

#[derive(Serialize, PartialEq, Eq)]
struct EnumOnAbi<'a> {
    underlying: &'static str,
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enumerators: Option<Vec<EnumeratorEntry<'a>>>,
}

pub(super) fn enum_entry<'a>(
    item: &'a Enum,
    layouts: &'a Layouts<'a>,
    sets: &Sets,
) -> EnumEntry<'a> {
    let first = item.variants.first();
    let on_abi = |id: AbiId| {
        let body = item.variants.get(id)?;
        let differs = first.is_some_and(|first| first.enumerators != body.enumerators);
        Some(EnumOnAbi {
            underlying: body.underlying.c_name(),
            size: id.abi().size_of(body.underlying),
            enumerators: differs.then(|| enumerator_entries(body)),
        })
    };
    EnumEntry {
        name: item.name.as_deref(),
        at: at(item.span, &layouts.interface().sources),
        enumerators: first.map(enumerator_entries).unwrap_or_default(),
        layouts: grouped(item.variants.abis(), sets, on_abi),
    }
}

fn enumerator_entries(body: &EnumBody) -> Vec<EnumeratorEntry<'_>> {
    body.enumerators
        .iter()
        .map(|item| EnumeratorEntry { name: &item.name, value: item.value })
        .collect()
}

#[derive(Serialize)]
pub(super) struct TypedefEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_enum_id: Option<u32>,
    layouts: Vec<OnSomeAbis<TypedefOnAbi>>,
}

#[derive(Serialize, PartialEq, Eq)]
struct TypedefOnAbi {
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<Vec<u64>>,
    size: Option<u64>,
    align: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aligned: Option<u64>,
}

pub(super) fn typedef_entry<'a>(
    index: usize,
    item: &'a Typedef,
    layouts: &'a Layouts<'a>,
    behind: &Behind,
    sets: &Sets,
) -> TypedefEntry<'a> {
    let interface = layouts.interface();
    let first = item.variants.first();
    let on_abi = |id: AbiId| {
        let body = item.variants.get(id)?;
        let ty = Type::Typedef(TypedefId(index as u32));
        // void and functions have no size, though gcc counts with 1.
        let size = layouts.object_size(&ty, id);
        Some(TypedefOnAbi {
            target: interface.type_name(&body.ty),
            bounds: bounds(&body.ty, layouts, id),
            size: size.map(|ty| ty.size),
            align: size.map(|ty| ty.align),
            aligned: body.aligned.as_ref().and_then(|at| layouts.constant(at, id).ok()),
        })
    };
    TypedefEntry {
        name: &item.name,
        at: at(item.span, &interface.sources),
        target: first.map(|body| interface.type_name(&body.ty)),
        target_id: first.and_then(|body| behind.record(&body.ty)),
        target_enum_id: first.and_then(|body| nameless_enum(&body.ty, interface)),
        layouts: grouped(item.variants.abis(), sets, on_abi),
    }
}
