//! The ends of what is accepted, and the words that reports are made of.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::HashSet;

use ioctlkit_abi::{
    ABIS, Abi, AbiSet, Decoded, Direction, EncodeError, Encoding, LayoutError, MemberAlign,
    Placement, RecordFold, RecordKind, Scalar,
};

fn fold(name: &str) -> RecordFold {
    RecordFold::new(Abi::by_name(name).unwrap(), RecordKind::Struct, MemberAlign::NATURAL)
}

fn aligned(bytes: u64) -> MemberAlign {
    MemberAlign::NATURAL.with_aligned(bytes)
}

fn packed_to(bytes: u64) -> MemberAlign {
    MemberAlign { pack: Some(bytes), ..MemberAlign::NATURAL }
}

#[test]
fn directions_are_named_as_the_kernel_and_the_reports_name_them() {
    let named = [Direction::None, Direction::Read, Direction::Write, Direction::ReadWrite]
        .map(|it| (it.name(), it.macro_name(), it.kernel_writes(), it.kernel_reads()));
    assert_eq!(
        named,
        [
            ("none", "_IO", false, false),
            ("read", "_IOR", true, false),
            ("write", "_IOW", false, true),
            ("read_write", "_IOWR", true, true),
        ]
    );
}

/// `#define _IOC(…) (((dir) << _IOC_DIRSHIFT) | ((type) << …) | …)`: C's or, whatever overlaps.
#[test]
fn what_overflows_a_field_is_ored_into_the_next_as_in_c() {
    let number =
        |direction, letter, nr, size| Encoding::Generic.encode_as_c(direction, letter, nr, size);
    assert_eq!(number(Direction::None, 0x79, 0x1ff, 0), 0x79ff);
    assert_eq!(number(Direction::None, 0x179, 0, 1), 0x1_7900);
    assert_eq!(number(Direction::Write, 0, 0, 1 << 14), 0x4000_0000);
    assert_eq!(number(Direction::None, 0, 0, 1 << 16), 0);
    // A type that reaches the direction, an nr that reaches it too, a size that meets both others.
    assert_eq!(number(Direction::Write, 0x40_0079, 0, 0), 0x4000_7900);
    assert_eq!(number(Direction::Write, 0x79, 0x4000_7901, 0), 0x4000_7901);
    assert_eq!(number(Direction::Write, 0x40_0179, 1, 0x4001), 0x4001_7901);
    assert_eq!(number(Direction::None, 0, 0x1_0001, 1), 0x1_0001);
}

/// With an argument, sparc's bit 29 belongs to the size; without, it says that there is none.
#[test]
fn sparc_has_a_bit_that_is_part_of_the_size_or_of_the_direction() {
    let of = |direction, size| Decoded { direction, type_letter: b'x', nr: 1, size };
    assert_eq!(Encoding::Sparc.decode(0x2000_7801), of(Some(Direction::None), 0));
    assert_eq!(Encoding::Sparc.decode(0x2004_7801), of(Some(Direction::None), 0));
    assert_eq!(Encoding::Sparc.decode(0x0004_7801), of(None, 0));
    assert_eq!(Encoding::Sparc.decode(0x6004_7801), of(Some(Direction::Read), 0x2004));
    assert_eq!(Encoding::Sparc.decode(0x4004_7801), of(Some(Direction::Read), 4));
    assert_eq!(Encoding::ThirteenBits.decode(0x6004_7801), of(None, 4));
    assert_eq!(Encoding::Generic.decode(0xc004_7801), of(Some(Direction::ReadWrite), 4));
}

#[test]
fn a_size_is_encoded_up_to_the_largest_and_with_a_direction_only() {
    for encoding in Encoding::ALL {
        let max = encoding.max_size();
        let encode = |direction, size| encoding.encode(direction, 0, 0, size);
        assert!(encode(Direction::Write, u64::from(max)).is_ok());
        let refused = Err(EncodeError::SizeOverflow { max });
        assert_eq!(encode(Direction::Write, u64::from(max) + 1), refused);
        assert!(encode(Direction::Write, 0).is_ok());
        assert!(encode(Direction::None, 0).is_ok());
        assert_eq!(encode(Direction::None, 1), Err(EncodeError::NoneWithSize));
    }
}

