//! The layout fold answers or refuses, whatever sizes, alignments, widths and attributes it gets.
#![no_main]

use arbitrary::Arbitrary;
use ioctlkit_abi::{ABIS, LayoutError, MemberAlign, RecordFold, RecordKind};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input {
    abi: u8,
    is_union: bool,
    attributes: Attributes,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
struct Attributes {
    packed: bool,
    aligned: Option<Number>,
    pack: Option<Number>,
}

/// Powers of two are what gets past the first check.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Number {
    PowerOfTwo(u8),
    Small(u8),
    Any(u64),
}

#[derive(Debug, Arbitrary)]
enum Step {
    Member { size: Number, align: Number, attributes: Attributes },
    Bits { width: Number, named: bool, size: Number, align: Number, attributes: Attributes },
}

impl Number {
    fn value(self) -> u64 {
        match self {
            Self::PowerOfTwo(shift) => 1 << (shift % 64),
            Self::Small(value) => value.into(),
            Self::Any(value) => value,
        }
    }
}

impl Attributes {
    fn value(self) -> MemberAlign {
        MemberAlign {
            packed: self.packed,
            aligned: self.aligned.map(Number::value),
            pack: self.pack.map(Number::value),
        }
    }
}

fn fold(input: &Input) -> Result<(), LayoutError> {
    let abi = &ABIS[usize::from(input.abi) % ABIS.len()];
    let kind = if input.is_union { RecordKind::Union } else { RecordKind::Struct };
    let mut fold = RecordFold::new(abi, kind, input.attributes.value());
    let mut end_bits = 0;
    for step in &input.steps {
        let placed = match step {
            Step::Member { size, align, attributes } => {
                fold.member(size.value(), align.value(), attributes.value())
            }
            Step::Bits { width, named, size, align, attributes } => fold.bit_field(
                width.value(),
                *named,
                size.value(),
                align.value(),
                attributes.value(),
            ),
        };
        if let Ok((next, placement)) = placed {
            fold = next;
            end_bits = placement.end_bits().max(end_bits);
        }
    }
    let record = fold.finish()?;
    assert!(record.size.is_multiple_of(record.align));
    assert!(u128::from(record.size) * 8 >= u128::from(end_bits));
    Ok(())
}

fuzz_target!(|input: Input| {
    let _ = fold(&input);
});
