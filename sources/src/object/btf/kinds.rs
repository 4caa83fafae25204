//! The kinds of types that BTF has (`include/uapi/linux/btf.h`).

use ioctlkit_abi::RecordKind;

use super::Btf;
use crate::object::types::{Enumeration, Integer, IntegerKind, Member, Record, Ty};

/// What every type begins with: name, kind and count, and a size or another type, in bytes.
pub(super) const COMMON: usize = 12;

const INT: u8 = 1;
const PTR: u8 = 2;
const ARRAY: u8 = 3;
const STRUCT: u8 = 4;
const UNION: u8 = 5;
const ENUM: u8 = 6;
const FWD: u8 = 7;
const TYPEDEF: u8 = 8;
const VOLATILE: u8 = 9;
const CONST: u8 = 10;
const RESTRICT: u8 = 11;
const FUNC: u8 = 12;
const FUNC_PROTO: u8 = 13;
const VAR: u8 = 14;
const DATASEC: u8 = 15;
const FLOAT: u8 = 16;
const DECL_TAG: u8 = 17;
const TYPE_TAG: u8 = 18;
const ENUM64: u8 = 19;

/// The size of what follows the common part, in bytes; `None` for a kind that is not known.
pub(super) const fn size_behind(kind: u8, count: usize) -> Option<usize> {
    Some(match kind {
        PTR | FWD | TYPEDEF | VOLATILE | CONST | RESTRICT | FUNC | FLOAT | TYPE_TAG => 0,
        INT | VAR | DECL_TAG => 4,
        ARRAY => 12,
        ENUM | FUNC_PROTO => count * 8,
        STRUCT | UNION | DATASEC | ENUM64 => count * 12,
        _ => return None,
    })
}

/// The size of each of the members, values or parameters that follow, which begin with their names;
/// `None` for a kind without any.
pub(super) const fn size_of_named(kind: u8) -> Option<usize> {
    match kind {
        ENUM | FUNC_PROTO => Some(8),
        STRUCT | UNION | ENUM64 => Some(12),
        _ => None,
    }
}

/// Whether the kind is one of the above.
pub(super) const fn is_known(kind: u8) -> bool {
    size_behind(kind, 0).is_some()
}

/// Whether somebody asks for types of that kind by name.
pub(super) const fn is_found_by_name(kind: u8) -> bool {
    matches!(kind, STRUCT | UNION | TYPEDEF | ENUM | ENUM64 | FUNC)
}

impl Btf {
    /// Reads the type that begins at `at`.
    pub(super) fn read(&self, at: usize) -> Option<Ty<'_>> {
        let name = self.string(self.bytes.u32(at)?);
        let info = self.bytes.u32(at + 4)?;
        let count = (info & 0x00ff_ffff) as usize;
        let flag = info >> 31 != 0;
        // The size of the type, or the type that it is about.
        let value = self.bytes.u32(at + 8)?;
        let behind = at + COMMON;
        Some(match (info >> 24) as u8 & 0x7f {
            INT => integer(name, value.into(), self.bytes.u32(behind)?),
            FLOAT => Ty::Float { name, size: value.into() },
            PTR => Ty::Pointer(value),
            ARRAY => {
                let (element, count) = (self.bytes.u32(behind)?, self.bytes.u32(behind + 8)?);
                // `[]` and `[0]` are written alike.
                Ty::Array { element, count: (count > 0).then_some(count.into()) }
            }
            kind @ (STRUCT | UNION) => Ty::Record(Record {
                kind: if kind == UNION { RecordKind::Union } else { RecordKind::Struct },
                name,
                size: value.into(),
                align: None,
            }),
            ENUM | ENUM64 => {
                Ty::Enumeration(Enumeration { name, size: value.into(), signed: flag })
            }
            FWD => {
                let kind = if flag { RecordKind::Union } else { RecordKind::Struct };
                Ty::Declared { kind, name }
            }
            TYPEDEF => Ty::Typedef { name, ty: value, align: None },
            VOLATILE | CONST | RESTRICT | TYPE_TAG => Ty::Qualified(value),
            FUNC => Ty::Function { name, prototype: value },
            FUNC_PROTO => {
                let parameter = |index| self.bytes.u32(behind + index * 8 + 4);
                let parameters = (0..count).map(parameter).collect::<Option<Vec<u32>>>()?;
                Ty::Prototype { returns: value, parameters }
            }
            _ => Ty::Other,
        })
    }

    /// The members of the type that begins at `at`.
    pub(super) fn read_members(&self, at: usize) -> Option<Vec<Member<'_>>> {
        let info = self.bytes.u32(at + 4)?;
        if !matches!((info >> 24) as u8 & 0x7f, STRUCT | UNION) {
            return None;
        }
        let has_widths = info >> 31 != 0;
        let member = |index: usize| {
            let at = at + COMMON + index * 12;
            let place = self.bytes.u32(at + 8)?;
            // With the flag, the upper byte is the width of a bit-field.
            let (offset, width) =
                if has_widths { (place & 0x00ff_ffff, place >> 24) } else { (place, 0) };
            Some(Member {
                name: self.string(self.bytes.u32(at)?),
                ty: self.bytes.u32(at + 4)?,
                offset_bits: offset.into(),
                bits: (width > 0).then_some(width.into()),
            })
        };
        (0..(info & 0x00ff_ffff) as usize).map(member).collect()
    }

    /// The values of the type that begins at `at`.
    pub(super) fn read_values(&self, at: usize) -> Option<Vec<(&str, i128)>> {
        let info = self.bytes.u32(at + 4)?;
        let signed = info >> 31 != 0;
        let small = |index: usize| {
            let at = at + COMMON + index * 8;
            let raw = self.bytes.u32(at + 4)?;
            let value = if signed { i128::from(raw.cast_signed()) } else { raw.into() };
            Some((self.string(self.bytes.u32(at)?), value))
        };
        let large = |index: usize| {
            let at = at + COMMON + index * 12;
            let (low, high) = (self.bytes.u32(at + 4)?, self.bytes.u32(at + 8)?);
            let raw = u64::from(high) << 32 | u64::from(low);
            let value = if signed { i128::from(raw.cast_signed()) } else { raw.into() };
            Some((self.string(self.bytes.u32(at)?), value))
        };
        let values = 0..(info & 0x00ff_ffff) as usize;
        match (info >> 24) as u8 & 0x7f {
            ENUM => values.map(small).collect(),
            ENUM64 => values.map(large).collect(),
            _ => None,
        }
    }
}

fn integer(name: &str, size: u64, word: u32) -> Ty<'_> {
    const SIGNED: u32 = 1;
    const CHARACTER: u32 = 2;
    const BOOLEAN: u32 = 4;
    let encoding = word >> 24 & 0xf;
    let (distance, width) = (u64::from(word >> 16 & 0xff), u64::from(word & 0xff));
    let kind = if encoding & BOOLEAN != 0 {
        IntegerKind::Boolean
    } else if encoding & CHARACTER != 0 || name == "char" {
        IntegerKind::Character
    } else if encoding & SIGNED != 0 {
        IntegerKind::Signed
    } else {
        IntegerKind::Unsigned
    };
    let whole = distance == 0 && width == size * 8;
    Ty::Integer(Integer { name, size, kind, bits: (!whole).then_some((distance, width)) })
}
