use ioctlkit_abi::{AbiSet, RecordKind, Scalar};
use ioctlkit_model::{BinaryOperator, Constant, Expression, Interface, Layouts, Type, Variants};

use super::build::{Builder, LONG, U8, U16, U32, U64, abi, array, pointer};
use super::{Cause, Difference, Kind, Shape, compare, survey};
use crate::unstated::Unstated;

/// The leaves of the only command's argument, as `path offset size`, in bytes or `bits`.
fn leaves(interface: &Interface, on: &str) -> Vec<String> {
    let layouts = Layouts::new(interface);
    let argument = &interface.commands[0].variants.get(abi(on)).unwrap().argument;
    let shape = Shape::of_argument(&layouts, argument, abi(on)).unwrap().unwrap();
    let text = |bits: u64| match bits % 8 {
        0 => format!("{}", bits / 8),
        _ => format!("{bits}b"),
    };
    shape
        .leaves()
        .map(|(path, at)| format!("{path} {} {}", text(at.offset_bits), text(at.size_bits)))
        .collect()
}

fn difference<T>(
    interface: &Interface,
    one: &str,
    other: &str,
    see: impl Fn(Option<Difference<'_>>) -> T,
) -> T {
    let layouts = Layouts::new(interface);
    let shape = |on: &str| {
        let argument = &interface.commands[0].variants.get(abi(on)).unwrap().argument;
        Shape::of_argument(&layouts, argument, abi(on)).unwrap().unwrap()
    };
    see(compare(&shape(one), &shape(other)))
}

/// What the survey says: each kind with its pairs as `reference/other`.
fn kinds(interface: &Interface) -> Vec<(Kind, Vec<String>)> {
    let layouts = Layouts::new(interface);
    let found = survey(&layouts, &Unstated::default());
    let pairs = |pairs: &[super::Pair]| {
        pairs
            .iter()
            .map(|pair| format!("{}/{}", pair.reference.abi().name, pair.other.abi().name))
            .collect()
    };
    found.iter().map(|found| (found.kind, pairs(&found.pairs))).collect()
}

#[test]
fn nested_members_have_paths_and_arrays_of_structures_show_two_elements() {
    let mut builder = Builder::new();
    let plane = builder.structure(&[("length", U32), ("offset", U64)]);
    let choice = builder.union(&[("raw", array(U8, 3)), ("value", U16)]);
    let argument = builder.structure(&[
        ("count", U32),
        ("", choice),
        ("planes", array(array(plane, 2), 2)),
        ("tail", array(U32, 4)),
    ]);
    let interface = builder.command(argument);
    assert_eq!(
        leaves(&interface, "i386"),
        [
            "count 0 4",
            "raw 4 3",
            "value 4 2",
            "planes[0].length 8 4",
            "planes[0].offset 12 8",
            "planes[1] 20 0",
            "tail 56 16",
        ]
    );
}

#[test]
fn bit_fields_are_leaves_unless_they_only_take_place() {
    let mut builder = Builder::new();
    let members = vec![
        builder.bits("low", U32, 3),
        builder.bits("", U32, 2),
        builder.bits("high", U32, 4),
        builder.member("rest", U8),
    ];
    let body = builder.body(members);
    let argument = builder.record(RecordKind::Struct, Variants::one(AbiSet::ALL, body));
    let interface = builder.command(argument);
    assert_eq!(leaves(&interface, "x86_64"), ["low 0 3b", "high 5b 4b", "rest 2 1"]);
}

#[test]
fn the_elements_of_a_flexible_array_count() {
    let mut builder = Builder::new();
    let entry = builder.structure(&[("address", U64), ("length", U32)]);
    let argument =
        builder.structure(&[("count", U64), ("entries", Type::FlexibleArray(Box::new(entry)))]);
    let interface = builder.command(argument);
    // The structure itself is 8 bytes on both: only the second entry is elsewhere.
    difference(&interface, "x86_64", "i386", |difference| {
        let difference = difference.unwrap();
        assert_eq!(difference.sizes, (8, 8));
        assert_eq!(difference.first.unwrap().path, "entries[1]");
    });
}

#[test]
fn an_argument_that_is_an_array_has_elements_without_a_name() {
    let mut builder = Builder::new();
    let entry = builder.structure(&[("address", U64), ("length", U32)]);
    let interface = builder.command(array(entry, 3));
    assert_eq!(leaves(&interface, "i386"), ["[0].address 0 8", "[0].length 8 4", "[1] 12 0"]);
}

#[test]
fn a_64_bit_member_off_its_boundary_differs_by_alignment() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", U32), ("b", U64), ("c", U32)]);
    let interface = builder.command(argument);
    difference(&interface, "x86_64", "i386", |difference| {
        let difference = difference.unwrap();
        assert_eq!(difference.cause(), Cause::Alignment);
        assert_eq!(difference.sizes, (24, 16));
        let first = difference.first.unwrap();
        assert_eq!(first.path, "b");
        let (one, other) = (first.extents.0.unwrap(), first.extents.1.unwrap());
        assert_eq!((one.offset_bits, other.offset_bits), (64, 32));
    });
    assert!(difference(&interface, "x86_64", "x32", |difference| difference.is_none()));
    assert_eq!(kinds(&interface), [(Kind::Alignment, vec!["x86_64/i386".to_owned()])]);
}

