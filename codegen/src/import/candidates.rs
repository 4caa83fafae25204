//! What could stand for a structure of C, and whether it does.

use ioctlkit_abi::{AbiId, AbiSet, Placement, RecordKind, Scalar};
use ioctlkit_model::{Layout, Member, RecordBody, RecordId, Type};

use super::definition::{Definition, Definitions, Origin, Padding, Repr, RustMember, numbered};
use super::rust_type::{RustType, resolve};

impl<'a> Definitions<'a> {
    /// What could stand for the structure, the plainest first.
    pub(super) fn candidates(
        &self,
        id: RecordId,
        kind: RecordKind,
        body: &'a RecordBody,
        abi: AbiId,
    ) -> Result<Vec<Definition>, String> {
        let layout = self.layouts().record(id, abi).map_err(|error| error.to_string())?;
        let mut reprs = vec![Repr::C];
        if let Some(pack) = body.pack {
            reprs.push(Repr::Packed(pack));
        }
        reprs.push(Repr::Packed(1));
        reprs.push(Repr::Align(layout.align));
        let mut candidates = Vec::new();
        let paddings = match self.padding {
            Padding::Implicit => [Padding::Implicit, Padding::Explicit],
            Padding::Explicit => [Padding::Explicit, Padding::Implicit],
        };
        for padding in paddings {
            for storage in [Storage::Declared, Storage::Least] {
                let mut members = self.members(body, layout, storage, abi)?;
                if padding == Padding::Explicit && kind == RecordKind::Struct {
                    members = self.with_padding(members, layout.size, abi);
                }
                for repr in &reprs {
                    let members = members.iter().map(|(member, _)| member.clone()).collect();
                    candidates.push(Definition { abis: AbiSet::EMPTY, repr: *repr, members });
                }
            }
        }
        Ok(candidates)
    }

    /// The members with their offsets in C, in bytes.
    fn members(
        &self,
        body: &'a RecordBody,
        layout: &Layout,
        storage: Storage,
        abi: AbiId,
    ) -> Result<Vec<(RustMember, u64)>, String> {
        let mut found: Vec<(RustMember, u64)> = Vec::new();
        let mut anonymous = 0;
        let mut storages = 0;
        let mut run: Vec<(&Member, Placement)> = Vec::new();
        let effective = self.effective(body, layout, abi);
        let last = effective.len().saturating_sub(1);
        let mut close = |run: &mut Vec<(&Member, Placement)>,
                         found: &mut Vec<(RustMember, u64)>|
         -> Result<(), String> {
            for (ty, offset) in self.storage(run, storage, abi)? {
                storages += 1;
                let name = numbered("bits", storages);
                found.push((RustMember { name, ty, origin: Origin::BitFields }, offset));
            }
            run.clear();
            Ok(())
        };
        for (at, (member, placement)) in effective.into_iter().enumerate() {
            if member.bits.is_some() {
                if layout.kind == RecordKind::Union {
                    close(&mut run, &mut found)?;
                }
                run.push((member, placement));
                continue;
            }
            close(&mut run, &mut found)?;
            let ty = resolve(self.layouts(), &member.ty, abi)?;
            // Rust has no structure that is nothing but a flexible array.
            let is_tail = at == last && at > 0 || layout.kind == RecordKind::Union;
            let ty = as_tail(ty, is_tail);
            let (name, origin) = if let Some(name) = &member.name {
                (name.clone(), Origin::Member(name.clone()))
            } else {
                anonymous += 1;
                (numbered("anonymous", anonymous), Origin::Anonymous(anonymous - 1))
            };
            found.push((RustMember { name, ty, origin }, placement.offset()));
        }
        close(&mut run, &mut found)?;
        if found.is_empty() {
            return Err("it has no members".into());
        }
        Ok(found)
    }

    /// The members of a definition that Rust can have, with their places: without those that are
    /// structures without members, and with the array in place of the structure that C needs
    /// around one where no array could stand (`__DECLARE_FLEX_ARRAY`).
    fn effective(
        &self,
        body: &'a RecordBody,
        layout: &Layout,
        abi: AbiId,
    ) -> Vec<(&'a Member, Placement)> {
        let members = body.members.iter().zip(layout.members.iter().copied());
        members
            .filter_map(|(member, placement)| {
                let Some(Type::Record(id)) = self.interface().resolved(&member.ty, abi) else {
                    return Some((member, placement));
                };
                let inner = self.interface().body(*id, abi)?;
                let held: Vec<&Member> =
                    inner.members.iter().filter(|held| !self.is_empty(held, abi)).collect();
                match held.as_slice() {
                    [] => None,
                    [array] if member.name.is_none() && held.len() < inner.members.len() => {
                        Some((*array, Placement { size_bits: 0, ..placement }))
                    }
                    _ => Some((member, placement)),
                }
            })
            .collect()
    }

    /// Whether a member is a structure without members.
    fn is_empty(&self, member: &Member, abi: AbiId) -> bool {
        match self.interface().resolved(&member.ty, abi) {
            Some(Type::Record(id)) => {
                self.interface().body(*id, abi).is_some_and(|body| body.members.is_empty())
            }
            _ => false,
        }
    }

