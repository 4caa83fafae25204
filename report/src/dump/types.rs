//! Structures, unions, enumerations and typedefs.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, Placement, RecordKind};
use ioctlkit_model::{
    Constant, Enum, EnumBody, Interface, Layouts, Member, Record, RecordBody, RecordId, Type,
    Typedef, TypedefId,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{At, at, each_abi};
use crate::stream::{List, Map};

#[derive(Serialize)]
pub(super) struct RecordEntry<'a, A> {
    id: u32,
    name: String,
    kind: &'static str,
    #[serde(flatten)]
    at: At<'a>,
    abis: A,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    no_layout: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct RecordOnAbi<'a, M> {
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
    members: M,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Serialize)]
struct MemberEntry<'a> {
    name: Option<&'a str>,
    #[serde(rename = "type")]
    ty: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_id: Option<u32>,
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

/// A definition with the names of its members' types, which no ABI changes.
struct Definition<'a> {
    body: &'a RecordBody,
    types: Vec<(String, Option<u32>)>,
}

pub(super) fn record_entry<'a>(
    index: usize,
    record: &'a Record,
    layouts: &'a Layouts<'a>,
) -> RecordEntry<'a, impl Serialize> {
    let interface = layouts.interface();
    let id = RecordId(index as u32);
    let definitions: Vec<Definition<'a>> =
        record.variants.iter().map(|(_, body)| named(body, interface)).collect();
    RecordEntry {
        id: id.0,
        name: record.display_name(),
        kind: match record.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        },
        at: at(record.span, &interface.sources),
        no_layout: each_abi(record.variants.abis(), |abi| {
            layouts.record(id, abi).err().map(|error| error.to_string())
        })
        .collect(),
        abis: RecordOnAbis { id, record, definitions, layouts },
    }
}

/// The layout on each ABI that has one.
struct RecordOnAbis<'a> {
    id: RecordId,
    record: &'a Record,
    definitions: Vec<Definition<'a>>,
    layouts: &'a Layouts<'a>,
}

impl Serialize for RecordOnAbis<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for abi in self.record.variants.abis() {
            let Some((body, layout)) = self.layouts.body_and_layout(self.id, abi) else { continue };
            let Some(definition) = self.definition(body) else { continue };
            let is_first =
                self.record.variants.first().is_some_and(|first| std::ptr::eq(first, body));
            let sources = &self.layouts.interface().sources;
            let own = at(self.record.span, sources);
            let entry = RecordOnAbi {
                instead: Some(at(body.span, sources)).filter(|at| !is_first && *at != own),
                size: layout.size,
                align: layout.align,
                packed: body.packed,
                aligned: self.value(body.aligned.as_ref(), abi),
                pack: body.pack,
                observed: body.observed.is_some(),
                members: List(|| {
                    let members = body.members.iter().zip(&definition.types).zip(&layout.members);
                    members.map(|((member, (ty, type_id)), placement)| MemberEntry {
                        name: member.name.as_deref(),
                        ty,
                        type_id: *type_id,
                        bounds: bounds(&member.ty, self.layouts, abi),
                        offset: placement.offset(),
                        size: self.declared_size(member, *placement, abi),
                        packed: member.packed,
                        aligned: self.value(member.aligned.as_ref(), abi),
                        bit_offset: member.bits.map(|_| placement.offset_bits),
                        bit_size: member.bits,
                    })
                }),
            };
            map.serialize_entry(abi.abi().name, &entry)?;
        }
        map.end()
    }
}

impl<'a> RecordOnAbis<'a> {
    fn value(&self, constant: Option<&Constant>, abi: AbiId) -> Option<u64> {
        constant.and_then(|constant| self.layouts.constant(constant, abi).ok())
    }

    fn definition(&self, body: &RecordBody) -> Option<&Definition<'a>> {
        self.definitions.iter().find(|definition| std::ptr::eq(definition.body, body))
    }

    /// The size of a member's type, in bytes: for a bit-field that of the type that it is part of.
    fn declared_size(&self, member: &Member, placement: Placement, abi: AbiId) -> u64 {
        match member.bits {
            None => placement.size_bits / 8,
            Some(_) => self.layouts.type_size(&member.ty, abi).map_or(0, |ty| ty.size),
        }
    }
}

fn named<'a>(body: &'a RecordBody, interface: &Interface) -> Definition<'a> {
    let of =
        |member: &Member| (interface.type_name(&member.ty), record_behind(&member.ty, interface));
    Definition { body, types: body.members.iter().map(of).collect() }
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

/// The structure or union that a type is, or is an array of, as its place in `types`.
pub(super) fn record_behind(ty: &Type, interface: &Interface) -> Option<u32> {
    let mut ty = ty.innermost_element();
    // No chain of typedefs is longer than the number of typedefs.
    for _ in 0..=interface.typedefs.len() {
        match ty {
            Type::Record(id) => return Some(id.0),
            Type::Typedef(id) => {
                ty = interface.typedef(*id).variants.first()?.ty.innermost_element();
            }
            _ => return None,
        }
    }
    None
}

#[derive(Serialize)]
pub(super) struct EnumEntry<'a, A> {
    name: Option<&'a str>,
    #[serde(flatten)]
    at: At<'a>,
    enumerators: Vec<EnumeratorEntry<'a>>,
    abis: A,
}

#[derive(Serialize)]
struct EnumeratorEntry<'a> {
    name: &'a str,
    value: i128,
}

#[derive(Serialize)]
struct EnumOnAbi<'a> {
    underlying: &'static str,
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enumerators: Option<Vec<EnumeratorEntry<'a>>>,
}

pub(super) fn enum_entry<'a>(
    item: &'a Enum,
    layouts: &'a Layouts<'a>,
) -> EnumEntry<'a, impl Serialize> {
    let first = item.variants.first();
    let on_abi = move |id: AbiId| {
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
        abis: Map(move || each_abi(item.variants.abis(), on_abi)),
    }
}

fn enumerator_entries(body: &EnumBody) -> Vec<EnumeratorEntry<'_>> {
    body.enumerators
        .iter()
        .map(|item| EnumeratorEntry { name: &item.name, value: item.value })
        .collect()
}

#[derive(Serialize)]
pub(super) struct TypedefEntry<'a, A> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<u32>,
    abis: A,
}

#[derive(Serialize)]
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
) -> TypedefEntry<'a, impl Serialize> {
    let interface = layouts.interface();
    let first = item.variants.first();
    let on_abi = move |id: AbiId| {
        let body = item.variants.get(id)?;
        let ty = Type::Typedef(TypedefId(index as u32));
        // void and functions have no size, though gcc counts with 1.
        let is_object =
            !matches!(interface.resolved(&body.ty, id), Some(Type::Void | Type::Function) | None);
        let size = layouts.type_size(&ty, id).ok().filter(|_| is_object);
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
        target_id: first.and_then(|body| record_behind(&body.ty, interface)),
        abis: Map(move || each_abi(item.variants.abis(), on_abi)),
    }
}
