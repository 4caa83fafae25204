//! The table against what was measured elsewhere: sizes and alignments by Debian's gcc 12 (by the
//! documents that the row names where there is none), numbers by the kernel's
//! `arch/*/include/uapi/asm/ioctl.h`, machines by glibc's `elf.h`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit_abi::{
    ABIS, Abi, AbiSet, ByteOrder, Direction, ElfHeader, MemberAlign, RecordFold, RecordKind, Scalar,
};

/// Name; `sizeof` of long, `void *` and long double; whether there is `__int128`; the offset behind a
/// char of short, int, long long, double, long double and `__int128`; `__alignof__` of int, long long
/// and long double; `sizeof(struct { char c[3]; })`; what `aligned` without a number means; whether
/// char is signed; whether the ABI is little-endian.
#[rustfmt::skip]
const MEASURED: [(&str, [u64; 17]); 28] = [
    ("x86_64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("x32", [4, 4, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("i386", [4, 4, 12, 0, 2, 4, 4, 4, 4, 0, 4, 8, 4, 3, 16, 1, 1]),
    ("aarch64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 0, 1]),
    ("arm", [4, 4, 8, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 0, 1]),
    ("arm_oabi", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 4, 4, 0, 1]),
    ("riscv64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 0, 1]),
    ("riscv32", [4, 4, 16, 0, 2, 4, 8, 8, 16, 0, 4, 8, 16, 3, 16, 0, 1]),
    ("powerpc64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 0, 0]),
    ("powerpc64le", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 0, 1]),
    ("powerpc", [4, 4, 16, 0, 2, 4, 8, 8, 16, 0, 4, 8, 16, 3, 16, 0, 0]),
    ("mips_n64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 0]),
    ("mips_n32", [4, 4, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 0]),
    ("mips_o32", [4, 4, 8, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 1, 0]),
    ("mipsel_n64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("mipsel_n32", [4, 4, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("mipsel_o32", [4, 4, 8, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 1, 1]),
    ("s390x", [8, 8, 16, 1, 2, 4, 8, 8, 8, 8, 4, 8, 8, 3, 8, 0, 0]),
    ("s390", [4, 4, 16, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 0, 0]),
    ("sparc64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 0]),
    ("sparc", [4, 4, 16, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 1, 0]),
    ("alpha", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("m68k", [4, 4, 12, 0, 2, 2, 2, 2, 2, 0, 2, 2, 2, 3, 2, 1, 0]),
    ("parisc", [4, 4, 8, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 8, 1, 0]),
    ("sh", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 1, 1]),
    ("arc", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 0, 1]),
    ("xtensa", [4, 4, 8, 0, 2, 4, 8, 8, 8, 0, 4, 8, 8, 3, 16, 0, 1]),
    ("openrisc", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 1, 0]),
];

/// The same for ABIs that Debian has no compiler for. For loongarch64 its psABI gives the values; on
/// the others a word has 4 bytes, and no type is aligned to more.
#[rustfmt::skip]
const DOCUMENTED: [(&str, [u64; 17]); 4] = [
    ("loongarch64", [8, 8, 16, 1, 2, 4, 8, 8, 16, 16, 4, 8, 16, 3, 16, 1, 1]),
    ("csky", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 0, 1]),
    ("microblaze", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 1, 1]),
    ("nios2", [4, 4, 8, 0, 2, 4, 4, 4, 4, 0, 4, 4, 4, 3, 4, 1, 1]),
];

fn behind_a_char(abi: &'static Abi, scalar: Scalar) -> u64 {
    let fold = RecordFold::new(abi, RecordKind::Struct, MemberAlign::NATURAL);
    let (fold, _) = fold.scalar(Scalar::Char).unwrap();
    fold.scalar(scalar).map_or(0, |(_, place)| place.offset())
}

fn row(abi: &'static Abi) -> [u64; 17] {
    let three = RecordFold::new(abi, RecordKind::Struct, MemberAlign::NATURAL);
    let size = |scalar| abi.size_of(scalar).unwrap_or(0);
    let of_variable = |scalar| abi.preferred_align_of(scalar).unwrap();
    let behind = |scalar| behind_a_char(abi, scalar);
    [
        size(Scalar::Long),
        size(Scalar::Pointer),
        size(Scalar::LongDouble),
        u64::from(abi.has_int128),
        behind(Scalar::Short),
        behind(Scalar::Int),
        behind(Scalar::LongLong),
        behind(Scalar::Double),
        behind(Scalar::LongDouble),
        behind(Scalar::Int128),
        of_variable(Scalar::Int),
        of_variable(Scalar::LongLong),
        of_variable(Scalar::LongDouble),
        three.scalars(&[Scalar::Char; 3]).unwrap().size,
        u64::from(abi.biggest_align),
        u64::from(Scalar::Char.is_signed(abi)),
        u64::from(abi.byte_order == ByteOrder::Little),
    ]
}

#[test]
fn sizes_and_alignments_are_those_that_were_measured() {
    let all: Vec<_> = MEASURED.iter().chain(&DOCUMENTED).collect();
    assert_eq!(all.len(), ABIS.len());
    for (name, facts) in all {
        assert_eq!(row(Abi::by_name(name).unwrap()), *facts, "{name}");
    }
}

#[test]
fn types_that_no_abi_changes_have_the_sizes_of_the_standard() {
    for abi in &ABIS {
        for (scalar, size) in [
            (Scalar::Bool, 1),
            (Scalar::Char, 1),
            (Scalar::SignedChar, 1),
            (Scalar::UnsignedChar, 1),
            (Scalar::Short, 2),
            (Scalar::UnsignedShort, 2),
            (Scalar::Int, 4),
            (Scalar::UnsignedInt, 4),
            (Scalar::Float, 4),
            (Scalar::Double, 8),
            (Scalar::LongLong, 8),
            (Scalar::UnsignedLongLong, 8),
        ] {
            assert_eq!(abi.size_of(scalar), Some(size), "{} {scalar:?}", abi.name);
        }
        assert_eq!(abi.size_of(Scalar::Int128), abi.has_int128.then_some(16));
        assert_eq!(abi.align_of(Scalar::UnsignedInt128).is_some(), abi.has_int128);
        assert_eq!(abi.preferred_align_of(Scalar::Int128).is_some(), abi.has_int128);
        assert_eq!(abi.size_of(Scalar::UnsignedLong), abi.size_of(Scalar::Long));
    }
}

/// `TUNGETFEATURES`, `_IOR('T', 207, unsigned int)`, `KVM_RUN`, `_IO(0xae, 0x80)`, and the number of
/// bits for the size, by architecture.
#[test]
fn numbers_are_those_of_each_architectures_header() {
    for abi in &ABIS {
        let facts = match abi.kernel_arch {
            "alpha" | "mips" | "powerpc" | "sparc" => (0x4004_54cf, 0x2000_ae80, 13),
            "parisc" => (0x4004_54cf, 0xae80, 14),
            _ => (0x8004_54cf, 0xae80, 14),
        };
        let number =
            |direction, letter, nr, size| abi.encoding.encode(direction, letter, nr, size).unwrap();
        let found = (
            number(Direction::Read, b'T', 207, 4),
            number(Direction::None, 0xae, 0x80, 0),
            abi.encoding.size_bits(),
        );
        assert_eq!(found, facts, "{}", abi.name);
        // sparc has a 14th bit where there is an argument.
        let largest = match abi.kernel_arch {
            "alpha" | "mips" | "powerpc" => 8191,
            _ => 16383,
        };
        assert_eq!(abi.encoding.max_size(), largest, "{}", abi.name);
    }
}

/// `SNDRV_PCM_IOCTL_…`-like: TUNSETIFF is `_IOW('T', 202, int)`.
#[test]
fn a_write_is_not_a_read() {
    for (name, number) in [
        ("x86_64", 0x4004_54ca),
        ("powerpc", 0x8004_54ca),
        ("sparc64", 0x8004_54ca),
        ("parisc", 0x8004_54ca),
    ] {
        let encoding = Abi::by_name(name).unwrap().encoding;
        assert_eq!(encoding.encode(Direction::Write, b'T', 202, 4), Ok(number), "{name}");
    }
}

/// The ABI, its `e_machine`, and flags that its files have: `EF_ARM_EABI_VER5`, `EF_MIPS_ABI2`.
#[rustfmt::skip]
const ELF: [(&str, u16, u32); 34] = [
    ("x86_64", 62, 0), ("x32", 62, 0), ("i386", 3, 0), ("aarch64", 183, 0), ("arm", 40, 0x0500_0000),
    ("arm_oabi", 40, 0x2), ("riscv64", 243, 5), ("riscv32", 243, 5), ("powerpc64", 21, 1),
    ("powerpc64le", 21, 2), ("powerpc", 20, 0), ("mips_n64", 8, 0x8000_0007),
    ("mips_n32", 8, 0x8000_0027), ("mips_o32", 8, 0x7000_1007), ("mipsel_n64", 8, 0x8000_0007),
    ("mipsel_n32", 8, 0x8000_0027), ("mipsel_o32", 8, 0x7000_1007), ("s390x", 22, 0),
    ("s390", 22, 0), ("sparc64", 43, 2), ("sparc", 2, 0), ("sparc", 18, 0x100),
    ("alpha", 0x9026, 0), ("m68k", 4, 0x0100_0000), ("parisc", 15, 0x210), ("sh", 42, 9),
    ("arc", 93, 3), ("arc", 195, 0x406), ("xtensa", 94, 0x300), ("openrisc", 92, 0),
    ("loongarch64", 258, 0x43), ("csky", 252, 0x2000_0000), ("microblaze", 189, 0),
    ("nios2", 113, 0),
];

#[test]
fn a_file_is_for_the_abi_of_its_machine_and_flags_and_for_no_other() {
    for (name, machine, flags) in ELF {
        let abi = Abi::by_name(name).unwrap();
        let (address_size, byte_order) = (abi.pointer_size, abi.byte_order);
        let header = ElfHeader { address_size, byte_order, machine, flags };
        assert_eq!(Abi::by_elf(header).map(|abi| abi.name), Some(name));
        let other = if byte_order == ByteOrder::Big { ByteOrder::Little } else { ByteOrder::Big };
        let swapped = Abi::by_elf(ElfHeader { byte_order: other, ..header });
        assert_ne!(swapped.map(|abi| abi.name), Some(name));
    }
}

/// Which 32-bit programs run on which 64-bit kernel, by `CONFIG_COMPAT` and its like.
#[test]
fn kernels_run_the_programs_that_they_have_compat_for() {
    let pairs: Vec<(&str, Vec<&str>)> = ABIS
        .iter()
        .filter(|abi| !abi.compat.is_empty())
        .map(|abi| (abi.name, abi.companions().map(|program| program.name).collect()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("x86_64", vec!["i386", "x32"]),
            ("aarch64", vec!["arm"]),
            ("riscv64", vec!["riscv32"]),
            ("powerpc64", vec!["powerpc"]),
            ("mips_n64", vec!["mips_n32", "mips_o32"]),
            ("mipsel_n64", vec!["mipsel_n32", "mipsel_o32"]),
            ("s390x", vec!["s390"]),
            ("sparc64", vec!["sparc"]),
        ]
    );
    let hosts =
        |name| -> Vec<&str> { Abi::by_name(name).unwrap().hosts().map(|abi| abi.name).collect() };
    assert_eq!(hosts("i386"), ["x86_64"]);
    assert_eq!(hosts("mips_o32"), ["mips_n64"]);
    assert_eq!(hosts("x86_64"), [""; 0]);
    assert_eq!(hosts("m68k"), [""; 0]);
}

fn names(set: AbiSet) -> Vec<&'static str> {
    set.iter().map(|id| id.abi().name).collect()
}

