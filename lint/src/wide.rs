//! Which types hold integers of 64 bits that want to lie at a multiple of 8.

use std::collections::hash_map::Entry;
use std::sync::PoisonError;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{RecordId, Type, TypeSize};

use crate::classify::{Class, classify};
use crate::context::Context;

/// Whether a type is, or holds by value, an integer or `double` of 64 bits on every ABI. What is
/// as wide as a register is not meant: other rules speak of it.
pub fn holds_64_bits(cx: &Context<'_>, ty: &Type, within: AbiSet) -> bool {
    is_64_bits(cx, ty, within) || holds_within(cx, ty, within)
}

/// Whether a type is an integer or `double` of 64 bits on every ABI, or an array of them.
pub fn is_64_bits(cx: &Context<'_>, ty: &Type, within: AbiSet) -> bool {
    let Some(abi) = within.first() else { return false };
    match classify(cx.layouts, ty, within) {
        Class::Fixed | Class::Unfixed(_) | Class::Float => {
            element_size(cx, ty, abi).is_some_and(|element| element.size == 8)
        }
        _ => false,
    }
}

fn holds_within(cx: &Context<'_>, ty: &Type, within: AbiSet) -> bool {
    // A structure may hold thousands of others, and each of them is asked about as well.
    let mut known = cx.holding_64_bits.lock().unwrap_or_else(PoisonError::into_inner);
    let directly = |ty: &Type| cx.interface.records_directly_within(ty);
    let roots = directly(ty);
    let mut open: Vec<(RecordId, bool)> = roots.iter().map(|id| (*id, false)).collect();
    while let Some((id, inner_are_known)) = open.pop() {
        let key = (id, within);
        let members = cx.interface.record(id).variants.iter().flat_map(|(_, body)| &body.members);
        let inner: Vec<RecordId> = members.flat_map(|member| directly(&member.ty)).collect();
        if inner_are_known {
            if inner.iter().any(|id| known.get(&(*id, within)) == Some(&true)) {
                known.insert(key, true);
            }
        } else if let Entry::Vacant(entry) = known.entry(key) {
            let holds = holds_itself(cx, id, within);
            entry.insert(holds);
            if !holds {
                open.push((id, true));
                open.extend(inner.into_iter().map(|id| (id, false)));
            }
        }
    }
    roots.iter().any(|id| known.get(&(*id, within)) == Some(&true))
}

/// Whether a structure has such a member of its own.
fn holds_itself(cx: &Context<'_>, id: RecordId, within: AbiSet) -> bool {
    cx.interface.record(id).variants.iter().any(|(abis, body)| {
        !body.packed
            && body.pack.is_none_or(|bytes| bytes >= 8)
            && body.members.iter().any(|member| {
                let abis = abis.intersection(within);
                member.bits.is_none() && !member.packed && is_64_bits(cx, &member.ty, abis)
            })
    })
}

fn element_size(cx: &Context<'_>, ty: &Type, abi: ioctlkit_abi::AbiId) -> Option<TypeSize> {
    let mut ty = ty;
    while let Some(behind) = cx.interface.resolved(ty, abi) {
        match behind {
            Type::Array(element, _) | Type::FlexibleArray(element) => ty = element,
            _ => return cx.layouts.type_size(ty, abi).ok(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{Abi, Direction, Scalar};
    use ioctlkit_model::{Constant, Layouts};

    use super::*;
    use crate::testing::{Build, LONG, U8, U64};

    #[test]
    fn integers_of_64_bits_count_and_words_do_not() {
        let mut build = Build::new();
        let named = build.typedef("__u64", &[(AbiSet::ALL, LONG)]);
        let holder = build.structure("holder", &[("value", U64)]);
        let words = build.structure("words", &[("word", LONG)]);
        build.command("X_GET", Direction::Read, Type::Record(holder));
        let layouts = Layouts::new(&build.interface);
        let cx = Context::new(&layouts);
        let within = AbiSet::of(Abi::is_64_bit);
        let holds = |ty: &Type| holds_64_bits(&cx, ty, within);
        assert!(holds(&U64));
        assert!(holds(&named));
        assert!(holds(&Type::Scalar(Scalar::Double)));
        assert!(holds(&Type::Array(Box::new(Type::Record(holder)), Constant::Known(2))));
        assert!(!holds(&LONG));
        assert!(!holds(&Type::Record(words)));
        assert!(!holds(&Type::Array(Box::new(U8), Constant::Known(8))));
    }
}
