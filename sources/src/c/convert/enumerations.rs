//! Enumerations, and the integers that gcc gives them.
// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use clang_sys::*;
use ioctlkit_abi::Scalar;
use ioctlkit_model::{Enum, EnumBody, EnumId, Enumerator};

use super::{Converter, tag_of};
use crate::c::driver::clang::Cursor;

impl<'tu> Converter<'_, 'tu> {
    pub(super) fn enumeration(&mut self, cursor: Cursor<'tu>) -> EnumId {
        let declared = cursor.definition().unwrap_or(cursor);
        let name = tag_of(declared);
        let (key, index, span) = self.key(declared, name.as_deref());
        let interface = &mut self.arena.interface;
        let id = *self.arena.enums.entry(key).or_insert_with(|| {
            let variants = ioctlkit_model::Variants::default();
            interface.enums.push(Enum { name, span, variants });
            EnumId(interface.enums.len() as u32 - 1)
        });
        if !declared.is_definition() || !self.seen.insert(declared.identity()) {
            return id;
        }
        let signed = is_signed(declared.enum_integer().canonical().kind());
        let mut packed = false;
        let mut enumerators = Vec::new();
        for child in declared.children() {
            match child.kind() {
                CXCursor_EnumConstantDecl => enumerators
                    .push(Enumerator { name: child.spelling(), value: child.enumerator(signed) }),
                CXCursor_PackedAttr => packed = true,
                _ => {}
            }
        }
        let underlying = underlying(&enumerators, packed);
        let abis = self.abis_of(index, declared);
        let body = EnumBody { underlying, enumerators };
        self.arena.interface.enums[id.index()].variants.add(abis, body);
        id
    }
}

pub(super) fn is_signed(kind: CXTypeKind) -> bool {
    matches!(
        kind,
        CXType_Int | CXType_Long | CXType_LongLong | CXType_Short | CXType_SChar | CXType_Char_S
    )
}

/// The integer that gcc gives an enumeration: the first of `int`, `unsigned int` and their longer
/// kin that holds all values; from a byte on where it is packed.
fn underlying(enumerators: &[Enumerator], packed: bool) -> Scalar {
    let least = enumerators.iter().map(|e| e.value).min().unwrap_or(0);
    let most = enumerators.iter().map(|e| e.value).max().unwrap_or(0);
    let fits = |bits: u32| {
        if least < 0 {
            least >= -(1 << (bits - 1)) && most < (1 << (bits - 1))
        } else {
            most < (1 << bits)
        }
    };
    let pick = |signed: Scalar, unsigned: Scalar| if least < 0 { signed } else { unsigned };
    if packed && fits(8) {
        return pick(Scalar::SignedChar, Scalar::UnsignedChar);
    }
    if packed && fits(16) {
        return pick(Scalar::Short, Scalar::UnsignedShort);
    }
    if fits(32) {
        return pick(Scalar::Int, Scalar::UnsignedInt);
    }
    pick(Scalar::LongLong, Scalar::UnsignedLongLong)
}
