//! Places the members of a structure or union, one after another, as gcc does for Linux.
//!
//! The rules are those of gcc's internals manual ("Storage Layout") and of the psABI documents;
//! the tests compare the outcome with gcc itself for every ABI that has a compiler.

use core::fmt;

use crate::{Abi, BitFields, Scalar};

/// Bits in a byte, on every Linux ABI.
const BYTE: u64 = 8;

/// Sizes past this are refused: it is gcc's own limit for an object on 64-bit machines, in bits.
const LIMIT: u64 = 1 << 62;

/// Structure or union.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// Members follow each other.
    Struct,
    /// Members share their place.
    Union,
}

/// The attributes that change how a member, or a whole structure, is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MemberAlign {
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))`, in bytes: a power of two.
    pub aligned: Option<u64>,
    /// `#pragma pack(n)` in force, in bytes. Only has a meaning for a whole structure.
    pub pack: Option<u64>,
}

impl MemberAlign {
    /// No attribute.
    pub const NATURAL: Self = Self { packed: false, aligned: None, pack: None };
    /// `__attribute__((packed))`.
    pub const PACKED: Self = Self { packed: true, aligned: None, pack: None };

    /// The same with `__attribute__((aligned(bytes)))`.
    #[must_use]
    pub const fn with_aligned(mut self, bytes: u64) -> Self {
        self.aligned = Some(bytes);
        self
    }
}

/// Why a structure has no layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayoutError {
    /// Larger than any object can be.
    TooLarge,
    /// The ABI has no such fundamental type.
    NoSuchType(Scalar),
    /// An alignment that is not a power of two.
    BadAlignment(u64),
    /// A bit-field wider than its type.
    BitFieldTooWide,
    /// A type that is declared and never defined.
    Incomplete,
    /// A structure that contains itself.
    Recursive,
    /// A type that exists on other ABIs only.
    Absent,
    /// A size or an alignment that could not be worked out.
    Unknown,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the type is larger than any object can be"),
            Self::NoSuchType(scalar) => {
                write!(f, "the ABI has no type `{}`", scalar.c_name())
            }
            Self::BadAlignment(bytes) => {
                write!(f, "an alignment of {bytes} is not a power of two")
            }
            Self::BitFieldTooWide => f.write_str("a bit-field is wider than its type"),
            Self::Incomplete => f.write_str("the type is declared but never defined"),
            Self::Recursive => f.write_str("the type contains itself"),
            Self::Absent => f.write_str("the type does not exist on this ABI"),
            Self::Unknown => f.write_str("a size or an alignment could not be worked out"),
        }
    }
}

impl core::error::Error for LayoutError {}

/// Where a member was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placement {
    /// Distance from the start of the structure, in bits.
    pub offset_bits: u64,
    /// Width, in bits.
    pub size_bits: u64,
}

impl Placement {
    /// The offset in whole bytes, rounded down.
    pub const fn offset(self) -> u64 {
        self.offset_bits / BYTE
    }

    /// The first bit past the member.
    pub const fn end_bits(self) -> u64 {
        self.offset_bits.saturating_add(self.size_bits)
    }
}

/// Size and alignment of a finished structure, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordSize {
    /// Size, tail padding included.
    pub size: u64,
    /// Alignment.
    pub align: u64,
    /// Bits between the end of the last member and the end of the structure.
    pub tail_bits: u64,
}

/// The layout of a structure or union in progress: give it the members in order, then
/// [`RecordFold::finish`]. Each step returns a new fold, so that it can run in `const`.
#[derive(Debug, Clone, Copy)]
pub struct RecordFold {
    abi: &'static Abi,
    kind: RecordKind,
    attributes: MemberAlign,
    end_bits: u64,
    align_bits: u64,
}

