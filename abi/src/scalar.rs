//! The fundamental C types, symbolic until an ABI gives them a size.

use crate::Abi;

/// A fundamental C type. Its size and alignment are an ABI's to say: see [`Abi::size_of`] and
/// [`Abi::align_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Scalar {
    Bool,
    /// Plain `char`: whether it is signed is the ABI's choice.
    Char,
    SignedChar,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    LongLong,
    UnsignedLongLong,
    /// `__int128`: only ABIs with 64-bit registers have it.
    Int128,
    UnsignedInt128,
    Float,
    Double,
    LongDouble,
    /// Any object or function pointer.
    Pointer,
}

impl Scalar {
    /// Every fundamental type, once.
    pub const ALL: [Self; 18] = [
        Self::Bool,
        Self::Char,
        Self::SignedChar,
        Self::UnsignedChar,
        Self::Short,
        Self::UnsignedShort,
        Self::Int,
        Self::UnsignedInt,
        Self::Long,
        Self::UnsignedLong,
        Self::LongLong,
        Self::UnsignedLongLong,
        Self::Int128,
        Self::UnsignedInt128,
        Self::Float,
        Self::Double,
        Self::LongDouble,
        Self::Pointer,
    ];

    /// The type as C spells it. [`Scalar::Pointer`] is `void *`.
    pub const fn c_name(self) -> &'static str {
        match self {
            Self::Bool => "_Bool",
            Self::Char => "char",
            Self::SignedChar => "signed char",
            Self::UnsignedChar => "unsigned char",
            Self::Short => "short",
            Self::UnsignedShort => "unsigned short",
            Self::Int => "int",
            Self::UnsignedInt => "unsigned int",
            Self::Long => "long",
            Self::UnsignedLong => "unsigned long",
            Self::LongLong => "long long",
            Self::UnsignedLongLong => "unsigned long long",
            Self::Int128 => "__int128",
            Self::UnsignedInt128 => "unsigned __int128",
            Self::Float => "float",
            Self::Double => "double",
            Self::LongDouble => "long double",
            Self::Pointer => "void *",
        }
    }

    /// Whether the size differs between Linux ABIs because it follows the register width.
    pub const fn is_word_sized(self) -> bool {
        matches!(self, Self::Long | Self::UnsignedLong | Self::Pointer)
    }

    /// Whether the type is a binary floating-point type.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float | Self::Double | Self::LongDouble)
    }

    /// Whether the type can hold negative values on `abi`.
    pub const fn is_signed(self, abi: &Abi) -> bool {
        match self {
            Self::Char => abi.char_signed,
            Self::SignedChar
            | Self::Short
            | Self::Int
            | Self::Long
            | Self::LongLong
            | Self::Int128
            | Self::Float
            | Self::Double
            | Self::LongDouble => true,
            Self::Bool
            | Self::UnsignedChar
            | Self::UnsignedShort
            | Self::UnsignedInt
            | Self::UnsignedLong
            | Self::UnsignedLongLong
            | Self::UnsignedInt128
            | Self::Pointer => false,
        }
    }
}
