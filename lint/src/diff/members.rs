//! The members of one structure in two versions, on one ABI.

use std::collections::{HashMap, HashSet, VecDeque};

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Constant, Layouts, Type};

use super::kinds::{self, Kind, Order};
use crate::against::Extent;
use crate::against::members::{Slot, slots};
use crate::against::places::Places;
use ioctlkit_model::Span;

/// A member's name and where it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// The name, that of the nearest member around it where it has none.
    pub name: String,
    /// The name in the declaration, in the sources of its own version.
    pub span: Span,
}

/// What became of the bytes of a member that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Freed {
    /// A member of another name and the same kind has them.
    Renamed(Named),
    /// They are kept free.
    Reserved,
    /// It was one of the members of a union, and the others are left.
    Shared,
    /// Other members have them, or nothing.
    Lost,
}

/// How a type changed that still takes the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retyped {
    /// The same bits are another number.
    Sign,
    /// Something else altogether: an integer became an address, one integer an array of smaller
    /// ones.
    Kind,
    /// A structure of another name, or one instead of the bytes that it consists of.
    Name,
    /// A structure of another name, with other members or with members in other places.
    Layout,
    /// The bytes stand in the other order.
    Order,
    /// One of the types says in which order the bytes stand, and the other does not.
    OrderStated,
}

/// One difference between two versions of a structure on an ABI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Its size, in bytes.
    Size {
        /// What it was.
        old: u64,
        /// What it is.
        new: u64,
    },
    /// A member lies elsewhere, or has another width.
    Moved {
        /// The member.
        member: Named,
        /// The same in the old version.
        old_member: Named,
        /// Where it was.
        old: Extent,
        /// Where it is.
        new: Extent,
    },
    /// A member has another type.
    Retyped {
        /// The member.
        member: Named,
        /// The same in the old version.
        old_member: Named,
        /// The type as it was spelled.
        old: String,
        /// The type as it is spelled.
        new: String,
        /// How they differ.
        how: Retyped,
    },
    /// A member that is gone.
    Removed {
        /// The member in the old version.
        old_member: Named,
        /// Where it was.
        old: Extent,
        /// What became of its bytes.
        freed: Freed,
    },
    /// A new member where old programs leave whatever was in memory: the compiler's padding.
    InPadding {
        /// The member.
        member: Named,
        /// Where it is.
        new: Extent,
    },
    /// A new member in reserved bytes.
    InReserved {
        /// The member.
        member: Named,
        /// The reserved member of the old version.
        old_member: Named,
        /// Where it is.
        new: Extent,
    },
    /// A new member behind all that was there.
    AtEnd {
        /// The member.
        member: Named,
        /// Where it is.
        new: Extent,
    },
    /// `[0]` or `[1]` at the end became `[]`.
    MadeFlexible {
        /// The member.
        member: Named,
        /// The same in the old version.
        old_member: Named,
        /// The old bound.
        bound: u64,
    },
}

/// One version of a structure on an ABI.
pub(super) struct Side<'s, 'a> {
    pub(super) layouts: &'s Layouts<'a>,
    pub(super) size: u64,
    pub(super) slots: &'s [Slot<'a>],
}

/// Compares two versions on an ABI.
pub(super) fn compare(old: &Side<'_, '_>, new: &Side<'_, '_>, abi: AbiId) -> Vec<Fault> {
    let mut faults = Vec::new();
    let matched = Matched::of(old.slots, new.slots);
    for (old_index, new_index) in matched.pairs() {
        let (was, is) = (&old.slots[old_index], &new.slots[new_index]);
        faults.extend(of_pair(old, was, new, is, abi));
    }
    let successors = Successors::of(new, &matched);
    let around = Around::of(old, new, &matched);
    let mut renamed = HashSet::new();
    for (index, slot) in plain(old.slots).filter(|(index, _)| matched.old[*index].is_none()) {
        let successor = successors.of_gone(old, slot, new, &renamed, abi);
        let freed = match successor {
            Some(name) => {
                renamed.insert(name.clone());
                Freed::Renamed(name)
            }
            None => around.freed(slot),
        };
        let old_member = named(old.slots, index);
        faults.push(Fault::Removed { old_member, old: slot.extent, freed });
    }
    for (index, slot) in plain(new.slots).filter(|(index, _)| !matched.new[*index]) {
        let member = named(new.slots, index);
        if !renamed.contains(&member) {
            faults.extend(around.added(old, slot, member));
        }
    }
    if old.size != new.size {
        faults.push(Fault::Size { old: old.size, new: new.size });
    }
    faults
}

