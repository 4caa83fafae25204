//! How a structure is spelled for ctypes, which knows the alignment of the ABI that it runs on but
//! not of attributes, bit-fields and members without a name: what is there stands as bytes.

use std::collections::BTreeMap;

use ioctlkit_abi::{Abi, RecordKind, Scalar};
use ioctlkit_model::RecordId;
use serde::Serialize;

use super::abis::Host;
use super::names::Names;
use crate::module::shape::Shape;
use crate::module::userland::view::View;

/// A structure on one ABI, or on several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Layout {
    /// Names of ABIs; those of the last layout are all others.
    pub(super) abis: Vec<String>,
    packed: bool,
    /// Names and types.
    fields: Vec<(String, String)>,
    size: u64,
    /// Names and offsets of members, without padding.
    offsets: Vec<(String, u64)>,
}

/// A type as ctypes has it.
#[derive(Debug, Clone, Copy)]
struct Extent {
    size: u64,
    align: u64,
}

/// A member with its place.
struct Placed {
    name: String,
    ty: String,
    offset: u64,
    extent: Extent,
}

/// What has been spelled so far, the inner structures first.
pub(super) struct Spelling<'v> {
    view: &'v View<'v>,
    hosts: &'v [Host],
    /// The classes of structures.
    pub(super) classes: BTreeMap<u32, String>,
    /// What members are called in Python, by structure.
    pub(super) members: BTreeMap<u32, BTreeMap<String, String>>,
    extents: BTreeMap<(u32, &'static str), Extent>,
}

impl<'v> Spelling<'v> {
    pub(super) fn new(view: &'v View<'v>, hosts: &'v [Host]) -> Self {
        Self {
            view,
            hosts,
            classes: BTreeMap::new(),
            members: BTreeMap::new(),
            extents: BTreeMap::new(),
        }
    }

    /// The layouts of a structure, that of most ABIs last.
    pub(super) fn layouts(&mut self, id: RecordId, class: String) -> Vec<Layout> {
        self.classes.insert(id.0, class);
        let mut names = Names::of_structure();
        let members = self.view.members(id);
        let called = members.iter().map(|(name, ..)| ((*name).to_owned(), names.free(name)));
        self.members.insert(id.0, called.collect());
        let mut padding = "_padding".to_owned();
        while members.iter().any(|(name, ..)| name.starts_with(&padding)) {
            padding.push('_');
        }
        let mut layouts: Vec<Layout> = Vec::new();
        for host in self.hosts {
            let layout = self.layout(id, host.abi, &padding);
            let known = layouts.iter_mut().find(|known| {
                (known.packed, &known.fields, known.size, &known.offsets)
                    == (layout.packed, &layout.fields, layout.size, &layout.offsets)
            });
            match known {
                Some(known) => known.abis.push(host.abi.name.into()),
                None => layouts.push(Layout { abis: vec![host.abi.name.into()], ..layout }),
            }
        }
        layouts.sort_by_key(|layout| layout.abis.len());
        layouts
    }

    fn layout(&mut self, id: RecordId, abi: &'static Abi, padding: &str) -> Layout {
        let is_union = self.view.layouts.interface().record(id).kind == RecordKind::Union;
        let size = self.view.layouts.record(id, abi.id()).map_or(0, |layout| layout.size);
        let placed = self.placed(id, abi);
        let plain = spelled(&placed, size, is_union, false, padding);
        let packed = plain.is_none();
        let (fields, align) = plain
            .or_else(|| spelled(&placed, size, is_union, true, padding))
            .unwrap_or_else(|| (vec![(padding.into(), format!("ctypes.c_uint8 * {size}"))], 1));
        self.extents.insert((id.0, abi.name), Extent { size, align });
        let has = |name: &String| fields.iter().any(|(known, _)| known == name);
        let offsets = placed.iter().filter(|member| has(&member.name));
        let offsets = offsets.map(|member| (member.name.clone(), member.offset)).collect();
        Layout { abis: Vec::new(), packed, size, offsets, fields }
    }

    /// The members that ctypes can have: those with a name that are no bit-fields.
    fn placed(&self, id: RecordId, abi: &'static Abi) -> Vec<Placed> {
        let called = self.members.get(&id.0);
        self.view
            .layouts
            .members(id, abi.id())
            .filter(|(member, _)| member.bits.is_none())
            .filter_map(|(member, place)| {
                let name = called?.get(member.name.as_ref()?)?.clone();
                let shape = Shape::of(self.view.layouts, abi.id(), &member.ty).ok()?;
                let extent = self.extent(&shape, abi)?;
                Some(Placed { name, ty: self.ty(&shape), offset: place.offset(), extent })
            })
            .collect()
    }

