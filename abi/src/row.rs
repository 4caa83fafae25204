//! What one row of the ABI table says, and the questions that rules ask of it.

use crate::{ABIS, AbiId, Elf, Encoding, Scalar};

/// The order of the bytes of a multi-byte integer in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// How an ABI places bit-fields (gcc's `PCC_BITFIELD_TYPE_MATTERS`, `EMPTY_FIELD_BOUNDARY` and
/// `TARGET_ALIGN_ANON_BITFIELD`, see gcc's internals manual, "Storage Layout").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitFields {
    /// The declared type matters: a bit-field crosses no boundary of its type, and a named one
    /// aligns the structure to its type. An unnamed one does not.
    DeclaredType,
    /// As [`BitFields::DeclaredType`], and unnamed bit-fields align the structure too (AAPCS).
    DeclaredTypeEvenUnnamed,
    /// Bit-fields follow each other without regard to the type; a zero-width one moves the next
    /// member to a multiple of this many bits.
    Compact {
        /// Alignment after a zero-width bit-field, in bits.
        empty_boundary: u8,
    },
}

/// Where a row's facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// Compared with what this compiler says, by the tests of this project.
    Gcc {
        /// Debian bookworm's package that holds the compiler proper (`cc1`).
        package: &'static str,
        /// The compiler proper, as a path on a machine with that package.
        cc1: &'static str,
        /// The options that select this ABI.
        flags: &'static [&'static str],
    },
    /// Read in these sources: Debian bookworm has no compiler for this ABI.
    Documents(&'static str),
}

/// One Linux user-space ABI.
///
/// Sizes and alignments are in bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Abi {
    /// The name that reports and configuration use, such as `x86_64` or `arm_oabi`.
    pub name: &'static str,
    /// One line for people: which machines, which calling convention.
    pub description: &'static str,
    /// The kernel's name for the architecture: its folder below `arch/`.
    pub kernel_arch: &'static str,
    /// The values of `target_arch` in Rust whose code has this ABI, together with pointer size and
    /// byte order (rustc's list of targets); empty where rustc has no Linux target for it.
    pub rust_archs: &'static [&'static str],
    /// The byte order of integers.
    pub byte_order: ByteOrder,
    /// Size of `long` and of `unsigned long`: 4 or 8.
    pub long_size: u8,
    /// Size of every pointer, and of `size_t`: 4 or 8.
    pub pointer_size: u8,
    /// The largest alignment that a fundamental type gets inside a structure.
    pub max_member_align: u8,
    /// What `__attribute__((aligned))` without a number means.
    pub biggest_align: u8,
    /// Size of `long double`.
    pub long_double_size: u8,
    /// Whether `__int128` exists.
    pub has_int128: bool,
    /// Alignment that every structure and union has at least, unless packed: 1, or 4 where
    /// structures are rounded to words (arm OABI).
    pub min_record_align: u8,
    /// How bit-fields are placed.
    pub bit_fields: BitFields,
    /// Whether plain `char` is signed.
    pub char_signed: bool,
    /// How command numbers are encoded.
    pub encoding: Encoding,
    /// Names of the 32-bit ABIs whose programs a kernel of this ABI also runs; empty for a
    /// 32-bit ABI.
    pub compat: &'static [&'static str],
    /// Macros that the compiler predefines for this ABI and that UAPI headers test, as
    /// `NAME=VALUE`.
    pub predefined: &'static [&'static str],
    /// Other ABIs that agree with this row in everything that it states.
    pub also: &'static str,
    /// How an ELF file says that it is for this ABI.
    pub elf: Elf,
    /// Where the facts come from.
    pub provenance: Provenance,
}

