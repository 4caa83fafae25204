//! The structures of an interface in the words of pahole.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Interface, Layouts, RecordId, Type};
use ioctlkit_oracle::pahole::{MemberRow, Shape};

/// Every structure and union with a tag, by its name.
pub(crate) fn shapes(interface: &Interface, abi: AbiId) -> BTreeMap<String, Vec<Shape>> {
    let layouts = Layouts::new(interface);
    let mut shapes: BTreeMap<String, Vec<Shape>> = BTreeMap::new();
    for (index, record) in interface.records.iter().enumerate() {
        let id = RecordId(index as u32);
        let Ok(layout) = layouts.record(id, abi) else { continue };
        if record.name.is_some() {
            let mut members = Vec::new();
            add(&layouts, abi, id, 0, &mut members);
            shapes.entry(record.display_name()).or_default().push(Shape {
                size: (record.kind == RecordKind::Struct).then_some(layout.size),
                members,
            });
        }
    }
    shapes
}

/// Adds the members of a structure that begins at `start` bits, what is in anonymous ones first.
fn add(layouts: &Layouts<'_>, abi: AbiId, id: RecordId, start: u64, members: &mut Vec<MemberRow>) {
    let interface = layouts.interface();
    for (member, place) in layouts.members(id, abi) {
        let offset_bits = start + place.offset_bits;
        let (element, start) = pointed(&member.ty, offset_bits);
        if let Type::Record(inner) = element {
            let record = interface.record(*inner);
            if record.name.is_none() && record.typedef_name.is_none() {
                add(layouts, abi, *inner, start, members);
            }
        }
        let name = member.name.clone().unwrap_or_default();
        members.push(MemberRow { name, offset_bits, bits: member.bits });
    }
}

/// What pahole prints in the place of a type without a name: behind a pointer, its members count from
/// zero.
fn pointed(ty: &Type, offset_bits: u64) -> (&Type, u64) {
    match ty.innermost_element() {
        Type::Pointer(to) => pointed(to, 0),
        other => (other, offset_bits),
    }
}
