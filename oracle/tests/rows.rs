//! Every field of every row of the ABI table is what the ABI's compiler says.

use std::fmt::Write as _;

use ioctlkit_abi::{
    ABIS, Abi, ByteOrder, LayoutError, MemberAlign, RecordFold, RecordKind, RecordSize, Scalar,
};
use ioctlkit_oracle::compare::Comparison;
use ioctlkit_oracle::{Compiler, Probe};
use rayon::prelude::*;

fn compilers() -> Vec<Compiler> {
    Compiler::all().unwrap_or_else(|error| panic!("{error}"))
}

/// Asks every compiler, and fails with everything that differs on any ABI.
fn agree(declarations: &str, questions: impl Fn(&'static Abi) -> Comparison + Sync) {
    let found: Vec<String> = compilers()
        .par_iter()
        .flat_map_iter(|compiler| {
            let abi = compiler.abi();
            let comparison = questions(abi);
            let mut probe = Probe::new(declarations.to_owned());
            comparison.ask(&mut probe);
            let answers =
                probe.ask(compiler).unwrap_or_else(|error| panic!("{}: {error}", abi.name));
            let found = comparison.disagreements(&answers);
            found.into_iter().map(|disagreement| format!("{}: {disagreement}", abi.name))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn fundamental_types_have_the_size_and_the_alignments_that_gcc_gives_them() {
    agree("", |abi| {
        let mut comparison = Comparison::default();
        for scalar in Scalar::ALL {
            let name = scalar.c_name();
            let (Some(size), Some(align), Some(preferred)) =
                (abi.size_of(scalar), abi.align_of(scalar), abi.preferred_align_of(scalar))
            else {
                continue;
            };
            comparison.value(format!("sizeof({name})"), size);
            comparison.value(format!("_Alignof({name})"), align);
            comparison.value(format!("__alignof__({name})"), preferred);
            let after_char = format!("struct {{ char c; {name} x; }}");
            comparison.value(format!("__builtin_offsetof({after_char}, x)"), align);
        }
        comparison
    });
}

#[test]
fn int128_exists_where_the_row_says_so() {
    for compiler in compilers() {
        let macros = compiler.predefined().unwrap();
        let exists = macros.iter().any(|(name, _)| name == "__SIZEOF_INT128__");
        assert_eq!(exists, compiler.abi().has_int128, "{}", compiler.abi().name);
    }
}

#[test]
fn signs_and_alignments_of_a_row_are_those_of_gcc() {
    let declarations = "struct one { char c; };\n\
                        struct most { char c; } __attribute__((aligned));\n";
    agree(declarations, |abi| {
        let mut comparison = Comparison::default();
        comparison.value("(char)-1 < 0".into(), u64::from(abi.char_signed));
        comparison.value("_Alignof(struct most)".into(), u64::from(abi.biggest_align));
        comparison.value("__BIGGEST_ALIGNMENT__".into(), u64::from(abi.biggest_align));
        comparison.value("sizeof(struct one)".into(), u64::from(abi.min_record_align));
        comparison.value("sizeof(__SIZE_TYPE__)".into(), u64::from(abi.pointer_size));
        let little = u64::from(abi.byte_order == ByteOrder::Little);
        comparison.value("__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__".into(), little);
        comparison
    });
}

#[test]
fn scalars_signed_by_the_row_hold_negative_values() {
    agree("", |abi| {
        let mut comparison = Comparison::default();
        for scalar in Scalar::ALL {
            if abi.size_of(scalar).is_some() && scalar != Scalar::Pointer {
                let signed = u64::from(scalar.is_signed(abi));
                comparison.value(format!("({})-1 < 0", scalar.c_name()), signed);
            }
        }
        comparison
    });
}

#[test]
fn predefined_macros_are_those_of_gcc() {
    let mut wrong = Vec::new();
    for compiler in compilers() {
        let abi = compiler.abi();
        let macros = compiler.predefined().unwrap();
        let text_of =
            |name: &str| macros.iter().find(|(known, _)| known == name).map(|(_, text)| text);
        for definition in abi.predefined {
            let (name, text) = definition.split_once('=').unwrap();
            if text_of(name).map(String::as_str) != Some(text) {
                wrong.push(format!("{}: {definition}, gcc {:?}", abi.name, text_of(name)));
            }
        }
        // What tells one ABI from another in the kernel's headers must not be missing either.
        for (name, text) in &macros {
            let entry = format!("{name}={text}");
            if abis_name(name) && !abi.predefined.contains(&entry.as_str()) {
                wrong.push(format!("{}: lacks {entry}", abi.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether some row has a macro of that name, so that every row must say whether it has it.
fn abis_name(name: &str) -> bool {
    ABIS.iter()
        .flat_map(|abi| abi.predefined)
        .any(|definition| definition.split_once('=').is_some_and(|(known, _)| known == name))
}

/// Members that no two of long, pointer, 64-bit and long double alignment place alike.
const SEQUENCES: [&[Scalar]; 5] = [
    &[Scalar::UnsignedInt, Scalar::UnsignedLongLong, Scalar::UnsignedInt],
    &[Scalar::Char, Scalar::Int, Scalar::Short],
    &[Scalar::Char, Scalar::Long, Scalar::Bool, Scalar::Pointer, Scalar::UnsignedChar],
    &[Scalar::Short, Scalar::Double, Scalar::SignedChar, Scalar::Float, Scalar::UnsignedShort],
    &[Scalar::Char, Scalar::LongDouble, Scalar::Char],
];

/// Worked out by the compiler of this test, as a derive has it.
const SIZES: [[Result<RecordSize, LayoutError>; ABIS.len()]; SEQUENCES.len()] = {
    let mut sizes = [[Err(LayoutError::Unknown); ABIS.len()]; SEQUENCES.len()];
    let mut sequence = 0;
    while sequence < SEQUENCES.len() {
        let mut abi = 0;
        while abi < ABIS.len() {
            let fold = RecordFold::new(&ABIS[abi], RecordKind::Struct, MemberAlign::NATURAL);
            sizes[sequence][abi] = fold.scalars(SEQUENCES[sequence]);
            abi += 1;
        }
        sequence += 1;
    }
    sizes
};

#[test]
fn the_fold_in_const_gives_the_sizes_that_gcc_gives() {
    agree("", |abi| {
        let mut comparison = Comparison::default();
        for (sequence, sizes) in SEQUENCES.iter().zip(&SIZES) {
            let mut members = String::new();
            for (index, scalar) in sequence.iter().enumerate() {
                let _ = write!(members, "{} m{index}; ", scalar.c_name());
            }
            let size = sizes[abi.id().index()].unwrap();
            comparison.value(format!("sizeof(struct {{ {members}}})"), size.size);
            comparison.value(format!("_Alignof(struct {{ {members}}})"), size.align);
        }
        comparison
    });
}