impl Abi {
    /// The row of that name, if there is one.
    pub const fn by_name(name: &str) -> Option<&'static Self> {
        let mut i = 0;
        while i < ABIS.len() {
            if same(ABIS[i].name, name) {
                return Some(&ABIS[i]);
            }
            i += 1;
        }
        None
    }

    /// The row's place in [`ABIS`].
    pub const fn id(&self) -> AbiId {
        let mut i = 0;
        while i < ABIS.len() {
            if same(ABIS[i].name, self.name) {
                break;
            }
            i += 1;
        }
        AbiId::new(i as u8)
    }

    /// Size in bytes, or `None` where the ABI has no such type (`__int128` on most 32-bit ABIs).
    pub const fn size_of(&self, scalar: Scalar) -> Option<u64> {
        Some(match scalar {
            Scalar::Bool | Scalar::Char | Scalar::SignedChar | Scalar::UnsignedChar => 1,
            Scalar::Short | Scalar::UnsignedShort => 2,
            Scalar::Int | Scalar::UnsignedInt | Scalar::Float => 4,
            Scalar::Long | Scalar::UnsignedLong => self.long_size as u64,
            Scalar::LongLong | Scalar::UnsignedLongLong | Scalar::Double => 8,
            Scalar::Int128 | Scalar::UnsignedInt128 if self.has_int128 => 16,
            Scalar::Int128 | Scalar::UnsignedInt128 => return None,
            Scalar::LongDouble => self.long_double_size as u64,
            Scalar::Pointer => self.pointer_size as u64,
        })
    }

    /// Alignment in bytes of a member of that type inside a structure that is not packed, or
    /// `None` where the ABI has no such type.
    pub const fn align_of(&self, scalar: Scalar) -> Option<u64> {
        let Some(size) = self.size_of(scalar) else {
            return None;
        };
        // i386 and m68k pad long double to 12 bytes, which is no alignment.
        let natural = if size.is_power_of_two() { size } else { 4 };
        let cap = self.max_member_align as u64;
        Some(if natural < cap { natural } else { cap })
    }

    /// What gcc's `__alignof__` says of that type, in bytes: the alignment that a variable gets,
    /// which on i386 is more than [`Abi::align_of`] says for a member.
    pub const fn preferred_align_of(&self, scalar: Scalar) -> Option<u64> {
        let Some(size) = self.size_of(scalar) else {
            return None;
        };
        let natural = if size.is_power_of_two() { size } else { 4 };
        let cap = self.biggest_align as u64;
        let member = match self.align_of(scalar) {
            Some(align) => align,
            None => 1,
        };
        // long double is the one type whose variables i386 does not align beyond its members.
        if matches!(scalar, Scalar::LongDouble) {
            return Some(member);
        }
        Some(if natural < cap { natural } else { cap })
    }

    /// Whether every structure without bit-fields and `long double` has the same layout on both.
    pub const fn places_members_as(&self, other: &Self) -> bool {
        self.long_size == other.long_size
            && self.pointer_size == other.pointer_size
            && self.max_member_align == other.max_member_align
            && self.biggest_align == other.biggest_align
            && self.min_record_align == other.min_record_align
            && self.has_int128 == other.has_int128
    }

    /// Whether structures are rounded up to more than their members need (arm OABI).
    pub const fn rounds_records(&self) -> bool {
        self.min_record_align > 1
    }

    /// Whether a kernel refuses to build a command whose size does not fit into the number: alpha and sparc
    /// have `_IOR` and its kin of their own, without asm-generic's `_IOC_TYPECHECK`.
    pub fn checks_command_size(&self) -> bool {
        !matches!(self.kernel_arch, "alpha" | "sparc")
    }

    /// Whether 64-bit integers have less than their natural alignment inside structures.
    pub const fn under_aligns_64_bit(&self) -> bool {
        self.max_member_align < 8
    }

    /// Whether 32-bit integers have less than their natural alignment inside structures.
    pub const fn under_aligns_32_bit(&self) -> bool {
        self.max_member_align < 4
    }

    /// Whether `long` is wider than a pointer's 32 bits, or a pointer narrower than a 64-bit
    /// register would suggest: the ABIs that are neither plain 32-bit nor plain 64-bit.
    pub fn is_64_bit(&self) -> bool {
        self.pointer_size == 8
    }

    /// Whether this 32-bit ABI runs on a kernel whose registers have 64 bits and shares its
    /// system calls (x32, and mips n32).
    pub fn is_ilp32_on_64_bit(&self) -> bool {
        self.pointer_size == 4 && self.has_int128
    }

    /// The 64-bit ABIs whose kernels also run this ABI's programs.
    pub fn hosts(&self) -> impl Iterator<Item = &'static Self> {
        let name = self.name;
        ABIS.iter().filter(move |abi| abi.compat.contains(&name))
    }

    /// The 32-bit ABIs whose programs a kernel of this ABI also runs.
    pub fn companions(&self) -> impl Iterator<Item = &'static Self> {
        let names = self.compat;
        names.iter().filter_map(|name| Self::by_name(name))
    }
}

impl PartialEq for Abi {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Abi {}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