    fn extent(&self, shape: &Shape, abi: &Abi) -> Option<Extent> {
        let scalar =
            |scalar| Some(Extent { size: abi.size_of(scalar)?, align: abi.align_of(scalar)? });
        match shape {
            Shape::Integer { bits: 8, .. } | Shape::Char => scalar(Scalar::Char),
            Shape::Integer { bits: 16, .. } => scalar(Scalar::Short),
            Shape::Integer { bits: 32, .. } => scalar(Scalar::Int),
            Shape::Integer { .. } => scalar(Scalar::LongLong),
            Shape::Word { .. } => scalar(Scalar::Long),
            Shape::Address => scalar(Scalar::Pointer),
            Shape::Record(id) => self.extents.get(&(id.0, abi.name)).copied(),
            Shape::Array(element, count) => {
                let element = self.extent(element, abi)?;
                Some(Extent { size: element.size.checked_mul(*count)?, ..element })
            }
            Shape::Flexible(element) => Some(Extent { size: 0, ..self.extent(element, abi)? }),
        }
    }

    /// A type in ctypes.
    pub(super) fn ty(&self, shape: &Shape) -> String {
        match shape {
            Shape::Integer { bits, signed: true } => format!("ctypes.c_int{bits}"),
            Shape::Integer { bits, signed: false } => format!("ctypes.c_uint{bits}"),
            Shape::Char => "ctypes.c_char".into(),
            Shape::Word { signed: true } => "ctypes.c_long".into(),
            Shape::Word { signed: false } => "ctypes.c_ulong".into(),
            Shape::Address => "ctypes.c_void_p".into(),
            Shape::Record(id) => self.classes.get(&id.0).cloned().unwrap_or_default(),
            Shape::Array(element, count) => format!("{} * {count}", self.element(element)),
            Shape::Flexible(element) => format!("{} * 0", self.element(element)),
        }
    }

    fn element(&self, shape: &Shape) -> String {
        match shape {
            Shape::Array(..) | Shape::Flexible(_) => format!("({})", self.ty(shape)),
            _ => self.ty(shape),
        }
    }
}

/// The fields, with bytes in the gaps, and the alignment; `None` where ctypes would put a member
/// elsewhere.
fn spelled(
    members: &[Placed],
    size: u64,
    is_union: bool,
    packed: bool,
    padding: &str,
) -> Option<(Vec<(String, String)>, u64)> {
    let (mut end, mut align, mut gaps) = (0, 1, 0);
    let mut fields = Vec::new();
    let mut gap = |fields: &mut Vec<(String, String)>, bytes: u64| {
        let number = if gaps == 0 { String::new() } else { gaps.to_string() };
        fields.push((format!("{padding}{number}"), format!("ctypes.c_uint8 * {bytes}")));
        gaps += 1;
    };
    for member in members {
        let own = if packed { 1 } else { member.extent.align.max(1) };
        let start = if is_union { 0 } else { end };
        let natural = u64::checked_next_multiple_of(start, own)?;
        if natural > member.offset || !member.offset.is_multiple_of(own) {
            return None;
        }
        if natural < member.offset {
            gap(&mut fields, member.offset - start);
        }
        fields.push((member.name.clone(), member.ty.clone()));
        end = end.max(member.offset.checked_add(member.extent.size)?);
        align = align.max(own);
    }
    let whole = u64::checked_next_multiple_of(end, align)?;
    if whole > size || !size.is_multiple_of(align) {
        return None;
    }
    if whole < size {
        gap(&mut fields, if is_union { size } else { size - end });
    }
    Some((fields, align))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(name: &str, offset: u64, size: u64, align: u64) -> Placed {
        Placed { name: name.into(), ty: "x".into(), offset, extent: Extent { size, align } }
    }

    fn names(members: &[Placed], size: u64, packed: bool) -> Option<Vec<String>> {
        let (fields, _) = spelled(members, size, false, packed, "_padding")?;
        Some(fields.into_iter().map(|(name, ty)| format!("{name}: {ty}")).collect())
    }

    #[test]
    fn gaps_that_ctypes_leaves_itself_are_not_spelled() {
        let members = [placed("a", 0, 4, 4), placed("b", 8, 8, 8)];
        assert_eq!(names(&members, 16, false).unwrap(), ["a: x", "b: x"]);
        // With 64-bit integers of lesser alignment it leaves none.
        let members = [placed("a", 0, 4, 4), placed("b", 8, 8, 4)];
        let pad = "_padding: ctypes.c_uint8 * 4";
        assert_eq!(names(&members, 16, false).unwrap(), ["a: x", pad, "b: x"]);
        assert_eq!(
            names(&members, 24, false).unwrap(),
            ["a: x", pad, "b: x", "_padding1: ctypes.c_uint8 * 8"]
        );
    }

    #[test]
    fn what_is_nearer_than_ctypes_would_put_it_is_packed() {
        let members = [placed("a", 0, 1, 1), placed("b", 1, 8, 8)];
        assert_eq!(names(&members, 9, false), None);
        assert_eq!(names(&members, 9, true).unwrap(), ["a: x", "b: x"]);
        let overlapping = [placed("a", 0, 4, 4), placed("b", 2, 4, 2)];
        assert_eq!(names(&overlapping, 8, true), None);
    }
}
