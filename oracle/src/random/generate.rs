//! Strategies for types.

use ioctlkit_abi::{RecordKind, Scalar};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Attributes, EnumRange, RandomMember, RandomRecord, RandomType};

/// A structure or union with anything in it that a C header may hold.
pub fn any_record() -> BoxedStrategy<RandomRecord> {
    record(3)
}

fn record(depth: u32) -> BoxedStrategy<RandomRecord> {
    let attributes = (
        prop_oneof![3 => Just(RecordKind::Struct), 1 => Just(RecordKind::Union)],
        prop::bool::weighted(0.2),
        option::weighted(0.15, alignment()),
        option::weighted(0.15, select(vec![1, 2, 4, 8, 16])),
    );
    let flexible = option::weighted(0.1, element(depth.saturating_sub(1)));
    (attributes, vec(member(depth), 0..7), flexible)
        .prop_map(|((kind, packed, aligned, pack), members, flexible)| RandomRecord {
            kind,
            packed,
            aligned,
            pack,
            members,
            flexible,
        })
        .boxed()
}

fn member(depth: u32) -> BoxedStrategy<RandomMember> {
    let plain =
        (ty(depth), attributes()).prop_map(|(ty, attributes)| RandomMember::Plain(ty, attributes));
    if depth == 0 {
        return prop_oneof![3 => plain, 2 => bits()].boxed();
    }
    let anonymous = record(depth - 1).prop_map(|record| {
        // An anonymous structure ends before its parent's next member: no flexible array there.
        RandomMember::Anonymous(Box::new(RandomRecord { flexible: None, ..record }))
    });
    prop_oneof![6 => plain, 4 => bits(), 1 => anonymous].boxed()
}

fn ty(depth: u32) -> BoxedStrategy<RandomType> {
    let aligned = (element(depth.saturating_sub(1)), alignment())
        .prop_map(|(ty, bytes)| RandomType::Aligned(Box::new(ty), bytes));
    prop_oneof![5 => element(depth), 1 => aligned].boxed()
}

/// A type that an array may have as its element: its size is a multiple of its alignment.
fn element(depth: u32) -> BoxedStrategy<RandomType> {
    let lowered =
        (select(integers()), select(vec![1, 2])).prop_map(|(scalar, bytes)| match scalar {
            Scalar::Bool | Scalar::Char | Scalar::SignedChar | Scalar::UnsignedChar => {
                RandomType::Scalar(scalar)
            }
            _ => RandomType::Aligned(Box::new(RandomType::Scalar(scalar)), bytes),
        });
    let leaf = prop_oneof![
        8 => select(Scalar::ALL.to_vec()).prop_map(RandomType::Scalar),
        2 => any_enum().prop_map(RandomType::Enum),
        1 => lowered,
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let nested = record(depth - 1).prop_map(|record| RandomType::Record(Box::new(record)));
    let array = (element(depth - 1), 0..5u64)
        .prop_map(|(ty, count)| RandomType::Array(Box::new(ty), count));
    prop_oneof![6 => leaf, 1 => nested, 2 => array].boxed()
}

fn bits() -> BoxedStrategy<RandomMember> {
    let scalar =
        select(integers()).prop_map(|scalar| (RandomType::Scalar(scalar), most_bits(scalar)));
    let enumeration = any_enum().prop_map(|range| (RandomType::Enum(range), range.bits()));
    let base = prop_oneof![6 => scalar, 1 => enumeration];
    (base, option::weighted(0.1, alignment()))
        .prop_flat_map(|((ty, most), aligned)| {
            let ty = match aligned {
                Some(bytes) => RandomType::Aligned(Box::new(ty), bytes),
                None => ty,
            };
            // Whole integers and the separator are the interesting widths.
            let whole = [0, 8, 16, 32, 64, 128].into_iter().filter(|width| *width <= most);
            let width = prop_oneof![3 => 1..=most, 1 => select(whole.collect::<Vec<_>>())];
            (Just(ty), width, prop::bool::weighted(0.85), attributes())
        })
        .prop_map(|(ty, width, named, attributes)| RandomMember::Bits {
            ty,
            width,
            named: named && width > 0,
            attributes,
        })
        .boxed()
}

fn integers() -> Vec<Scalar> {
    let is_integer = |scalar: &Scalar| !scalar.is_float() && *scalar != Scalar::Pointer;
    Scalar::ALL.into_iter().filter(is_integer).collect()
}

/// The widest bit-field of that type that every ABI accepts.
fn most_bits(scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Bool => 1,
        Scalar::Char | Scalar::SignedChar | Scalar::UnsignedChar => 8,
        Scalar::Short | Scalar::UnsignedShort => 16,
        Scalar::LongLong | Scalar::UnsignedLongLong => 64,
        Scalar::Int128 | Scalar::UnsignedInt128 => 128,
        _ => 32,
    }
}

fn any_enum() -> impl Strategy<Value = EnumRange> {
    select(vec![
        EnumRange::Small,
        EnumRange::Negative,
        EnumRange::Large,
        EnumRange::LargeNegative,
        EnumRange::PackedByte,
        EnumRange::PackedShort,
    ])
}

fn attributes() -> impl Strategy<Value = Attributes> {
    (prop::bool::weighted(0.1), option::weighted(0.1, alignment()))
        .prop_map(|(packed, aligned)| Attributes { packed, aligned })
}

fn alignment() -> impl Strategy<Value = u64> {
    select(vec![1, 2, 4, 8, 16, 32])
}
