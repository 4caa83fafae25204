//! Structures and constants.

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Interface, Layouts, Member as Definition, RecordId, Role, Span, Type};
use serde::Serialize;

use super::super::command;
use super::super::docs;
use super::super::names as constants;
use super::super::plan::Plan;
use super::super::shape::{Refusal, Shape, record_tag, record_type};
use super::names::{identifier, type_name};

/// A structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Record {
    name: String,
    summary: String,
    details: Vec<String>,
    members: Vec<Member>,
    /// Its size in bytes.
    size: u64,
    /// That of its first version, where it may grow.
    min_size: Option<u64>,
}

/// A member of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) r#type: String,
    pub(super) docs: String,
    /// Its offset in bytes.
    pub(super) offset: u64,
}

/// A constant of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Constant {
    name: String,
    r#type: String,
    value: String,
    docs: Vec<String>,
}

impl Record {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A member that would be there twice, in the form `EchoConfig.type_`.
    pub(super) fn twin(&self) -> Option<String> {
        let names: Vec<String> = self.members.iter().map(|member| member.name.clone()).collect();
        super::twins::twice(&names).map(|name| format!("{}.{name}", self.name))
    }
}

impl Constant {
    pub(super) fn name(&self) -> String {
        self.name.clone()
    }
}

/// The structures that commands pass, each behind those that it holds.
pub(super) fn records(
    layouts: &Layouts<'_>,
    abi: AbiId,
    refuse: &mut impl FnMut(Option<Span>, String),
) -> Vec<Record> {
    let model = layouts.interface();
    let mut records = Vec::new();
    for (id, min_size) in passed(model, abi) {
        match record(layouts, abi, id, min_size) {
            Ok(record) => records.push(record),
            Err(refusal) => refuse(Some(model.record(id).span), refusal),
        }
    }
    records
}

pub(super) fn passed(model: &Interface, abi: AbiId) -> Vec<(RecordId, Option<u64>)> {
    let mut ids: Vec<(RecordId, Option<u64>)> = Vec::new();
    for definition in &model.commands {
        let Some(body) = definition.variants.get(abi) else { continue };
        let contract = command::contract(definition, body);
        let Some(ty) = command::passed(&contract) else { continue };
        for id in model.records_reached(ty).into_iter().rev() {
            if !ids.iter().any(|(known, _)| *known == id) {
                ids.push((id, None));
            }
        }
        let Some(Type::Record(id)) = model.resolved(ty, abi) else { continue };
        if let Some((_, min_size)) = ids.iter_mut().find(|(known, _)| known == id) {
            *min_size = min_size.or(contract.min_size);
        }
    }
    ids
}

fn record(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
    min_size: Option<u64>,
) -> Result<Record, Refusal> {
    let interface = layouts.interface();
    let definition = interface.record(id);
    let c = record_type(interface, id);
    if definition.kind == RecordKind::Union {
        return Err(format!("`{c}` is a union, which has no form in Rust yet"));
    }
    let layout =
        layouts.record(id, abi).map_err(|error| format!("`{c}` has no layout: {error}"))?;
    let (mut members, mut end) = (Vec::new(), 0);
    let packed = || {
        format!(
            "`{c}` is packed or aligned, or has a bit-field or a member without a name, which has no form in Rust yet"
        )
    };
    for (member, place) in layouts.members(id, abi) {
        let name = member.name.as_deref().filter(|_| member.bits.is_none()).ok_or_else(packed)?;
        let shape = Shape::of(layouts, abi, &member.ty)?;
        if matches!(shape, Shape::Flexible(_)) {
            continue;
        }
        pad(&mut members, end, place.offset());
        end = place.offset() + place.size_bits.div_ceil(8);
        members.push(Member {
            name: identifier(name),
            r#type: spelled(&shape, interface),
            docs: member_docs(member),
            offset: place.offset(),
        });
    }
    pad(&mut members, end, layout.size);
    let (summary, details) = docs::summary_and_details(&definition.docs, "is not described yet");
    let name = type_name(&record_tag(interface, id));
    Ok(Record { name, summary, details, members, size: layout.size, min_size })
}

/// Names the bytes between two members: no byte of a value may be without one.
pub(super) fn pad(members: &mut Vec<Member>, from: u64, to: u64) {
    if to > from {
        members.push(Member {
            name: format!("_hole{from}"),
            r#type: format!("[u8; {}]", to - from),
            docs: "Nothing".into(),
            offset: from,
        });
    }
}

/// The type as Rust in the kernel spells it.
pub(super) fn spelled(shape: &Shape, interface: &Interface) -> String {
    match shape {
        Shape::Array(element, count) => format!("[{}; {count}]", spelled(element, interface)),
        Shape::Address => "usize".into(),
        other => type_name(&other.kernel(interface)),
    }
}

fn member_docs(member: &Definition) -> String {
    let otherwise = match &member.purpose.role {
        Role::Handle { .. } => "a handle",
        Role::Reserved => "zero",
        Role::Size => "bytes of this structure, as the caller knows it",
        Role::Fd => "a file descriptor",
        Role::UserPointer => "an address of the caller's memory",
        Role::Flexible { .. } | Role::Plain => "is not described yet",
    };
    docs::one_line(&member.purpose.docs, otherwise)
}

/// The constants that the header exports, too.
pub(super) fn constants(model: &Interface, plan: &Plan) -> Vec<Constant> {
    let letters = plan.constants.iter().filter(|define| define.name.ends_with("_IOCTL_TYPE"));
    let letters: Vec<&str> = letters.map(|define| define.name.as_str()).collect();
    let ours = constants::exported(model);
    ours.filter(|constant| !letters.contains(&constant.name.as_str()))
        .map(|constant| Constant {
            name: constant.name.clone(),
            r#type: format!("{}{}", if constant.signed { 'i' } else { 'u' }, constant.bits),
            value: constant.variants.first().copied().unwrap_or_default().to_string(),
            docs: docs::comment(&constant.docs),
        })
        .collect()
}