#[test]
fn padding_at_the_end_alone_is_a_difference_without_a_member() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", U64), ("b", U32)]);
    let interface = builder.command(argument);
    difference(&interface, "x86_64", "i386", |difference| {
        let difference = difference.unwrap();
        assert_eq!((difference.sizes, difference.cause()), ((16, 12), Cause::Alignment));
        assert!(difference.first.is_none());
    });
}

#[test]
fn a_pointer_and_a_long_differ_by_word_size_on_every_pair() {
    for word in [pointer(), LONG] {
        let mut builder = Builder::new();
        let argument = builder.structure(&[("a", U32), ("b", word)]);
        let interface = builder.command(argument);
        let kinds = kinds(&interface);
        assert_eq!(kinds.len(), 1, "{kinds:?}");
        assert_eq!(kinds[0].0, Kind::WordSize);
        for pair in ["x86_64/i386", "x86_64/x32", "aarch64/arm", "s390x/s390"] {
            assert!(kinds[0].1.iter().any(|known| known == pair), "{pair}: {kinds:?}");
        }
    }
}

#[test]
fn a_long_that_is_the_argument_differs_by_word_size() {
    let interface = Builder::new().command(LONG);
    difference(&interface, "x86_64", "i386", |difference| {
        let resized = difference.unwrap().resized.unwrap();
        assert_eq!((resized.path.as_str(), resized.member()), ("", None));
    });
    assert_eq!(kinds(&interface)[0].0, Kind::WordSize);
}

#[test]
fn a_number_of_elements_made_of_a_long_differs_by_word_size() {
    let mut builder = Builder::new();
    let size = Expression::Binary(
        BinaryOperator::Subtract,
        Box::new(Expression::Literal(20)),
        Box::new(Expression::SizeOf(LONG)),
    );
    let pad = Type::Array(Box::new(U8), Constant::Expression(Box::new(size)));
    let argument = builder.structure(&[("a", U32), ("pad", pad)]);
    let interface = builder.command(argument);
    assert_eq!(kinds(&interface)[0].0, Kind::WordSize);
}

#[test]
fn a_long_is_to_blame_and_not_the_padding_that_makes_up_for_it() {
    let mut builder = Builder::new();
    let size = Expression::Binary(
        BinaryOperator::Subtract,
        Box::new(Expression::Literal(8)),
        Box::new(Expression::SizeOf(LONG)),
    );
    let pad = Type::Array(Box::new(U8), Constant::Expression(Box::new(size)));
    let argument = builder.structure(&[("pad", pad), ("count", LONG)]);
    let interface = builder.command(argument);
    difference(&interface, "x86_64", "i386", |difference| {
        let difference = difference.unwrap();
        assert_eq!(difference.first.unwrap().path, "pad");
        assert_eq!(difference.resized.unwrap().path, "count");
    });
}