#[test]
fn the_questions_of_rules_have_the_answers_of_the_documents() {
    let of = |holds: fn(&Abi) -> bool| names(AbiSet::of(holds));
    assert_eq!(of(Abi::rounds_records), ["arm_oabi"]);
    assert_eq!(of(Abi::under_aligns_32_bit), ["m68k"]);
    assert_eq!(of(Abi::is_ilp32_on_64_bit), ["x32", "mips_n32", "mipsel_n32"]);
    assert_eq!(
        of(Abi::under_aligns_64_bit),
        ["i386", "arm_oabi", "m68k", "sh", "arc", "openrisc", "csky", "microblaze", "nios2"]
    );
    assert_eq!(
        of(Abi::is_64_bit),
        [
            "x86_64",
            "aarch64",
            "riscv64",
            "powerpc64",
            "powerpc64le",
            "mips_n64",
            "mipsel_n64",
            "s390x",
            "sparc64",
            "alpha",
            "loongarch64"
        ]
    );
}

/// What decides where a member goes, from the measured numbers alone.
fn measured_alike(a: &[u64; 17], b: &[u64; 17]) -> bool {
    // Sizes of words; `__int128`; alignments of members; OABI's rounding; `aligned`.
    [0, 1, 3, 4, 5, 6, 7, 8, 9, 13, 14].iter().all(|at| a[*at] == b[*at])
}

#[test]
fn each_abi_lays_out_as_one_representative_does() {
    let facts = |name: &str| {
        let all = MEASURED.iter().chain(&DOCUMENTED);
        all.clone().find(|(known, _)| *known == name).unwrap().1
    };
    for abi in &ABIS {
        let like: Vec<_> = AbiSet::LAYOUTS
            .iter()
            .filter(|id| measured_alike(&facts(id.abi().name), &facts(abi.name)))
            .collect();
        assert_eq!(like.len(), 1, "{} {like:?}", abi.name);
        for other in &ABIS {
            let alike = measured_alike(&facts(abi.name), &facts(other.name));
            assert_eq!(abi.places_members_as(other), alike, "{} {}", abi.name, other.name);
        }
        let numbered: Vec<_> = AbiSet::NUMBERS
            .iter()
            .filter(|id| id.abi().places_members_as(abi) && id.abi().encoding == abi.encoding)
            .collect();
        assert_eq!(numbered.len(), 1, "{} {numbered:?}", abi.name);
    }
}