impl RecordFold {
    /// An empty structure or union with the attributes of the type itself.
    pub const fn new(abi: &'static Abi, kind: RecordKind, attributes: MemberAlign) -> Self {
        let mut align_bits = BYTE;
        if !attributes.packed {
            let mut rounded = abi.min_record_align as u64;
            if let Some(pack) = attributes.pack {
                rounded = min(rounded, pack);
            }
            align_bits = max(align_bits, rounded * BYTE);
        }
        if let Some(aligned) = attributes.aligned {
            // What is no alignment is refused by the first member, or by the end.
            align_bits = max(align_bits, aligned.saturating_mul(BYTE));
        }
        Self { abi, kind, attributes, end_bits: 0, align_bits }
    }

    /// Adds members of fundamental types in order and finishes the structure.
    ///
    /// # Errors
    /// As [`RecordFold::scalar`] and [`RecordFold::finish`].
    pub const fn scalars(mut self, scalars: &[Scalar]) -> Result<RecordSize, LayoutError> {
        let mut i = 0;
        while i < scalars.len() {
            match self.scalar(scalars[i]) {
                Ok((next, _)) => self = next,
                Err(error) => return Err(error),
            }
            i += 1;
        }
        self.finish()
    }

    /// Adds a member of a fundamental type without attributes of its own.
    ///
    /// # Errors
    /// [`LayoutError::NoSuchType`] where the ABI lacks it, [`LayoutError::TooLarge`].
    pub const fn scalar(self, scalar: Scalar) -> Result<(Self, Placement), LayoutError> {
        match (self.abi.size_of(scalar), self.abi.align_of(scalar)) {
            (Some(size), Some(align)) => self.member(size, align, MemberAlign::NATURAL),
            _ => Err(LayoutError::NoSuchType(scalar)),
        }
    }

    /// Adds a member of `size` bytes whose type asks for `align` bytes, with the attributes of
    /// the member itself. A flexible array member has size 0.
    ///
    /// # Errors
    /// [`LayoutError::BadAlignment`] unless alignments are powers of two,
    /// [`LayoutError::TooLarge`].
    pub const fn member(
        self,
        size: u64,
        align: u64,
        attributes: MemberAlign,
    ) -> Result<(Self, Placement), LayoutError> {
        if let Err(error) = self.check(align, attributes) {
            return Err(error);
        }
        if size > LIMIT / BYTE {
            return Err(LayoutError::TooLarge);
        }
        let packed = self.attributes.packed || attributes.packed;
        let mut align_bits = if packed { BYTE } else { align * BYTE };
        if let Some(aligned) = attributes.aligned {
            align_bits = max(align_bits, aligned * BYTE);
        }
        align_bits = self.capped(align_bits);
        self.place(size * BYTE, align_bits, align_bits)
    }

    /// Adds a bit-field of `width` bits whose declared type has `size` and asks for `align`
    /// bytes. A width of 0 is the unnamed separator.
    ///
    /// # Errors
    /// [`LayoutError::BitFieldTooWide`], and as [`RecordFold::member`].
    pub const fn bit_field(
        self,
        width: u64,
        named: bool,
        size: u64,
        align: u64,
        attributes: MemberAlign,
    ) -> Result<(Self, Placement), LayoutError> {
        if let Err(error) = self.check(align, attributes) {
            return Err(error);
        }
        if size > 16 || width > size * BYTE {
            return Err(LayoutError::BitFieldTooWide);
        }
        if width == 0 {
            return self.separator(align, attributes);
        }
        let packed = self.attributes.packed || attributes.packed;
        let whole = self.fills_integer(width, packed);
        let mut own = match attributes.aligned {
            Some(aligned) => aligned * BYTE,
            None => 1,
        };
        if whole {
            own = max(own, self.integer_align(width));
        }
        if attributes.aligned.is_none() {
            let cap = if packed { 1 } else { self.abi.max_member_align as u64 };
            own = min(own, cap * BYTE);
        }
        own = self.capped(own);
        let start = round_up(self.start_bits(), own);
        if matches!(self.abi.bit_fields, BitFields::Compact { .. }) {
            return self.put(start, width, own);
        }

        let type_align = align * BYTE;
        let crosses = (start % type_align + width).div_ceil(type_align) > size * BYTE / type_align;
        let free = whole || packed || self.attributes.pack.is_some();
        let start = if crosses && !free { self.next_unit(start, own, type_align) } else { start };
        let aligns = named || matches!(self.abi.bit_fields, BitFields::DeclaredTypeEvenUnnamed);
        let from_type = match self.attributes.pack {
            Some(pack) => min(type_align, pack * BYTE),
            None if packed => BYTE,
            None => type_align,
        };
        let record_align = if aligns { max(own, from_type) } else { 1 };
        self.put(start, width, record_align)
    }

