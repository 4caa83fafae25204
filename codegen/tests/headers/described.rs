//! What the derives know, against the header.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Interface, Layouts, Member, RecordId, Type};
use serde_json::Value;

use super::scope::Scopes;

/// How much was compared.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) commands: usize,
    pub(crate) numbers: usize,
    pub(crate) records: usize,
    pub(crate) members: usize,
    pub(crate) layouts: usize,
}

/// Compares what the crate printed of one command or structure.
pub(crate) fn compare(
    entry: &Value,
    layouts: &Layouts<'_>,
    scopes: &Scopes,
    sum: &mut Sum,
) -> Vec<String> {
    if entry["command"].is_string() {
        command(entry, layouts, scopes, sum)
    } else {
        record(entry, layouts, scopes, sum)
    }
}

fn command(entry: &Value, layouts: &Layouts<'_>, scopes: &Scopes, sum: &mut Sum) -> Vec<String> {
    let name = entry["command"].as_str().unwrap();
    let interface = layouts.interface();
    if entry["family"] == true {
        let known = interface.families.iter().any(|family| family.name == name);
        return if known { Vec::new() } else { vec![format!("{name}: no such family")] };
    }
    let key =
        format!("{}::{}", entry["enum"].as_str().unwrap(), entry["variant"].as_str().unwrap());
    let scope = scopes[&key];
    let command = interface.commands.iter().find(|command| command.name == name);
    let raw = interface.raw_numbers.iter().find(|raw| raw.name == name);
    let mut differences = Vec::new();
    let mut compared = 0;
    for id in scope {
        let c = match (command, raw) {
            (Some(command), _) => layouts.number(command, id).filter(|n| n.fits).map(|n| n.number),
            (None, Some(raw)) => raw.variants.get(id).copied(),
            (None, None) => return vec![format!("{name}: no such command")],
        };
        // A header that was read for some machines says nothing of the others.
        let Some(c) = c else { continue };
        compared += 1;
        let rust = entry["numbers"][id.abi().name].as_u64();
        if rust != Some(u64::from(c)) {
            let abi = id.abi().name;
            differences.push(format!("{name} on {abi}: {rust:x?} in Rust, {c:#x} in C"));
        }
    }
    if compared == 0 {
        differences.push(format!("{name}: compared nowhere"));
    }
    sum.commands += 1;
    sum.numbers += compared;
    differences
}

fn record(entry: &Value, layouts: &Layouts<'_>, scopes: &Scopes, sum: &mut Sum) -> Vec<String> {
    let name = entry["record"].as_str().unwrap();
    let scope = scopes[entry["name"].as_str().unwrap()];
    let records = &layouts.interface().records;
    let Some(id) = records.iter().position(|record| record.display_name() == name) else {
        return vec![format!("{name}: no such structure")];
    };
    let id = RecordId(id as u32);
    let mut differences = Vec::new();
    let mut members = 0;
    let mut compared = 0;
    for abi in scope {
        if layouts.record(id, abi).is_err() {
            continue;
        }
        compared += 1;
        let rust = &entry["layouts"][abi.abi().name];
        let found = layout(name, rust, id, layouts, abi, &mut members);
        differences.extend(found);
    }
    if compared == 0 {
        differences.push(format!("{name}: compared nowhere"));
    }
    sum.records += 1;
    sum.members += members / compared.max(1);
    sum.layouts += compared;
    differences
}