#[test]
fn errors_are_sentences() {
    assert_eq!(
        EncodeError::SizeOverflow { max: 8191 }.to_string(),
        "the argument is larger than the 8191 bytes that the number can hold"
    );
    assert_eq!(EncodeError::NoneWithSize.to_string(), "a command without an argument has a size");
    let said = [
        LayoutError::TooLarge,
        LayoutError::NoSuchType(Scalar::Int128),
        LayoutError::BadAlignment(3),
        LayoutError::BitFieldTooWide,
        LayoutError::Incomplete,
        LayoutError::Recursive,
        LayoutError::Absent,
        LayoutError::Unknown,
    ]
    .map(|error| error.to_string());
    assert_eq!(said.iter().collect::<HashSet<_>>().len(), said.len());
    assert_eq!(said[1], "the ABI has no type `__int128`");
    assert_eq!(said[2], "an alignment of 3 is not a power of two");
}

#[test]
fn a_place_is_told_in_bytes_and_ends_where_the_next_begins() {
    let place = Placement { offset_bits: 37, size_bits: 6 };
    assert_eq!((place.offset(), place.end_bits()), (4, 43));
    let last = Placement { offset_bits: u64::MAX, size_bits: 8 };
    assert_eq!(last.end_bits(), u64::MAX);
}

#[test]
fn the_tail_is_what_the_members_leave_of_the_size() {
    let (fold, place) = fold("x86_64").scalar(Scalar::Int).unwrap();
    assert_eq!(place, Placement { offset_bits: 0, size_bits: 32 });
    let (fold, _) = fold.bit_field(3, true, 4, 4, MemberAlign::NATURAL).unwrap();
    let size = fold.finish().unwrap();
    assert_eq!((size.size, size.align, size.tail_bits), (8, 4, 29));
    assert_eq!(fold.scalars(&[]).unwrap().tail_bits, 29);
}

/// gcc's largest object has 2^62 bits here, and it takes alignments up to 2^28 bytes.
#[test]
fn objects_and_alignments_end_where_those_of_gcc_do() {
    let most = 1_u64 << 59;
    let natural = MemberAlign::NATURAL;
    assert_eq!(fold("x86_64").member(most, 1, natural).unwrap().0.finish().unwrap().size, most);
    let too_large = LayoutError::TooLarge;
    assert_eq!(fold("x86_64").member(most + 1, 1, natural).unwrap_err(), too_large);
    let full = fold("x86_64").member(most, 1, natural).unwrap().0;
    assert_eq!(full.member(1, 1, natural).unwrap_err(), too_large);
    assert!(full.member(0, 1, natural).is_ok());
    // The size is rounded up past the end.
    let odd = fold("x86_64").member(8, 8, natural).unwrap().0;
    let odd = odd.member(most - 8, 1, natural).unwrap().0;
    assert!(odd.finish().is_ok());
    let past = RecordFold::new(Abi::by_name("x86_64").unwrap(), RecordKind::Struct, aligned(16));
    let past = past.member(most - 8, 1, natural).unwrap().0;
    assert_eq!(past.finish().unwrap().size, most);
    let past = past.member(7, 1, natural).unwrap().0;
    assert!(past.finish().is_ok());
    let large =
        RecordFold::new(Abi::by_name("x86_64").unwrap(), RecordKind::Struct, aligned(1 << 28));
    let large = large.member(most - (1 << 28) + 1, 1, natural).unwrap().0;
    assert!(large.finish().is_ok());
    let large = large.member((1 << 28) - 1, 1, natural).unwrap().0;
    assert!(large.finish().is_ok());
}

#[test]
fn what_is_no_alignment_is_refused_wherever_it_stands() {
    let x86_64 = Abi::by_name("x86_64").unwrap();
    let record = |attributes| RecordFold::new(x86_64, RecordKind::Struct, attributes);
    let most = 1 << 28;
    for bad in [0, 3, 12, most * 2] {
        let refused = LayoutError::BadAlignment(bad);
        let natural = MemberAlign::NATURAL;
        assert_eq!(fold("x86_64").member(4, bad, natural).unwrap_err(), refused);
        assert_eq!(fold("x86_64").bit_field(1, true, 4, bad, natural).unwrap_err(), refused);
        for attributes in [aligned(bad), packed_to(bad)] {
            assert_eq!(fold("x86_64").member(4, 4, attributes).unwrap_err(), refused);
            assert_eq!(record(attributes).finish().unwrap_err(), refused);
            assert_eq!(record(attributes).member(4, 4, natural).unwrap_err(), refused);
        }
    }
    assert_eq!(record(aligned(most)).finish().unwrap().align, most);
    assert!(record(packed_to(most)).finish().is_ok());
    assert!(fold("x86_64").member(4, most, MemberAlign::NATURAL).is_ok());
}

