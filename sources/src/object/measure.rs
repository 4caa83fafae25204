//! What types come to in the object: debug information states the sizes of structures, and those of
//! integers, from which all others follow.

use ioctlkit_abi::{Abi, Scalar};

use super::ids::IdMap;
use super::types::{Integer, IntegerKind, Ty, TypeId, Types, resolved};

/// No type of C is nested deeper.
const DEEPEST: u32 = 64;

/// Sizes and alignments of types for one ABI.
pub(super) struct Measure<'t> {
    types: &'t dyn Types,
    abi: &'static Abi,
    /// Alignments of structures that were worked out.
    aligns: IdMap<u64>,
}

impl<'t> Measure<'t> {
    pub(super) fn new(types: &'t dyn Types, abi: &'static Abi) -> Self {
        Self { types, abi, aligns: IdMap::default() }
    }

    /// The size in bytes; `None` for what has none.
    pub(super) fn size(&self, id: TypeId) -> Option<u64> {
        self.size_at(id, 0)
    }

    fn size_at(&self, id: TypeId, depth: u32) -> Option<u64> {
        if depth > DEEPEST {
            return None;
        }
        Some(match resolved(self.types, id)?.1 {
            Ty::Integer(Integer { size, .. }) | Ty::Float { size, .. } => size,
            Ty::Pointer(_) => u64::from(self.abi.pointer_size),
            Ty::Array { element, count } => {
                self.size_at(element, depth + 1)?.checked_mul(count.unwrap_or(0))?
            }
            Ty::Record(record) => record.size,
            Ty::Enumeration(enumeration) => enumeration.size,
            _ => return None,
        })
    }

    /// The alignment that a member of the type asks for, in bytes.
    pub(super) fn align(&mut self, id: TypeId) -> u64 {
        self.align_at(id, 0)
    }

    fn align_at(&mut self, id: TypeId, depth: u32) -> u64 {
        if depth > DEEPEST {
            return 1;
        }
        let natural = |size: u64| {
            let size = if size.is_power_of_two() { size } else { 1 };
            size.min(self.abi.max_member_align.into())
        };
        match self.types.get(id) {
            Some(Ty::Typedef { ty, align, .. }) => {
                align.unwrap_or_else(|| self.align_at(ty, depth + 1))
            }
            Some(Ty::Qualified(ty)) => self.align_at(ty, depth + 1),
            Some(Ty::Integer(integer)) => natural(integer.size),
            Some(Ty::Float { size, .. }) => natural(size),
            Some(Ty::Enumeration(enumeration)) => natural(enumeration.size),
            Some(Ty::Pointer(_)) => natural(self.abi.pointer_size.into()),
            Some(Ty::Array { element, .. }) => self.align_at(element, depth + 1),
            Some(Ty::Record(record)) => {
                if let Some(known) = self.aligns.get(&id) {
                    return *known;
                }
                // For one that contains itself, which no compiler writes.
                self.aligns.insert(id, 1);
                let mut align = 1;
                for member in self.types.members(id) {
                    let wanted = self.align_at(member.ty, depth + 1);
                    if member.offset_bits.is_multiple_of(wanted * 8) || member.bits.is_some() {
                        align = wanted.max(align);
                    }
                }
                let align = record.align.unwrap_or_else(|| dividing(record.size, align));
                self.aligns.insert(id, align);
                align
            }
            _ => 1,
        }
    }
}

/// The largest alignment up to `align` that a size is a multiple of.
fn dividing(size: u64, align: u64) -> u64 {
    if size == 0 { align } else { align.min(1 << size.trailing_zeros()) }
}

/// The fundamental type of C that an integer is.
pub(super) fn scalar(integer: Integer<'_>, abi: &Abi) -> Option<Scalar> {
    let named = named(integer);
    if named.is_some_and(|scalar| abi.size_of(scalar) == Some(integer.size)) {
        return named;
    }
    let signed = matches!(integer.kind, IntegerKind::Signed);
    Some(match (integer.size, signed) {
        (1, true) => Scalar::SignedChar,
        (1, false) => Scalar::UnsignedChar,
        (2, true) => Scalar::Short,
        (2, false) => Scalar::UnsignedShort,
        (4, true) => Scalar::Int,
        (4, false) => Scalar::UnsignedInt,
        (8, true) => Scalar::LongLong,
        (8, false) => Scalar::UnsignedLongLong,
        (16, true) => Scalar::Int128,
        (16, false) => Scalar::UnsignedInt128,
        _ => return None,
    })
}

/// gcc writes `long unsigned int`, clang `unsigned long`.
fn named(integer: Integer<'_>) -> Option<Scalar> {
    if integer.kind == IntegerKind::Boolean {
        return Some(Scalar::Bool);
    }
    let (mut longs, mut unsigned, mut signed, mut base) = (0, false, false, "int");
    for word in integer.name.split(' ') {
        match word {
            "long" => longs += 1,
            "unsigned" => unsigned = true,
            "signed" => signed = true,
            "int" => {}
            "char" | "short" | "__int128" => base = word,
            _ => return None,
        }
    }
    Some(match (base, longs, unsigned) {
        ("char", _, true) => Scalar::UnsignedChar,
        ("char", ..) if signed => Scalar::SignedChar,
        ("char", ..) => Scalar::Char,
        ("short", _, true) => Scalar::UnsignedShort,
        ("short", ..) => Scalar::Short,
        ("__int128", _, true) => Scalar::UnsignedInt128,
        ("__int128", ..) => Scalar::Int128,
        (_, 0, true) => Scalar::UnsignedInt,
        (_, 0, false) => Scalar::Int,
        (_, 1, true) => Scalar::UnsignedLong,
        (_, 1, false) => Scalar::Long,
        (_, _, true) => Scalar::UnsignedLongLong,
        (_, _, false) => Scalar::LongLong,
    })
}

/// The integer that holds an enumeration's values.
pub(super) fn underlying(size: u64, signed: bool) -> Scalar {
    match (size, signed) {
        (1, true) => Scalar::SignedChar,
        (1, false) => Scalar::UnsignedChar,
        (2, true) => Scalar::Short,
        (2, false) => Scalar::UnsignedShort,
        (8, true) => Scalar::LongLong,
        (8, false) => Scalar::UnsignedLongLong,
        (_, true) => Scalar::Int,
        (_, false) => Scalar::UnsignedInt,
    }
}