/// Compares one structure on one ABI, and those without a name in it.
fn layout(
    name: &str,
    rust: &Value,
    id: RecordId,
    layouts: &Layouts<'_>,
    abi: AbiId,
    count: &mut usize,
) -> Vec<String> {
    let on = abi.abi().name;
    let mut differences = Vec::new();
    let c = layouts.record(id, abi).unwrap();
    if rust["size"] != c.size || rust["align"] != c.align {
        let (size, align) = (c.size, c.align);
        differences.push(format!(
            "{name} on {on}: size {} and alignment {} in Rust, {size} and {align} in C",
            rust["size"], rust["align"]
        ));
    }
    let c_size = c.size;
    let known: Vec<CMember<'_>> = members(layouts, id, abi, 0);
    let mut anonymous = known.iter().filter(|member| member.member.name.is_none());
    let mut met = Vec::new();
    for member in rust["members"].as_array().map_or(&[][..], Vec::as_slice) {
        let own = member["name"].as_str().unwrap();
        let found = if member["anonymous"] == true {
            anonymous.next()
        } else {
            known.iter().find(|c| c.member.name.as_deref().map(in_rust) == Some(own))
        };
        let Some(c) = found else {
            let fills_hole = own.starts_with("_padding") && is_hole(member, &known, c_size);
            if !own.starts_with("bits") && !fills_hole {
                differences.push(format!("{name} on {on}: C has no `{own}`"));
            }
            continue;
        };
        *count += 1;
        met.push(c.member.name_span);
        if member["offset"] != c.offset || member["size"] != c.size {
            differences.push(format!(
                "{name} on {on}: `{own}` is at {} with {} bits in Rust, at {} with {} in C",
                member["offset"], member["size"], c.offset, c.size
            ));
        }
        if let (Some(inner), Some(id)) =
            (member.get("inner"), record_of(layouts.interface(), &c.member.ty, abi))
        {
            let name = format!("{name}.{own}");
            differences.extend(layout(&name, inner, id, layouts, abi, count));
        }
    }
    let lost = known.iter().filter(|c| !met.contains(&c.member.name_span));
    differences.extend(lost.map(|c| {
        format!("{name} on {on}: Rust has no `{}`", c.member.name.as_deref().unwrap_or("(unnamed)"))
    }));
    differences
}

/// A member of C that is no bit-field, with its place in bits.
struct CMember<'a> {
    member: &'a Member,
    offset: u64,
    size: u64,
}

/// How a name of C is spelled in Rust, which has none like these, not even raw ones.
fn in_rust(name: &str) -> &str {
    match name {
        "_" => "__",
        "self" => "self_",
        "super" => "super_",
        "crate" => "crate_",
        "Self" => "Self_",
        name => name,
    }
}

/// Whether a member of Rust lies where C has no member, within a structure of `size` bytes.
fn is_hole(member: &Value, known: &[CMember<'_>], size: u64) -> bool {
    let (Some(begin), Some(bits)) = (member["offset"].as_u64(), member["size"].as_u64()) else {
        return false;
    };
    let end = begin + bits;
    bits > 0
        && end <= 8 * size
        && known.iter().all(|c| end <= c.offset || c.offset + c.size <= begin)
}

/// The members of C that are to be found in Rust: of a structure that only makes room for an array
/// of any length, the array.
fn members<'a>(layouts: &Layouts<'a>, id: RecordId, abi: AbiId, base: u64) -> Vec<CMember<'a>> {
    let interface = layouts.interface();
    let is_empty = |ty: &Type| {
        record_of(interface, ty, abi).is_some_and(|id| {
            !ty.is_array() && interface.body(id, abi).is_some_and(|body| body.members.is_empty())
        })
    };
    let mut found = Vec::new();
    for (member, place) in layouts.members(id, abi) {
        if member.bits.is_some() || is_empty(&member.ty) {
            continue;
        }
        let inner = record_of(interface, &member.ty, abi).filter(|_| member.name.is_none());
        let makes_room = inner.is_some_and(|inner| {
            interface.body(inner, abi).is_some_and(
                |body| matches!(body.members.as_slice(), [first, _] if is_empty(&first.ty)),
            )
        });
        if let Some(inner) = inner.filter(|_| makes_room) {
            found.extend(members(layouts, inner, abi, base + place.offset_bits));
        } else {
            let offset = base + place.offset_bits;
            found.push(CMember { member, offset, size: place.size_bits });
        }
    }
    found
}

/// The structure that a type is, or is an array of.
fn record_of(interface: &Interface, ty: &Type, abi: AbiId) -> Option<RecordId> {
    match interface.resolved(ty, abi)? {
        Type::Record(id) => Some(*id),
        Type::Array(element, _) | Type::FlexibleArray(element) => {
            record_of(interface, element, abi)
        }
        _ => None,
    }
}