#[test]
fn a_bit_field_is_no_wider_than_its_type() {
    let natural = MemberAlign::NATURAL;
    let field = |width, size| fold("x86_64").bit_field(width, true, size, size, natural);
    assert_eq!(field(32, 4).unwrap().1.size_bits, 32);
    assert_eq!(field(33, 4).unwrap_err(), LayoutError::BitFieldTooWide);
    assert_eq!(field(128, 16).unwrap().1.size_bits, 128);
    assert_eq!(field(1, 32).unwrap_err(), LayoutError::BitFieldTooWide);
}

/// `struct { char a; __int128 b : 128; }` and one bit less, with gcc 12: 32 bytes aligned to 16.
#[test]
fn a_bit_field_of_128_bits_is_an_integer_where_there_is_one() {
    let x86_64 = fold("x86_64").scalar(Scalar::Char).unwrap().0;
    for width in [127, 128] {
        let (next, place) = x86_64.bit_field(width, true, 16, 16, MemberAlign::NATURAL).unwrap();
        assert_eq!(place.offset(), 16, "{width}");
        assert_eq!(next.finish().unwrap().size, 32);
    }
}

#[test]
fn a_type_that_the_abi_lacks_is_named() {
    let missing = LayoutError::NoSuchType(Scalar::Int128);
    assert_eq!(fold("i386").scalar(Scalar::Int128).unwrap_err(), missing);
    assert_eq!(fold("i386").scalars(&[Scalar::Int, Scalar::Int128]).unwrap_err(), missing);
}

/// As the C standard spells them.
#[test]
fn fundamental_types_are_spelled_and_classed_as_in_c() {
    let names: Vec<_> = Scalar::ALL.iter().map(|scalar| scalar.c_name()).collect();
    assert_eq!(
        names.join(", "),
        "_Bool, char, signed char, unsigned char, short, unsigned short, int, unsigned int, long, \
         unsigned long, long long, unsigned long long, __int128, unsigned __int128, float, double, \
         long double, void *"
    );
    let x86_64 = Abi::by_name("x86_64").unwrap();
    for scalar in Scalar::ALL {
        let name = scalar.c_name();
        let word = matches!(name, "long" | "unsigned long" | "void *");
        assert_eq!(scalar.is_word_sized(), word, "{name}");
        assert_eq!(scalar.is_float(), matches!(name, "float" | "double" | "long double"), "{name}");
        let signed = !(name.starts_with("unsigned") || matches!(name, "_Bool" | "void *"));
        assert_eq!(scalar.is_signed(x86_64), signed, "{name}");
    }
}

#[test]
fn rows_are_found_by_their_whole_names() {
    for (index, abi) in ABIS.iter().enumerate() {
        assert_eq!(Abi::by_name(abi.name).map(|found| found.name), Some(abi.name));
        assert_eq!(abi.id().index(), index);
        assert_eq!(abi.id().abi().name, abi.name);
        assert!(ABIS.iter().filter(|other| *other == abi).count() == 1);
    }
    assert!(Abi::by_name("x86_65").is_none());
    assert!(Abi::by_name("x86").is_none());
    assert!(Abi::by_name("").is_none());
}

#[test]
fn sets_hold_what_was_put_into_them() {
    let id = |name: &str| Abi::by_name(name).unwrap().id();
    let set = |names: &[&str]| names.iter().map(|name| id(name)).collect::<AbiSet>();
    let (x86, odd) = (set(&["x86_64", "i386"]), set(&["i386", "m68k"]));
    assert_eq!(x86.union(odd), set(&["x86_64", "i386", "m68k"]));
    assert_eq!(x86.intersection(odd), set(&["i386"]));
    assert_eq!(x86.difference(odd), set(&["x86_64"]));
    assert!(set(&["i386"]).is_subset(x86) && x86.is_subset(x86));
    assert!(!x86.is_subset(odd) && !odd.is_subset(x86));
    assert!(x86.contains(id("i386")) && !x86.contains(id("m68k")));
    assert!(AbiSet::EMPTY.is_empty() && !x86.is_empty());
    assert_eq!((AbiSet::EMPTY.len(), x86.len(), AbiSet::ALL.len()), (0, 2, ABIS.len()));
    assert_eq!((AbiSet::EMPTY.first(), odd.first()), (None, Some(id("i386"))));
    let mut grown = AbiSet::only(id("m68k"));
    grown.insert(id("m68k"));
    grown.insert(id("i386"));
    assert_eq!(grown, odd);
    assert_eq!(format!("{odd:?}"), "{\"i386\", \"m68k\"}");
    assert_eq!(odd.into_iter().map(|id| id.abi().name).collect::<Vec<_>>(), ["i386", "m68k"]);
    assert_eq!(AbiSet::of(|abi| abi.name == "m68k"), AbiSet::only(id("m68k")));
}