/// Members that hold something: not reserved, not a mere bracket around others.
fn plain<'s, 'a>(slots: &'s [Slot<'a>]) -> impl Iterator<Item = (usize, &'s Slot<'a>)> {
    let holds = |slot: &Slot<'_>| !slot.opened && !slot.is_reserved() && slot.extent.size_bits > 0;
    slots.iter().enumerate().filter(move |(_, slot)| holds(slot))
}

/// What stands for the name of a member that nothing around it names either.
pub(super) const UNNAMED: &str = "(anonymous)";

/// The name to speak of.
fn named(slots: &[Slot<'_>], index: usize) -> Named {
    let mut at = Some(index);
    while let Some(slot) = at.and_then(|at| slots.get(at)) {
        if let Some(name) = &slot.member.name {
            return Named { name: name.clone(), span: slots[index].member.name_span };
        }
        at = slot.within;
    }
    Named { name: UNNAMED.into(), span: slots[index].member.name_span }
}

/// Which member of one version is which of the other.
struct Matched {
    old: Vec<Option<usize>>,
    new: Vec<bool>,
}

impl Matched {
    fn of(old: &[Slot<'_>], new: &[Slot<'_>]) -> Self {
        let mut matched = Self { old: vec![None; old.len()], new: vec![false; new.len()] };
        let mut by_name: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (index, slot) in new.iter().enumerate().filter(|(_, slot)| !slot.opened) {
            if let Some(name) = &slot.member.name {
                by_name.entry(name).or_default().push_back(index);
            }
        }
        for (index, slot) in old.iter().enumerate().filter(|(_, slot)| !slot.opened) {
            let same_name = slot.member.name.as_deref().and_then(|name| by_name.get_mut(name));
            if let Some(other) = same_name.and_then(VecDeque::pop_front) {
                matched.old[index] = Some(other);
                matched.new[other] = true;
            }
        }
        matched
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.old.iter().enumerate().filter_map(|(old, new)| Some((old, (*new)?)))
    }
}

fn of_pair(
    old: &Side<'_, '_>,
    was: &Slot<'_>,
    new: &Side<'_, '_>,
    is: &Slot<'_>,
    abi: AbiId,
) -> Option<Fault> {
    if was.is_reserved() || is.is_reserved() {
        // Reserved bytes may shrink and be split: the members that take their place are reported.
        return None;
    }
    let name = |slot: &Slot<'_>| Named {
        name: slot.member.name.clone().unwrap_or_default(),
        span: slot.member.name_span,
    };
    let (member, old_member) = (name(is), name(was));
    let (old_type, new_type) = (&was.member.ty, &is.member.ty);
    if let (Some(bound), true) = (fake_bound(old_type), is_flexible(new_type))
        && was.extent.offset_bits == is.extent.offset_bits
    {
        return Some(Fault::MadeFlexible { member, old_member, bound });
    }
    let same_place = was.extent.offset_bits == is.extent.offset_bits;
    if was.extent != is.extent && !(same_place && are_one_record(old, old_type, new, new_type, abi))
    {
        return Some(Fault::Moved { member, old_member, old: was.extent, new: is.extent });
    }
    let how = retyped(old.layouts, old_type, new.layouts, new_type, abi)?;
    let (was, is) =
        (old.layouts.interface().type_name(old_type), new.layouts.interface().type_name(new_type));
    // A typedef of the same name now stands for a structure of another.
    (!matches!(how, Retyped::Name | Retyped::Layout) || was != is).then_some(Fault::Retyped {
        member,
        old_member,
        old: was,
        new: is,
        how,
    })
}