    /// Ends the structure: rounds its size up to its alignment.
    ///
    /// # Errors
    /// [`LayoutError::TooLarge`], [`LayoutError::BadAlignment`] for the type's own attribute.
    pub const fn finish(self) -> Result<RecordSize, LayoutError> {
        if let Err(error) = check_align(1, self.attributes) {
            return Err(error);
        }
        let size_bits = round_up(self.end_bits, self.align_bits);
        if size_bits > LIMIT {
            return Err(LayoutError::TooLarge);
        }
        Ok(RecordSize {
            size: size_bits / BYTE,
            align: self.align_bits / BYTE,
            tail_bits: size_bits - self.end_bits,
        })
    }

    /// A zero-width bit-field: moves the next member to a boundary, whatever is packed.
    const fn separator(
        self,
        align: u64,
        attributes: MemberAlign,
    ) -> Result<(Self, Placement), LayoutError> {
        let asked = match attributes.aligned {
            Some(aligned) => aligned * BYTE,
            None => 1,
        };
        let (own, record_align) = match self.abi.bit_fields {
            BitFields::Compact { empty_boundary } => {
                let own = max(asked, empty_boundary as u64);
                (own, own)
            }
            BitFields::DeclaredType => (max(asked, align * BYTE), 1),
            BitFields::DeclaredTypeEvenUnnamed => {
                let own = max(asked, align * BYTE);
                (own, own)
            }
        };
        self.place(0, own, record_align)
    }

    /// The next boundary of a bit-field's type. gcc counts it from the last boundary that the
    /// structure is known to have, so that a type aligned beyond that moves the bit-field less far
    /// than one would think, or not at all.
    const fn next_unit(self, start: u64, own: u64, type_align: u64) -> u64 {
        let known = match self.attributes.aligned {
            Some(aligned) => max(aligned, self.abi.biggest_align as u64) * BYTE,
            None => self.abi.biggest_align as u64 * BYTE,
        };
        // That boundary is behind the member before, or the bit-field's own where it is as strict.
        let end = self.start_bits();
        let base = if own >= known { start } else { end - end % known };
        base + round_up(start - base, type_align)
    }

    /// Whether a bit-field that is not packed is as wide as an integer and stands on that integer's
    /// own boundary: it is then placed as one, whatever its declared type.
    const fn fills_integer(self, width: u64, packed: bool) -> bool {
        let is_integer = matches!(width, 8 | 16 | 32 | 64) || width == 128 && self.abi.has_int128;
        is_integer && !packed && self.start_bits().is_multiple_of(self.integer_align(width))
    }

    /// The alignment of a variable of that many bits, in bits.
    const fn integer_align(self, width: u64) -> u64 {
        min(width, self.abi.biggest_align as u64 * BYTE)
    }

    /// Whether every alignment that takes part in placing a member is one.
    const fn check(self, align: u64, attributes: MemberAlign) -> Result<(), LayoutError> {
        if let Err(error) = check_align(1, self.attributes) {
            return Err(error);
        }
        check_align(align, attributes)
    }

    const fn start_bits(self) -> u64 {
        match self.kind {
            RecordKind::Struct => self.end_bits,
            RecordKind::Union => 0,
        }
    }

    const fn capped(self, align_bits: u64) -> u64 {
        match self.attributes.pack {
            Some(pack) => min(align_bits, pack * BYTE),
            None => align_bits,
        }
    }