    /// The integers that hold bit-fields which follow each other, with their offsets in bytes.
    fn storage(
        &self,
        run: &[(&Member, Placement)],
        storage: Storage,
        abi: AbiId,
    ) -> Result<Vec<(RustType, u64)>, String> {
        let used = run.iter().filter(|(_, placement)| placement.size_bits > 0);
        let Some((first, placement)) = used.clone().next() else { return Ok(Vec::new()) };
        let end = used.map(|(_, placement)| placement.end_bits()).max().unwrap_or(0).div_ceil(8);
        let mut found = Vec::new();
        match storage {
            Storage::Declared => {
                let ty = resolve(self.layouts(), &first.ty, abi)?;
                let size = ty.size(self, abi).map_or(1, |ty| ty.size.max(1));
                let mut at = placement.offset() / size * size;
                while at < end {
                    found.push((ty.clone(), at));
                    at += size;
                }
            }
            Storage::Least => {
                let mut at = placement.offset();
                while at < end {
                    let (scalar, size) = largest_between(at, end);
                    found.push((RustType::Scalar(scalar), at));
                    at += size;
                }
            }
        }
        Ok(found)
    }

    /// The members with all that C leaves unnamed between and behind them.
    fn with_padding(
        &self,
        members: Vec<(RustMember, u64)>,
        size: u64,
        abi: AbiId,
    ) -> Vec<(RustMember, u64)> {
        let mut found = Vec::new();
        let mut end = 0;
        let mut count = 0;
        let mut fill = |found: &mut Vec<(RustMember, u64)>, from: u64, to: u64| {
            if to > from {
                let byte = Box::new(RustType::Scalar(Scalar::UnsignedChar));
                let ty = RustType::Array(byte, to - from);
                let name = format!("_padding{count}");
                count += 1;
                found.push((RustMember { name, ty, origin: Origin::Padding }, from));
            }
        };
        let has_tail = matches!(members.last(), Some((member, _)) if matches!(member.ty, RustType::Flexible(_)));
        for (member, offset) in members {
            fill(&mut found, end, offset);
            end = offset + member.ty.size(self, abi).map_or(0, |ty| ty.size);
            found.push((member, offset));
        }
        if !has_tail {
            fill(&mut found, end, size);
        }
        found
    }

    /// Whether a candidate is laid out on an ABI as C does it.
    pub(super) fn is_c(
        &self,
        id: RecordId,
        kind: RecordKind,
        body: &'a RecordBody,
        candidate: &Definition,
        abi: AbiId,
    ) -> bool {
        let Ok(layout) = self.layouts().record(id, abi) else { return false };
        let Some((places, size)) = self.fold(kind, candidate, abi) else { return false };
        if (size.size, size.align) != (layout.size, layout.align) {
            return false;
        }
        let mut own = candidate.members.iter().zip(places);
        for (member, placement) in self.effective(body, layout, abi) {
            if member.bits.is_some() {
                continue;
            }
            let next =
                own.find(|(m, _)| matches!(m.origin, Origin::Member(_) | Origin::Anonymous(_)));
            let Some((own, place)) = next else { return false };
            // A type that is another one there makes another definition.
            let same_type = resolve(self.layouts(), &member.ty, abi).is_ok_and(|ty| {
                let is_tail = matches!(own.ty, RustType::Flexible(_));
                as_tail(ty, is_tail) == own.ty
            });
            if !same_type || place != placement {
                return false;
            }
        }
        self.bits_are_covered(body, layout, kind, candidate, abi)
    }

    /// Whether each bit-field lies in the integers that stand for them, and in one of them.
    fn bits_are_covered(
        &self,
        body: &RecordBody,
        layout: &Layout,
        kind: RecordKind,
        candidate: &Definition,
        abi: AbiId,
    ) -> bool {
        let Some((places, _)) = self.fold(kind, candidate, abi) else { return false };
        let mut bits = body.members.iter().zip(&layout.members).filter(|(m, _)| m.bits.is_some());
        bits.all(|(_, field)| {
            let inside = |place: &Placement| {
                place.offset_bits <= field.offset_bits && field.end_bits() <= place.end_bits()
            };
            let mut storages = candidate
                .members
                .iter()
                .zip(&places)
                .filter(|(member, _)| member.origin == Origin::BitFields);
            field.size_bits == 0 || storages.any(|(_, place)| inside(place))
        })
    }
}

/// Which integers stand for bit-fields.
#[derive(Debug, Clone, Copy)]
enum Storage {
    /// Those of the declared type.
    Declared,
    /// No byte more than the bit-fields have.
    Least,
}

/// The largest integer that is aligned at `at` and ends before `end`, with its size.
fn largest_between(at: u64, end: u64) -> (Scalar, u64) {
    let fits = |size: u64| at.is_multiple_of(size) && at + size <= end;
    if fits(4) {
        (Scalar::UnsignedInt, 4)
    } else if fits(2) {
        (Scalar::UnsignedShort, 2)
    } else {
        (Scalar::UnsignedChar, 1)
    }
}

/// An array without elements is C's older way to write a flexible one, where it ends a structure.
fn as_tail(ty: RustType, is_tail: bool) -> RustType {
    match ty {
        RustType::Array(element, 0) if is_tail => RustType::Flexible(element),
        RustType::Flexible(element) if !is_tail => RustType::Array(element, 0),
        other => other,
    }
}
