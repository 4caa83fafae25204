//! The fold against gcc: `layouts.txt` holds what the compilers of six ABIs said of structures with
//! every attribute and kind of bit-field. The oracle asks the compilers themselves; this needs none.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit_abi::{Abi, MemberAlign, RecordFold, RecordKind, Scalar};

/// The ABIs of a line, in order.
const ON: [&str; 6] = ["x86_64", "i386", "arm", "arm_oabi", "m68k", "sh"];

/// A structure as a line describes it.
struct Structure {
    kind: RecordKind,
    attributes: MemberAlign,
    members: Vec<Member>,
}

struct Member {
    scalar: Scalar,
    named: bool,
    bits: Option<u64>,
    attributes: MemberAlign,
}

fn structure(text: &str) -> Structure {
    let (head, members) = text.split_once(" | ").unwrap();
    let mut words = head.split(' ');
    let kind = match words.next().unwrap() {
        "struct" => RecordKind::Struct,
        _ => RecordKind::Union,
    };
    let mut attributes = MemberAlign::NATURAL;
    for word in words {
        if let Some(bytes) = word.strip_prefix("aligned") {
            attributes.aligned = Some(bytes.parse().unwrap());
        } else if let Some(bytes) = word.strip_prefix("pack").filter(|rest| *rest != "ed") {
            attributes.pack = Some(bytes.parse().unwrap());
        } else {
            assert_eq!(word, "packed");
            attributes.packed = true;
        }
    }
    Structure { kind, attributes, members: members.split(' ').map(member).collect() }
}

fn member(text: &str) -> Member {
    let (text, aligned) = match text.split_once('@') {
        Some((text, bytes)) => (text, Some(bytes.parse().unwrap())),
        None => (text, None),
    };
    let packed = text.ends_with('%');
    let text = text.trim_end_matches('%');
    let (text, bits) = match text.split_once(':') {
        Some((text, bits)) => (text, Some(bits.parse().unwrap())),
        None => (text, None),
    };
    let scalar = match text.trim_start_matches('_') {
        "c" => Scalar::UnsignedChar,
        "s" => Scalar::UnsignedShort,
        "i" => Scalar::UnsignedInt,
        "l" => Scalar::UnsignedLong,
        "q" => Scalar::UnsignedLongLong,
        "d" => Scalar::Double,
        "p" => Scalar::Pointer,
        other => panic!("{other}"),
    };
    let attributes = MemberAlign { packed, aligned, pack: None };
    Member { scalar, named: !text.starts_with('_'), bits, attributes }
}

/// Size, alignment, and the offset of a byte behind the members.
fn folded(structure: &Structure, abi: &'static Abi) -> [u64; 3] {
    let mut fold = RecordFold::new(abi, structure.kind, structure.attributes);
    for member in &structure.members {
        let size = abi.size_of(member.scalar).unwrap();
        let align = abi.align_of(member.scalar).unwrap();
        let placed = match member.bits {
            Some(bits) => fold.bit_field(bits, member.named, size, align, member.attributes),
            None => fold.member(size, align, member.attributes),
        };
        let (next, placement) = placed.unwrap();
        assert_eq!(placement.size_bits, member.bits.unwrap_or(size * 8));
        fold = next;
    }
    let size = fold.finish().unwrap();
    let (_, end) = fold.member(1, 1, MemberAlign::NATURAL).unwrap();
    assert_eq!(end.offset_bits % 8, 0);
    [size.size, size.align, end.offset()]
}

#[test]
fn structures_are_laid_out_as_by_gcc() {
    let lines = include_str!("layouts.txt").lines().filter(|line| !line.starts_with('#'));
    let mut checked = 0;
    let mut wrong = Vec::new();
    for line in lines {
        let (text, facts) = line.split_once(" = ").unwrap();
        let structure = structure(text);
        for (name, fact) in ON.iter().zip(facts.split(' ')) {
            let found = folded(&structure, Abi::by_name(name).unwrap());
            let [size, align, end] = found.map(|number| number.to_string());
            if format!("{size}/{align}/{end}") != fact {
                wrong.push(format!("{text} on {name}: {size}/{align}/{end}, gcc says {fact}"));
            }
            checked += 1;
        }
    }
    assert!(checked > 800, "{checked} layouts were compared");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
