//! The structures of the UAPI header.

use ioctlkit_abi::spelling::is_c_name;
use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Interface, Layouts, Member as Definition, RecordId, Role, Type, Values};

use super::checks::valid_bits;
use super::docs;
use super::names;
use super::plan::{Assert, Define, Member, Record};
use super::shape::{Refusal, Shape, record_tag, record_type};

/// A structure of the header.
pub(crate) fn record(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
    min_sizes: &[u64],
) -> Result<Record, Refusal> {
    let interface = layouts.interface();
    let definition = interface.record(id);
    let r#type = record_type(interface, id);
    let tag = record_tag(interface, id);
    let body = interface.body(id, abi).ok_or_else(|| format!("`{type}` is not defined"))?;
    if body.packed || body.pack.is_some() || body.aligned.is_some() {
        return Err(format!("`{type}` is packed or aligned: spell its padding out"));
    }
    let same = same_everywhere(layouts, id);
    let mut defines: Vec<Define> = Vec::new();
    let mut members = Vec::new();
    for member in &body.members {
        let Some(name) = member.name.clone().filter(|_| member.bits.is_none()) else {
            return Err(format!("`{type}` has a member without a name, or a bit-field"));
        };
        let shape = Shape::of(layouts, abi, &member.ty)?;
        // A union's alignment is that of its members wherever it stands.
        let align = same && definition.kind == RecordKind::Struct;
        let (front, behind) = shape.uapi(interface, align);
        let space = if front.ends_with('*') { "" } else { " " };
        let valid = valid_bits(&tag, &name);
        if let (Values::Flags(mask), Shape::Integer { bits, .. }) = (&member.purpose.values, &shape)
        {
            let value = names::mask(interface, member, *mask, *bits);
            defines.push(Define { name: valid.clone(), value, docs: Vec::new() });
        }
        members.push(Member {
            docs: member_docs(interface, member, &valid),
            declaration: format!("{front}{space}{name}{behind}"),
            name,
        });
    }
    for size in min_sizes {
        let name = super::command::first_size(&tag);
        defines.push(Define { name, value: size.to_string(), docs: Vec::new() });
    }
    let (summary, details) = docs::summary_and_details(&definition.docs, "is not described yet");
    let asserts = if same { asserts(layouts, abi, id, &r#type) } else { Vec::new() };
    Ok(Record { r#type, summary, details, defines, members, asserts })
}

/// Refuses a structure that C cannot spell, whoever wrote the header.
pub(crate) fn possible_names(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
) -> Result<(), Refusal> {
    let interface = layouts.interface();
    names::possible(&record_tag(interface, id))?;
    let members = interface.body(id, abi).into_iter().flat_map(|body| &body.members);
    members.filter_map(|member| member.name.as_deref()).try_for_each(names::possible)
}

/// Whether size and offsets are the same on every ABI.
pub(crate) fn same_everywhere(layouts: &Layouts<'_>, id: RecordId) -> bool {
    let ty = Type::Record(id);
    let mut abis = layouts.interface().abis.iter();
    let Some(first) = abis.next() else { return false };
    abis.all(|other| super::compat::same_layout(layouts, &ty, first, other))
}

fn asserts(layouts: &Layouts<'_>, abi: AbiId, id: RecordId, r#type: &str) -> Vec<Assert> {
    let Ok(layout) = layouts.record(id, abi) else { return Vec::new() };
    let assert = |condition, what: &str| Assert { condition, message: format!("{type}: {what}") };
    let mut asserts = vec![assert(format!("sizeof({type}) == {}", layout.size), "size")];
    for (member, place) in layouts.members(id, abi) {
        if let Some(name) = &member.name {
            let offset = place.offset();
            asserts.push(assert(format!("__builtin_offsetof({type}, {name}) == {offset}"), name));
        }
    }
    asserts
}

/// The structure that a member points to, and the member that counts how many there are.
fn pointed_to(interface: &Interface, member: &Definition) -> Option<(String, String)> {
    let to = member.purpose.points_to.as_ref()?;
    let abi = interface.abis.iter().next()?;
    let Some(Type::Record(id)) = interface.resolved(&to.element, abi) else { return None };
    Some((record_type(interface, *id), to.count.clone().unwrap_or_default()))
}

fn member_docs(interface: &Interface, member: &Definition, valid: &str) -> String {
    let otherwise = match &member.purpose.role {
        Role::Reserved => "zero",
        Role::Size => "bytes of this structure, as the caller knows it",
        Role::Flexible { .. } => "the elements",
        Role::Fd => "a file descriptor",
        Role::UserPointer => "an address of the caller's memory",
        Role::Plain => "is not described yet",
    };
    let mut text = docs::one_line(&member.purpose.docs, otherwise);
    if let Some((what, count)) = pointed_to(interface, member) {
        text = format!("{}; address of {what}[{count}]", text.trim_end_matches('.'));
    }
    let spell = |value: i128| {
        let name = names::value(interface, member, value, 32, true);
        // kernel-doc's mark of a constant.
        if name.contains(|c: char| c.is_ascii_uppercase()) && is_c_name(&name) {
            format!("%{name}")
        } else {
            value.to_string()
        }
    };
    let limits = match &member.purpose.values {
        Values::Any => String::new(),
        Values::Flags(_) => format!("no bits but %{valid}"),
        Values::Range { first, last } => format!("{} to {}", spell(*first), spell(*last)),
        Values::Listed(values) => {
            let values: Vec<String> = values.iter().map(|value| spell(*value)).collect();
            format!("one of {}", values.join(", "))
        }
    };
    if !limits.is_empty() {
        text = format!("{}; {limits}", text.trim_end_matches('.'));
    }
    text
}
