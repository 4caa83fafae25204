//! The short way to the proof, which nearly every structure takes: its members stand next to each
//! other, each at a multiple of the strictest alignment that any ABI gives it, and so does what
//! would follow it. Then every ABI puts them there, without padding.
//!
//! What this rests on is held by a test over the table: integers have one size on every ABI and
//! nowhere a stricter alignment than their size, and no ABI aligns a structure for being one to
//! more than 4 bytes. A structure that does not go this way is proved, or refused, the long way,
//! ABI by ABI; the compiler evaluates this one in a fraction of the time.

use ioctlkit_abi::{MemberAlign, Scalar};

use super::{Portability, Record, Type};

/// Size, and the strictest alignment that any ABI asks for, in bytes.
#[derive(Clone, Copy)]
struct Extent {
    size: u64,
    align: u64,
}

/// What arm OABI aligns every structure to, at least.
const RECORD: u64 = 4;

impl Record {
    /// Whether the structure goes the short way, and has in Rust this size and these offsets of
    /// its members, in bytes.
    pub(crate) const fn is_contiguous(&self, size: usize, offsets: &[usize]) -> bool {
        if offsets.len() != self.members.len() {
            return false;
        }
        match self.extent(Some(offsets)) {
            Some(extent) => extent.size == size as u64,
            None => false,
        }
    }

    const fn extent(&self, offsets: Option<&[usize]>) -> Option<Extent> {
        let MemberAlign { packed: false, aligned: None, pack: None } = self.attributes else {
            return None;
        };
        let Portability::Proven = self.portability else {
            return None;
        };
        let is_union = self.is_union();
        let mut whole = Extent { size: 0, align: RECORD };
        let mut i = 0;
        while i < self.members.len() {
            let Some(member) = extent(&self.members[i].ty) else {
                return None;
            };
            let offset = if is_union { 0 } else { whole.size };
            if !offset.is_multiple_of(member.align) {
                return None;
            }
            if let Some(offsets) = offsets
                && offsets[i] as u64 != offset
            {
                return None;
            }
            if is_union && i > 0 && member.size != whole.size {
                return None;
            }
            // The longer proof reports a size that overflows.
            let Some(end) = offset.checked_add(member.size) else {
                return None;
            };
            whole.size = end;
            if member.align > whole.align {
                whole.align = member.align;
            }
            i += 1;
        }
        // A type without members, which is one that the derive refused, has no short way.
        if i > 0 && whole.size.is_multiple_of(whole.align) { Some(whole) } else { None }
    }
}

const fn extent(ty: &Type) -> Option<Extent> {
    match ty {
        Type::Scalar(scalar) => match integer(*scalar) {
            Some(size) => Some(Extent { size, align: size }),
            None => None,
        },
        Type::Compat64(_) => Some(Extent { size: 8, align: 4 }),
        Type::UserPointer => Some(Extent { size: 8, align: 8 }),
        Type::Array { element, length } => match extent(element) {
            Some(Extent { size, align }) => match size.checked_mul(*length) {
                Some(size) => Some(Extent { size, align }),
                None => None,
            },
            None => None,
        },
        Type::FlexibleArray(element) => match extent(element) {
            Some(Extent { align, .. }) => Some(Extent { size: 0, align }),
            None => None,
        },
        Type::Record(record) => record.extent(None),
    }
}

/// The size of an integer that has the same on every ABI.
const fn integer(scalar: Scalar) -> Option<u64> {
    Some(match scalar {
        Scalar::Char | Scalar::SignedChar | Scalar::UnsignedChar => 1,
        Scalar::Short | Scalar::UnsignedShort => 2,
        Scalar::Int | Scalar::UnsignedInt => 4,
        Scalar::LongLong | Scalar::UnsignedLongLong => 8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{ABIS, RecordFold, RecordKind};

    use super::*;

    #[test]
    fn every_abi_is_as_the_short_way_supposes() {
        for abi in &ABIS {
            for scalar in Scalar::ALL {
                let Some(size) = integer(scalar) else {
                    continue;
                };
                assert_eq!(abi.size_of(scalar), Some(size), "{} {scalar:?}", abi.name);
                let align = abi.align_of(scalar).unwrap();
                assert!(size.is_multiple_of(align), "{} {scalar:?}", abi.name);
            }
            let empty = RecordFold::new(abi, RecordKind::Struct, MemberAlign::NATURAL);
            let align = empty.finish().unwrap().align;
            assert!(RECORD.is_multiple_of(align), "{}", abi.name);
            let compat = Type::Compat64(Scalar::UnsignedLongLong).size_align(abi).unwrap();
            assert!(compat.size == 8 && 4_u64.is_multiple_of(compat.align), "{}", abi.name);
        }
    }
}