#[test]
fn alignment_beside_a_long_is_kept() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", U32), ("b", U64), ("c", LONG)]);
    let interface = builder.command(argument);
    difference(&interface, "x86_64", "i386", |difference| {
        let difference = difference.unwrap();
        assert_eq!(difference.cause(), Cause::WordSize);
        assert_eq!(difference.first.unwrap().path, "b");
        assert_eq!(difference.resized.unwrap().path, "c");
        assert_eq!(difference.misaligned.unwrap().path, "b");
    });
}

#[test]
fn x32_has_a_third_layout_where_a_long_meets_a_64_bit_member_off_its_boundary() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", U32), ("b", U64), ("c", LONG), ("d", U64)]);
    let kinds = kinds(&builder.command(argument));
    assert_eq!(kinds[0].0, Kind::WordSize);
    assert!(!kinds[0].1.contains(&"x86_64/x32".to_owned()), "{kinds:?}");
    assert_eq!(kinds[1].0, Kind::ThirdLayout);
    assert_eq!(kinds[1].1, ["x86_64/x32"], "n32 lays it out as o32 does");
}

#[test]
fn only_two_byte_alignment_differs_where_no_64_bit_member_is_off_its_boundary() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", U16), ("b", U32)]);
    let kinds = kinds(&builder.command(argument));
    assert_eq!(kinds.len(), 1);
    assert_eq!(kinds[0].0, Kind::HalfwordAlignment);
    assert_eq!(kinds[0].1, ["x86_64/m68k"]);
}

#[test]
fn only_rounding_differs_where_a_structure_is_three_bytes() {
    let mut builder = Builder::new();
    let argument = builder.structure(&[("a", array(U8, 3))]);
    let kinds = kinds(&builder.command(argument));
    assert_eq!(kinds, [(Kind::RecordRounding, vec!["arm/arm_oabi".to_owned()])]);
}

#[test]
fn a_portable_structure_is_compatible() {
    let mut builder = Builder::new();
    let nested = builder.structure(&[("x", U64), ("y", U32), ("z", U32)]);
    let argument = builder.structure(&[("a", U32), ("b", U32), ("n", array(nested, 3))]);
    assert_eq!(kinds(&builder.command(argument)), []);
}

#[test]
fn a_packed_structure_is_compatible_though_its_members_are_off_their_boundaries() {
    let mut builder = Builder::new();
    let members = vec![builder.member("a", U32), builder.member("b", U64)];
    let mut body = builder.body(members);
    body.packed = true;
    let argument = builder.record(RecordKind::Struct, Variants::one(AbiSet::ALL, body));
    assert_eq!(kinds(&builder.command(argument)), []);
}

#[test]
fn another_definition_on_32_bit_abis_is_named_by_its_first_own_member() {
    let mut builder = Builder::new();
    let wide = AbiSet::of(ioctlkit_abi::Abi::is_64_bit);
    let mut variants = Variants::one(
        wide,
        builder.body(vec![builder.member("a", U32), builder.member("pad", U32)]),
    );
    variants.add(AbiSet::ALL, builder.body(vec![builder.member("a", U32)]));
    let argument = builder.record(RecordKind::Struct, variants);
    let interface = builder.command(argument);
    difference(&interface, "x86_64", "i386", |difference| {
        let first = difference.unwrap().first.unwrap();
        assert_eq!(first.path, "pad");
        assert!(first.extents.0.is_some() && first.extents.1.is_none());
    });
}

#[test]
fn structures_that_double_at_each_level_end() {
    let mut builder = Builder::new();
    let mut ty = builder.structure(&[("x", U8)]);
    for _ in 0..40 {
        ty = builder.structure(&[("a", ty.clone()), ("b", ty)]);
    }
    assert_eq!(kinds(&builder.command(ty)), []);
}

#[test]
fn a_structure_that_contains_itself_is_passed_over() {
    let mut builder = Builder::new();
    let own = Type::Record(ioctlkit_model::RecordId(0));
    let argument = builder.structure(&[("next", own), ("x", Type::Scalar(Scalar::Long))]);
    assert_eq!(kinds(&builder.command(argument)), []);
}
