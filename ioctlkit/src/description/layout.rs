//! Sizes and offsets on an ABI.

use ioctlkit_abi::{Abi, LayoutError, MemberAlign, Placement, RecordFold, RecordKind};

use super::{Member, Record, Type};
use crate::HOST;

/// Size and alignment, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeAlign {
    /// Size.
    pub size: u64,
    /// Alignment inside a structure.
    pub align: u64,
}

impl Type {
    /// Size and alignment on an ABI, in bytes. A flexible array has size 0.
    ///
    /// # Errors
    /// [`LayoutError`] where the ABI lacks a type, or a structure is larger than any object.
    pub const fn size_align(&self, abi: &'static Abi) -> Result<SizeAlign, LayoutError> {
        match self {
            Self::Scalar(scalar) => match (abi.size_of(*scalar), abi.align_of(*scalar)) {
                (Some(size), Some(align)) => Ok(SizeAlign { size, align }),
                _ => Err(LayoutError::NoSuchType(*scalar)),
            },
            Self::Compat64(scalar) => match (abi.size_of(*scalar), abi.align_of(*scalar)) {
                (Some(size), Some(align)) => {
                    Ok(SizeAlign { size, align: if align < 4 { align } else { 4 } })
                }
                _ => Err(LayoutError::NoSuchType(*scalar)),
            },
            Self::UserPointer => {
                Self::Scalar(ioctlkit_abi::Scalar::UnsignedLongLong).size_align(abi)
            }
            Self::Array { element, length } => match element.size_align(abi) {
                Ok(SizeAlign { size, align }) => match size.checked_mul(*length) {
                    Some(size) => Ok(SizeAlign { size, align }),
                    None => Err(LayoutError::TooLarge),
                },
                Err(error) => Err(error),
            },
            Self::FlexibleArray(element) => match element.size_align(abi) {
                Ok(SizeAlign { align, .. }) => Ok(SizeAlign { size: 0, align }),
                Err(error) => Err(error),
            },
            Self::Record(record) => record.size_align(abi),
        }
    }
}

impl Record {
    /// Size and alignment on an ABI, in bytes.
    ///
    /// # Errors
    /// As [`Type::size_align`].
    pub const fn size_align(&self, abi: &'static Abi) -> Result<SizeAlign, LayoutError> {
        if self.name.is_empty() {
            return Err(LayoutError::Unknown);
        }
        let mut fold = RecordFold::new(abi, self.kind, self.attributes);
        let mut i = 0;
        while i < self.members.len() {
            match step(fold, abi, &self.members[i]) {
                Ok((next, _)) => fold = next,
                Err(error) => return Err(error),
            }
            i += 1;
        }
        match fold.finish() {
            Ok(record) => Ok(SizeAlign { size: record.size, align: record.align }),
            Err(error) => Err(error),
        }
    }

    /// The members with their places on an ABI, in order. Ends early where a member has none.
    pub const fn offsets(&'static self, abi: &'static Abi) -> Offsets {
        Offsets { members: self.members, abi, fold: self.fold(abi), next: 0 }
    }

    /// Whether the derive refused the type, or that of a member: what is wrong has been said there.
    pub(crate) const fn is_unread(&self) -> bool {
        matches!(self.size_align(HOST), Err(LayoutError::Unknown))
    }

    pub(super) const fn fold(&self, abi: &'static Abi) -> RecordFold {
        RecordFold::new(abi, self.kind, self.attributes)
    }

    pub(super) const fn is_union(&self) -> bool {
        matches!(self.kind, RecordKind::Union)
    }
}

/// Adds one member.
pub(super) const fn step(
    fold: RecordFold,
    abi: &'static Abi,
    member: &Member,
) -> Result<(RecordFold, Placement), LayoutError> {
    match member.ty.size_align(abi) {
        Ok(SizeAlign { size, align }) => fold.member(size, align, MemberAlign::NATURAL),
        Err(error) => Err(error),
    }
}

/// The members of a structure with their places on an ABI.
#[derive(Debug, Clone)]
pub struct Offsets {
    members: &'static [Member],
    abi: &'static Abi,
    fold: RecordFold,
    next: usize,
}

impl Iterator for Offsets {
    type Item = (&'static Member, Placement);

    fn next(&mut self) -> Option<Self::Item> {
        let member = self.members.get(self.next)?;
        let (fold, placement) = step(self.fold, self.abi, member).ok()?;
        self.fold = fold;
        self.next += 1;
        Some((member, placement))
    }
}

/// Places, one after another, for use in `const`.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    abi: &'static Abi,
    fold: Option<RecordFold>,
}

impl Record {
    pub(crate) const fn places(&self, abi: &'static Abi) -> Places {
        Places { abi, fold: Some(self.fold(abi)) }
    }
}

impl Places {
    /// The offset of the next member, in bytes; none where a member before it has no layout.
    pub(crate) const fn after(self, member: &Member) -> (Self, Option<u64>) {
        let Some(fold) = self.fold else {
            return (self, None);
        };
        match step(fold, self.abi, member) {
            Ok((fold, placement)) => (Self { fold: Some(fold), ..self }, Some(placement.offset())),
            Err(_) => (Self { fold: None, ..self }, None),
        }
    }
}