/// Whether both are a structure of the same name, or of none: what changed in it is reported for it.
fn are_one_record(
    old: &Side<'_, '_>,
    old_type: &Type,
    new: &Side<'_, '_>,
    new_type: &Type,
    abi: AbiId,
) -> bool {
    let was = kinds::of(old.layouts, old_type, abi).0;
    let is = kinds::of(new.layouts, new_type, abi).0;
    matches!((&was, &is), (Kind::Record(a), Kind::Record(b)) if a == b)
        && old_type.is_array() == new_type.is_array()
}

fn fake_bound(ty: &Type) -> Option<u64> {
    match ty {
        Type::Array(_, Constant::Known(bound @ (0 | 1))) => Some(*bound),
        _ => None,
    }
}

fn is_flexible(ty: &Type) -> bool {
    matches!(ty, Type::FlexibleArray(_))
}

pub(super) fn retyped(
    old: &Layouts<'_>,
    old_type: &Type,
    new: &Layouts<'_>,
    new_type: &Type,
    abi: AbiId,
) -> Option<Retyped> {
    let (was, old_size) = kinds::of(old, old_type, abi);
    let (is, new_size) = kinds::of(new, new_type, abi);
    match (was, is) {
        (Kind::Unknown, _) | (_, Kind::Unknown) => None,
        // A structure that has or had no name is known by what is in it.
        (Kind::Record(was), Kind::Record(is)) => {
            let is_another = was.is_some() && is.is_some() && was != is;
            let same = || laid_out_alike((old, old_type), (new, new_type), abi);
            is_another.then(|| if same() { Retyped::Name } else { Retyped::Layout })
        }
        // The same bytes, as one thing or as its parts.
        (Kind::Record(_), _) | (_, Kind::Record(_)) => Some(Retyped::Name),
        _ if old_size != new_size => Some(Retyped::Kind),
        (Kind::Pointer, Kind::Pointer) => {
            let (was, is) = (pointee(old, old_type, abi)?, pointee(new, new_type, abi)?);
            let how = retyped(old, was, new, is, abi)?;
            // A pointer to something else may still lead to the same bytes: `void *`, `__u8 *`.
            matches!(how, Retyped::Name | Retyped::Layout).then_some(how)
        }
        (Kind::Integer(was, old), Kind::Integer(is, new)) => match (old, new) {
            (Order::Native, Order::Little | Order::Big)
            | (Order::Little | Order::Big, Order::Native) => Some(Retyped::OrderStated),
            _ if old != new => Some(Retyped::Order),
            _ => was.is_opposite(is).then_some(Retyped::Sign),
        },
        (was, is) => (was != is).then_some(Retyped::Kind),
    }
}

/// The structure that an address leads to, and no further: what that holds is compared by itself.
fn pointee<'a>(layouts: &Layouts<'a>, ty: &'a Type, abi: AbiId) -> Option<&'a Type> {
    let Type::Pointer(to) = layouts.interface().resolved(ty.innermost_element(), abi)? else {
        return None;
    };
    kinds::record(layouts.interface(), to, abi).is_some().then_some(&**to)
}

/// Whether two structures have the same members in the same places. What is in these is not looked at.
fn laid_out_alike(
    (old, old_type): (&Layouts<'_>, &Type),
    (new, new_type): (&Layouts<'_>, &Type),
    abi: AbiId,
) -> bool {
    let members = |layouts: &Layouts<'_>, ty: &Type| {
        let id = kinds::record(layouts.interface(), ty, abi)?;
        let (size, slots) = slots(layouts, id, abi).ok()?;
        let of = |slot: &Slot<'_>| {
            let kind = kinds::of(layouts, &slot.member.ty, abi).0;
            (slot.extent, slot.member.name.clone(), kind)
        };
        Some((size, slots.iter().map(of).collect::<Vec<_>>()))
    };
    let (was, is) = (members(old, old_type), members(new, new_type));
    was.is_some() && was == is
}

