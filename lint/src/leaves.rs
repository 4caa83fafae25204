//! The scalars that a type comes down to, with their places: what two ABIs must agree on.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Layouts, Member, RecordId, Type};

/// A scalar, pointer or enumeration somewhere in a structure.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The structure that has the member, which may be nested in the one that was asked for.
    pub record: RecordId,
    /// Its place in that structure's definition.
    pub index: usize,
    /// The member.
    pub member: &'a Member,
    /// The member of the outermost structure's own text that the leaf is, or lies in.
    pub shown: &'a Member,
    /// Offset from the start of the outermost structure, in bits.
    pub offset_bits: u64,
    /// Width of the whole member, all elements included, in bits.
    pub size_bits: u64,
}

/// Every leaf of a structure on an ABI, in the order of the definition; of an array of structures,
/// those of the first element. Empty where the structure has no layout there.
pub fn leaves<'a>(layouts: &Layouts<'a>, id: RecordId, abi: AbiId) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    collect(layouts, id, abi, Start::default(), &mut found);
    found
}

/// No structure that has a layout nests deeper.
const DEEPEST: u32 = 64;

/// Where a nested structure is.
#[derive(Clone, Copy, Default)]
struct Start<'a> {
    offset_bits: u64,
    depth: u32,
    shown: Option<&'a Member>,
}

fn collect<'a>(
    layouts: &Layouts<'a>,
    id: RecordId,
    abi: AbiId,
    start: Start<'a>,
    found: &mut Vec<Leaf<'a>>,
) {
    if start.depth > DEEPEST {
        return;
    }
    for (index, (member, place)) in layouts.members(id, abi).enumerate() {
        let offset_bits = start.offset_bits + place.offset_bits;
        let nested = record_of(layouts, &member.ty, abi);
        if let Some(nested) = nested {
            let own_text = layouts.interface().record(nested).is_anonymous();
            let shown = if own_text { start.shown } else { start.shown.or(Some(member)) };
            let inner = Start { offset_bits, depth: start.depth + 1, shown };
            collect(layouts, nested, abi, inner, found);
        }
        // An array of structures is a leaf too: its size shows how far its elements are apart.
        if nested.is_none() || member.ty.is_array() {
            let shown = start.shown.unwrap_or(member);
            let size_bits = place.size_bits;
            found.push(Leaf { record: id, index, member, shown, offset_bits, size_bits });
        }
    }
}

fn record_of(layouts: &Layouts<'_>, ty: &Type, abi: AbiId) -> Option<RecordId> {
    match layouts.interface().resolved(ty, abi)? {
        Type::Array(element, _) | Type::FlexibleArray(element) => record_of(layouts, element, abi),
        Type::Record(id) => Some(*id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Abi;
    use ioctlkit_model::Constant;

    use super::*;
    use crate::testing::{Build, U8, U32, U64};

    #[test]
    fn leaves_are_placed_from_the_outermost_start() {
        let mut build = Build::new();
        let inner = build.structure("inner", &[("a", U32), ("b", U64)]);
        let array = Type::Array(Box::new(Type::Record(inner)), Constant::Known(3));
        let outer = build.structure("outer", &[("kind", U8), ("inner", array)]);
        let layouts = Layouts::new(&build.interface);
        let places = |name: &str| {
            let abi = Abi::by_name(name).unwrap().id();
            let place = |leaf: Leaf<'_>| (leaf.offset_bits / 8, leaf.size_bits / 8);
            leaves(&layouts, outer, abi).into_iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(places("x86_64"), [(0, 1), (8, 4), (16, 8), (8, 48)]);
        assert_eq!(places("i386"), [(0, 1), (4, 4), (8, 8), (4, 36)]);
    }
}