    const fn place(
        self,
        size_bits: u64,
        align_bits: u64,
        record_align: u64,
    ) -> Result<(Self, Placement), LayoutError> {
        self.put(round_up(self.start_bits(), align_bits), size_bits, record_align)
    }

    const fn put(
        mut self,
        offset_bits: u64,
        size_bits: u64,
        record_align: u64,
    ) -> Result<(Self, Placement), LayoutError> {
        // Neither term exceeds LIMIT by more than an alignment, so that the sum cannot overflow.
        let end_bits = offset_bits + size_bits;
        if end_bits > LIMIT {
            return Err(LayoutError::TooLarge);
        }
        self.end_bits = max(self.end_bits, end_bits);
        self.align_bits = max(self.align_bits, record_align);
        Ok((self, Placement { offset_bits, size_bits }))
    }
}

const fn check_align(align: u64, attributes: MemberAlign) -> Result<(), LayoutError> {
    // 2^28 bytes is the largest alignment that gcc accepts.
    const MOST: u64 = 1 << 28;
    if !align.is_power_of_two() || align > MOST {
        return Err(LayoutError::BadAlignment(align));
    }
    if let Some(aligned) = attributes.aligned
        && (!aligned.is_power_of_two() || aligned > MOST)
    {
        return Err(LayoutError::BadAlignment(aligned));
    }
    if let Some(pack) = attributes.pack
        && (!pack.is_power_of_two() || pack > MOST)
    {
        return Err(LayoutError::BadAlignment(pack));
    }
    Ok(())
}

const fn max(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

const fn min(a: u64, b: u64) -> u64 {
    if a < b { a } else { b }
}

const fn round_up(value: u64, multiple: u64) -> u64 {
    value.div_ceil(multiple) * multiple
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abi(name: &str) -> &'static Abi {
        Abi::by_name(name).unwrap()
    }

    fn size(name: &str, members: &[Scalar]) -> u64 {
        let mut fold = RecordFold::new(abi(name), RecordKind::Struct, MemberAlign::NATURAL);
        for &member in members {
            fold = fold.scalar(member).unwrap().0;
        }
        fold.finish().unwrap().size
    }

    // The table of DESIGN.md, measured with gcc 12.
    #[test]
    fn the_structure_of_the_kernel_guide_has_the_sizes_that_gcc_gives() {
        let foo = [Scalar::UnsignedInt, Scalar::UnsignedLongLong, Scalar::UnsignedInt];
        for (name, expected) in [
            ("i386", 16),
            ("m68k", 16),
            ("arm_oabi", 16),
            ("x86_64", 24),
            ("x32", 24),
            ("arm", 24),
            ("alpha", 24),
            ("parisc", 24),
        ] {
            assert_eq!(size(name, &foo), expected, "{name}");
        }
    }

    #[test]
    fn three_bytes_are_rounded_to_a_word_only_by_oabi() {
        for abi in &crate::ABIS {
            let expected = if abi.name == "arm_oabi" { 4 } else { 3 };
            assert_eq!(size(abi.name, &[Scalar::Char; 3]), expected, "{}", abi.name);
        }
    }

    #[test]
    fn a_size_past_any_object_is_an_error_and_no_overflow() {
        let fold = RecordFold::new(abi("x86_64"), RecordKind::Struct, MemberAlign::NATURAL);
        let huge = fold.member(1 << 58, 8, MemberAlign::NATURAL).unwrap().0;
        let mut fold = huge;
        let mut result = Ok(());
        for _ in 0..16 {
            match fold.member(1 << 58, 8, MemberAlign::NATURAL) {
                Ok((next, _)) => fold = next,
                Err(error) => result = Err(error),
            }
        }
        assert_eq!(result, Err(LayoutError::TooLarge));
        assert_eq!(
            fold.member(u64::MAX, 1, MemberAlign::NATURAL).unwrap_err(),
            LayoutError::TooLarge
        );
        assert_eq!(
            fold.member(4, 3, MemberAlign::NATURAL).unwrap_err(),
            LayoutError::BadAlignment(3)
        );
    }
}
