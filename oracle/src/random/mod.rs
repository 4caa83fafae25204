//! Random C types: one description, rendered as C for the compiler and as an interface for the
//! engine.

mod check;
mod generate;
mod interface;
mod render;

use ioctlkit_abi::{Abi, RecordKind, Scalar};

pub use check::{Wrong, wrong};
pub use generate::any_record;
pub use interface::{Built, build};
pub use render::declarations;

/// A type.
#[derive(Debug, Clone)]
pub enum RandomType {
    /// A fundamental type.
    Scalar(Scalar),
    /// An enumeration.
    Enum(EnumRange),
    /// A structure or union with a tag.
    Record(Box<RandomRecord>),
    /// An array.
    Array(Box<RandomType>, u64),
    /// A typedef with `__attribute__((aligned(n)))`, which raises or lowers the alignment.
    Aligned(Box<RandomType>, u64),
}

/// What an enumeration's values need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumRange {
    /// `unsigned int`.
    Small,
    /// `int`.
    Negative,
    /// 64 bits.
    Large,
    /// 64 bits and a sign.
    LargeNegative,
    /// A byte, with `__attribute__((packed))`.
    PackedByte,
    /// Two bytes, with `__attribute__((packed))`.
    PackedShort,
}

/// A structure or union.
#[derive(Debug, Clone)]
pub struct RandomRecord {
    /// Structure or union.
    pub kind: RecordKind,
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))`.
    pub aligned: Option<u64>,
    /// `#pragma pack(n)`; an anonymous structure has that of the one around it.
    pub pack: Option<u64>,
    /// The members.
    pub members: Vec<RandomMember>,
    /// The element of a flexible array at the end, where C allows one.
    pub flexible: Option<RandomType>,
}

/// A member.
#[derive(Debug, Clone)]
pub enum RandomMember {
    /// A named member.
    Plain(RandomType, Attributes),
    /// A bit-field: its declared type and its width. The width 0 makes it unnamed.
    Bits {
        /// The declared type.
        ty: RandomType,
        /// Bits.
        width: u64,
        /// Whether it has a name.
        named: bool,
        /// Its attributes.
        attributes: Attributes,
    },
    /// A structure or union without tag and name.
    Anonymous(Box<RandomRecord>),
}

/// The attributes of a member.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attributes {
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))`.
    pub aligned: Option<u64>,
}

impl EnumRange {
    /// The integer behind the enumeration.
    pub fn underlying(self, abi: &Abi) -> Scalar {
        let long_has_64_bits = abi.long_size == 8;
        match self {
            Self::Small => Scalar::UnsignedInt,
            Self::Negative => Scalar::Int,
            Self::Large if long_has_64_bits => Scalar::UnsignedLong,
            Self::Large => Scalar::UnsignedLongLong,
            Self::LargeNegative if long_has_64_bits => Scalar::Long,
            Self::LargeNegative => Scalar::LongLong,
            Self::PackedByte => Scalar::UnsignedChar,
            Self::PackedShort => Scalar::Short,
        }
    }

    /// The widest bit-field of that type, on any ABI.
    pub fn bits(self) -> u64 {
        match self {
            Self::Small | Self::Negative => 32,
            Self::Large | Self::LargeNegative => 64,
            Self::PackedByte => 8,
            Self::PackedShort => 16,
        }
    }
}

impl RandomType {
    /// Whether `abi` has every fundamental type in it.
    pub fn exists_on(&self, abi: &Abi) -> bool {
        match self {
            Self::Scalar(scalar) => abi.size_of(*scalar).is_some(),
            Self::Enum(_) => true,
            Self::Record(record) => record.exists_on(abi),
            Self::Array(ty, _) | Self::Aligned(ty, _) => ty.exists_on(abi),
        }
    }
}

impl RandomRecord {
    /// Whether `abi` has every fundamental type in it.
    pub fn exists_on(&self, abi: &Abi) -> bool {
        let has = |member: &RandomMember| match member {
            RandomMember::Plain(ty, _) | RandomMember::Bits { ty, .. } => ty.exists_on(abi),
            RandomMember::Anonymous(record) => record.exists_on(abi),
        };
        self.members.iter().all(has) && self.flexible.as_ref().is_none_or(|ty| ty.exists_on(abi))
    }

    /// Whether a flexible array may stand at the end: C wants a named member before it.
    pub fn may_be_flexible(&self) -> bool {
        let is_named = |member: &RandomMember| match member {
            RandomMember::Plain(..) => true,
            RandomMember::Bits { named, width, .. } => *named && *width > 0,
            RandomMember::Anonymous(record) => record.has_named_member(),
        };
        self.kind == RecordKind::Struct && self.members.iter().any(is_named)
    }

    fn has_named_member(&self) -> bool {
        self.members.iter().any(|member| match member {
            RandomMember::Plain(..) => true,
            RandomMember::Bits { named, width, .. } => *named && *width > 0,
            RandomMember::Anonymous(record) => record.has_named_member(),
        })
    }
}
