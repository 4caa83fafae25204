//! The layout engine answers or refuses, whatever it is asked: no panic, no overflow, and no
//! size that is too small for its members.

use ioctlkit_abi::{
    ABIS, Abi, AbiSet, LayoutError, MemberAlign, RecordFold, RecordKind, RecordSize, Scalar,
};
use ioctlkit_model::{
    BinaryOperator, Constant, Differences, Expression, Interface, Layouts, Member, Purpose, Record,
    RecordBody, RecordId, Representation, Span, Type, Typedef, TypedefBody, TypedefId, Variants,
};
use proptest::prelude::*;

/// A step of a fold.
#[derive(Debug, Clone, Copy)]
enum Step {
    Member { size: u64, align: u64, attributes: MemberAlign },
    Bits { width: u64, named: bool, size: u64, align: u64, attributes: MemberAlign },
}

/// Small numbers, powers of two, and everything else, to the largest.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => 0..20u64,
        3 => (0..64u32).prop_map(|shift| 1 << shift),
        1 => (0..64u32).prop_map(|shift| u64::MAX >> shift),
        1 => any::<u64>(),
    ]
}

fn attributes() -> impl Strategy<Value = MemberAlign> {
    (any::<bool>(), proptest::option::of(number()), proptest::option::of(number()))
        .prop_map(|(packed, aligned, pack)| MemberAlign { packed, aligned, pack })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (number(), number(), attributes()).prop_map(|(size, align, attributes)| Step::Member {
            size,
            align,
            attributes
        }),
        (number(), any::<bool>(), number(), number(), attributes()).prop_map(
            |(width, named, size, align, attributes)| Step::Bits {
                width,
                named,
                size,
                align,
                attributes
            }
        ),
    ]
}

fn run(
    abi: &'static Abi,
    kind: RecordKind,
    of_record: MemberAlign,
    steps: &[Step],
) -> Result<(RecordSize, u64), LayoutError> {
    let mut fold = RecordFold::new(abi, kind, of_record);
    let mut end_bits = 0;
    for step in steps {
        let placed = match *step {
            Step::Member { size, align, attributes } => fold.member(size, align, attributes),
            Step::Bits { width, named, size, align, attributes } => {
                fold.bit_field(width, named, size, align, attributes)
            }
        };
        // A refused member is left out, so that the others go further.
        if let Ok((next, placement)) = placed {
            fold = next;
            end_bits = end_bits.max(placement.end_bits());
        }
    }
    Ok((fold.finish()?, end_bits))
}

proptest! {
    #[test]
    fn a_fold_of_absurd_numbers_is_refused_or_holds_its_members(
        abi in 0..ABIS.len(),
        is_union in any::<bool>(),
        of_record in attributes(),
        steps in proptest::collection::vec(step(), 0..12),
    ) {
        let kind = if is_union { RecordKind::Union } else { RecordKind::Struct };
        if let Ok((size, end_bits)) = run(&ABIS[abi], kind, of_record, &steps) {
            prop_assert!(u128::from(size.size) * 8 >= u128::from(end_bits));
            prop_assert!(size.align.is_power_of_two());
            prop_assert!(size.size.is_multiple_of(size.align));
        }
    }

    #[test]
    fn absurd_array_bounds_and_alignments_are_refused_or_answered(
        bounds in proptest::collection::vec(number(), 1..5),
        aligned in proptest::option::of(number()),
        of_typedef in proptest::option::of(number()),
        left in any::<i128>(),
        shift in any::<i128>(),
    ) {
        let mut ty = Type::Typedef(TypedefId(0));
        for bound in bounds {
            ty = Type::Array(Box::new(ty), Constant::Known(bound));
        }
        let shifted = Expression::Binary(
            BinaryOperator::ShiftLeft,
            Box::new(Expression::Literal(left)),
            Box::new(Expression::Literal(shift)),
        );
        let by_shift =
            Type::Array(Box::new(ty.clone()), Constant::Expression(Box::new(shifted)));
        let mut interface = Interface::default();
        let typedef =
            TypedefBody { ty: Type::Scalar(Scalar::Int), aligned: of_typedef.map(Constant::Known) };
        let span = span(&mut interface);
        interface.typedefs.push(Typedef {
            name: "t".into(),
            span,
            variants: Variants::one(AbiSet::ALL, typedef),
        });
        let body = record_body(span, vec![ty, by_shift], aligned.map(Constant::Known).as_ref());
        interface.records.push(record(span, body));
        let layouts = Layouts::new(&interface);
        for abi in AbiSet::ALL {
            if let Ok(layout) = layouts.record(RecordId(0), abi) {
                prop_assert!(layout.align.is_power_of_two());
                prop_assert!(layout.tail().is_none_or(|tail| tail.bits < layout.align * 8));
            }
        }
    }
}

#[test]
fn a_structure_that_contains_itself_however_deep_is_an_error() {
    let mut interface = Interface::default();
    let span = span(&mut interface);
    // 0 holds 1 holds 2 … holds 0, each through an array, and twice.
    let count = 40;
    for index in 0..count {
        let next = Type::Record(RecordId((index + 1) % count));
        let array = Type::Array(Box::new(next.clone()), Constant::Known(2));
        interface.records.push(record(span, record_body(span, vec![array, next], None)));
    }
    let layouts = Layouts::new(&interface);
    for abi in AbiSet::ALL {
        for index in 0..count {
            assert_eq!(layouts.record(RecordId(index), abi).unwrap_err(), LayoutError::Recursive);
        }
    }
}

#[test]
fn an_array_whose_bound_asks_for_its_own_size_is_an_error() {
    let mut interface = Interface::default();
    let span = span(&mut interface);
    let own_size = Constant::Expression(Box::new(Expression::SizeOf(Type::Record(RecordId(0)))));
    let array = Type::Array(Box::new(Type::Scalar(Scalar::Char)), own_size);
    interface.records.push(record(span, record_body(span, vec![array], None)));
    let layouts = Layouts::new(&interface);
    for abi in AbiSet::ALL {
        assert_eq!(layouts.record(RecordId(0), abi).unwrap_err(), LayoutError::Recursive);
    }
}

fn span(interface: &mut Interface) -> Span {
    let file = interface.sources.add("absurd.h".into(), "".into());
    Span { file, start: 0, end: 0 }
}

fn record(span: Span, body: RecordBody) -> Record {
    Record {
        kind: RecordKind::Struct,
        name: Some("absurd".into()),
        typedef_name: None,
        c_name: None,
        docs: Vec::new(),
        differences: Differences::default(),
        span,
        variants: Variants::one(AbiSet::ALL, body),
    }
}

fn record_body(span: Span, types: Vec<Type>, aligned: Option<&Constant>) -> RecordBody {
    let member = |ty| Member {
        name: Some("m".into()),
        span,
        name_span: span,
        ty,
        bits: None,
        packed: false,
        aligned: aligned.cloned(),
        condition: None,
        purpose: Purpose::default(),
    };
    let members = types.into_iter().map(member).collect();
    RecordBody {
        span,
        representation: Representation::C,
        packed: false,
        aligned: aligned.cloned(),
        pack: None,
        members,
        observed: None,
    }
}
