//! Where the structures of handlers have their function pointers in the kernel at hand.

use ioctlkit_model::HandlerStructure;

use super::functions::Target;
use super::prototype::Prototypes;
use crate::object::types::{Member, Ty, TypeId, Types, pointed_prototype, resolved};

/// A structure of handlers, as a kernel has it.
pub(super) struct Structure<'t> {
    pub(super) kind: HandlerStructure,
    /// In bytes.
    pub(super) size: u64,
    /// The offset of the native handler, in bytes.
    pub(super) native: u64,
    /// The offset of the compat handler, where the kernel has such a member.
    pub(super) compat: Option<u64>,
    types: &'t dyn Types,
    pointers: Vec<Pointer>,
    /// The offset of the pointer to the module, in bytes.
    owner: Option<u64>,
}

struct Pointer {
    offset: u64,
    /// The type of the function that it points to, if it points to one.
    prototype: Option<TypeId>,
}

/// Every structure that the types define, the object's own first.
pub(super) fn known<'t>(
    types: &'t dyn Types,
    kernel: Option<&'t dyn Types>,
    pointer_size: u64,
) -> Vec<Structure<'t>> {
    HandlerStructure::ALL
        .into_iter()
        .filter_map(|kind| {
            let in_types = |types: &'t dyn Types| {
                let ids = types.named(kind.tag());
                ids.into_iter().find_map(|id| structure(kind, types, id, pointer_size))
            };
            in_types(types).or_else(|| in_types(kernel?))
        })
        .collect()
}

/// The structures that the types define, and that are not among the known ones.
pub(super) fn unread(
    types: &dyn Types,
    kernel: Option<&dyn Types>,
    known: &[Structure<'_>],
) -> Vec<HandlerStructure> {
    let is_defined = |types: &dyn Types, kind: HandlerStructure| {
        let mut ids = types.named(kind.tag()).into_iter();
        ids.any(|id| matches!(types.get(id), Some(Ty::Record(_))))
    };
    let is_unread = |kind: &HandlerStructure| {
        known.iter().all(|one| one.kind != *kind)
            && (is_defined(types, *kind) || kernel.is_some_and(|kernel| is_defined(kernel, *kind)))
    };
    HandlerStructure::ALL.into_iter().filter(is_unread).collect()
}

fn structure(
    kind: HandlerStructure,
    types: &dyn Types,
    id: TypeId,
    pointer_size: u64,
) -> Option<Structure<'_>> {
    let Ty::Record(record) = types.get(id)? else { return None };
    let members = types.members(id);
    let offset = |name| offset_of(&members, name);
    let native = offset(kind.native_member())?;
    let compat = offset(kind.compat_member());
    let owner = offset("owner");
    let pointers: Vec<Pointer> = members
        .iter()
        .filter(|member| member.bits.is_none() && member.offset_bits.is_multiple_of(8))
        .flat_map(|member| {
            let at = member.offset_bits / 8;
            pointers_in(types, member.ty, at, pointer_size)
        })
        .collect();
    let is_inside =
        |offset: u64| offset.checked_add(pointer_size).is_some_and(|end| end <= record.size);
    let fits = is_inside(native)
        && compat.is_none_or(is_inside)
        && pointers.iter().all(|pointer| is_inside(pointer.offset));
    fits.then_some(Structure { kind, size: record.size, native, compat, types, pointers, owner })
}

fn offset_of(members: &[Member<'_>], name: &str) -> Option<u64> {
    let member = members.iter().find(|member| member.name == name)?;
    Some(member.offset_bits / 8)
}

/// The pointers that a member is or holds. What is neither a pointer nor an array of them may hold
/// anything at its start.
fn pointers_in(types: &dyn Types, ty: TypeId, at: u64, pointer_size: u64) -> Vec<Pointer> {
    /// No structure of handlers has a longer array.
    const LONGEST: u64 = 64;
    match resolved(types, ty) {
        Some((id, Ty::Pointer(_))) => {
            vec![Pointer { offset: at, prototype: pointed_prototype(types, id) }]
        }
        Some((_, Ty::Array { element, count: Some(count) })) => (0..count.min(LONGEST))
            .filter_map(|index| {
                let at = at.saturating_add(index * pointer_size);
                match resolved(types, element) {
                    Some((id, Ty::Pointer(_))) => {
                        Some(Pointer { offset: at, prototype: pointed_prototype(types, id) })
                    }
                    _ => None,
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl Structure<'_> {
    /// Whether these pointers can be those of the structure: `None` if not, else how much speaks for
    /// it. That is the number of functions that are known to be of the types which the structure asks
    /// for. Of functions of other modules the types are not known: one that is called after ioctls, in
    /// the handler's place, counts too if the module itself or two more functions are in theirs.
    pub(super) fn matches<'p>(
        &self,
        pointers: impl Iterator<Item = (u64, &'p Target<'p>)>,
        prototypes: &mut Prototypes<'_>,
    ) -> Option<u32> {
        /// The handler and two more.
        const ENOUGH: u32 = 3;
        let (mut known, mut functions) = (0, 0);
        let (mut has_owner, mut has_handler) = (false, false);
        for (offset, target) in pointers {
            let pointer = self.pointers.iter().find(|pointer| pointer.offset == offset)?;
            match (pointer.prototype, target) {
                (Some(wanted), Target::Function { name, .. } | Target::Imported { name }) => {
                    functions += 1;
                    match prototypes.is_of(name, self.types, wanted) {
                        Some(true) => known += 1,
                        Some(false) => return None,
                        // The compiler may have changed what the source says.
                        None => has_handler |= offset == self.native && name.contains("ioctl"),
                    }
                }
                (Some(_), Target::Data | Target::ThisModule) => return None,
                (None, Target::ThisModule) => has_owner |= self.owner == Some(offset),
                // The address of a string or of another structure, or of a function as data.
                (None, _) => {}
            }
        }
        let stands_out = has_handler && (has_owner || functions >= ENOUGH);
        Some(if stands_out { known + 1 } else { known })
    }
}