/// The new version's members that may be old ones under another name, by their places.
struct Successors(HashMap<Extent, Vec<usize>>);

impl Successors {
    fn of(new: &Side<'_, '_>, matched: &Matched) -> Self {
        let mut found: HashMap<Extent, Vec<usize>> = HashMap::new();
        for (index, slot) in plain(new.slots).filter(|(index, _)| !matched.new[*index]) {
            found.entry(slot.extent).or_default().push(index);
        }
        Self(found)
    }

    /// What a member that is gone is called now, if nothing else was.
    fn of_gone(
        &self,
        old: &Side<'_, '_>,
        gone: &Slot<'_>,
        new: &Side<'_, '_>,
        taken: &HashSet<Named>,
        abi: AbiId,
    ) -> Option<Named> {
        let same_place = self.0.get(&gone.extent)?.iter().copied();
        let mut free = same_place.filter(|index| !taken.contains(&named(new.slots, *index)));
        let found = free.find(|index| {
            let ty = &new.slots[*index].member.ty;
            let how = retyped(old.layouts, &gone.member.ty, new.layouts, ty, abi);
            !matches!(how, Some(Retyped::Kind))
        })?;
        Some(named(new.slots, found))
    }
}

/// What else has the bytes of a member in either version.
struct Around<'s, 'a> {
    old: &'s [Slot<'a>],
    /// Members of the old version that are in the new one.
    kept: Places,
    /// Members of the old version that hold something.
    held: Places,
    /// Members of the new version that were in the old one and hold something.
    still_held: Places,
    was_reserved: Places,
    is_reserved: Places,
}

impl<'s, 'a> Around<'s, 'a> {
    fn of(old: &Side<'s, 'a>, new: &Side<'_, '_>, matched: &Matched) -> Self {
        let kept = all(old.slots).filter(|(index, _)| matched.old[*index].is_some());
        let still =
            all(new.slots).filter(|(index, slot)| matched.new[*index] && !slot.is_reserved());
        Self {
            old: old.slots,
            kept: places(kept),
            held: places(plain(old.slots)),
            still_held: places(still),
            was_reserved: places(all(old.slots).filter(|(_, slot)| slot.is_reserved())),
            is_reserved: places(all(new.slots).filter(|(_, slot)| slot.is_reserved())),
        }
    }

    /// What became of the bytes of a member that is gone and has no successor.
    fn freed(&self, gone: &Slot<'_>) -> Freed {
        if self.is_reserved.cover(gone.extent) {
            return Freed::Reserved;
        }
        let is_shared = gone.shared && self.kept.overlapping(gone.extent).next().is_some();
        if is_shared { Freed::Shared } else { Freed::Lost }
    }

    /// What a new member means for old programs; nothing where the members that moved say it.
    fn added(&self, old: &Side<'_, '_>, slot: &Slot<'_>, member: Named) -> Option<Fault> {
        let extent = slot.extent;
        if extent.offset_bits >= old.size * 8 {
            return Some(Fault::AtEnd { member, new: extent });
        }
        // The old members that had these bytes are reported, and a union's new member takes nothing from
        // the others.
        let shares = slot.shared && self.still_held.overlapping(extent).next().is_some();
        let holds = self.held.overlapping(extent).next().is_some();
        if shares || holds {
            return None;
        }
        if self.was_reserved.cover(extent) {
            let index = self.was_reserved.overlapping(extent).min()?;
            let old_member = named(self.old, index);
            return Some(Fault::InReserved { member, old_member, new: extent });
        }
        Some(Fault::InPadding { member, new: extent })
    }
}

/// Members, brackets around others left out.
fn all<'s, 'a>(slots: &'s [Slot<'a>]) -> impl Iterator<Item = (usize, &'s Slot<'a>)> {
    slots.iter().enumerate().filter(|(_, slot)| !slot.opened)
}

fn places<'s, 'a: 's>(slots: impl Iterator<Item = (usize, &'s Slot<'a>)>) -> Places {
    Places::of(slots.map(|(index, slot)| (index, slot.extent)))
}
