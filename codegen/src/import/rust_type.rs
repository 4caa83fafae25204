//! Types as the module spells them, and what each comes to on an ABI.

use ioctlkit_abi::{AbiId, Scalar};
use ioctlkit_model::{EnumId, Interface, Layouts, RecordId, Type, TypeSize};

use super::definition::Definitions;

/// A type of the module. Integers stay C's, so that a `long` is still one on every ABI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RustType {
    /// An integer.
    Scalar(Scalar),
    /// A pointer.
    Pointer(Pointee),
    /// An array with a length.
    Array(Box<RustType>, u64),
    /// The array of any length at the end of a structure.
    Flexible(Box<RustType>),
    /// A structure or union.
    Record(RecordId),
    /// The integer that stands for an enumeration.
    Enum(EnumId),
}

/// What a pointer points to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Pointee {
    /// Nothing that the module knows.
    Unknown,
    /// An integer.
    Scalar(Scalar),
    /// A structure or union.
    Record(RecordId),
}

impl RustType {
    /// The type of one element, however many dimensions an array has.
    pub(crate) fn element(&self) -> &Self {
        match self {
            Self::Array(element, _) | Self::Flexible(element) => element.element(),
            other => other,
        }
    }

    /// Size and alignment on an ABI, in bytes; `None` where it has no such type.
    pub(crate) fn size(&self, definitions: &Definitions<'_>, abi: AbiId) -> Option<TypeSize> {
        let scalar = |scalar| {
            let row = abi.abi();
            Some(TypeSize { size: row.size_of(scalar)?, align: row.align_of(scalar)? })
        };
        match self {
            Self::Scalar(of) => scalar(*of),
            Self::Pointer(_) => scalar(Scalar::Pointer),
            Self::Array(element, count) => {
                let element = element.size(definitions, abi)?;
                Some(TypeSize { size: element.size.checked_mul(*count)?, ..element })
            }
            Self::Flexible(element) => {
                Some(TypeSize { size: 0, ..element.size(definitions, abi)? })
            }
            Self::Record(id) => definitions.size(*id, abi),
            Self::Enum(id) => scalar(underlying(definitions.interface(), *id, abi)?),
        }
    }
}

/// The integer behind an enumeration.
pub(crate) fn underlying(interface: &Interface, id: EnumId, abi: AbiId) -> Option<Scalar> {
    let variants = &interface.enumeration(id).variants;
    variants.get(abi).or_else(|| variants.first()).map(|body| body.underlying)
}

/// The type that stands for one of C on an ABI.
///
/// # Errors
/// What Rust has nothing for, as the end of a sentence.
pub(crate) fn resolve(layouts: &Layouts<'_>, ty: &Type, abi: AbiId) -> Result<RustType, String> {
    let interface = layouts.interface();
    let ty = interface
        .resolved(ty, abi)
        .ok_or_else(|| format!("`{}` does not exist there", interface.type_name(ty)))?;
    Ok(match ty {
        Type::Scalar(scalar) => RustType::Scalar(integer(*scalar)?),
        Type::Pointer(to) => RustType::Pointer(pointee(interface, to, abi)),
        Type::Array(element, count) => {
            let count = layouts
                .constant(count, abi)
                .map_err(|_| "the length of an array is not known".to_owned())?;
            RustType::Array(Box::new(resolve(layouts, element, abi)?), count)
        }
        Type::FlexibleArray(element) => {
            RustType::Flexible(Box::new(resolve(layouts, element, abi)?))
        }
        Type::Record(id) => RustType::Record(*id),
        Type::Enum(id) => match interface.enumeration(*id).name {
            Some(_) => RustType::Enum(*id),
            None => RustType::Scalar(
                underlying(interface, *id, abi)
                    .ok_or_else(|| "an enumeration is only declared".to_owned())?,
            ),
        },
        Type::Void | Type::Function | Type::Typedef(_) | Type::Unknown(_) => {
            return Err(format!("`{}` has no equivalent", interface.type_name(ty)));
        }
    })
}

/// The integer of Rust's own that has the size and alignment of a fundamental type: a number that
/// the kernel writes is no `bool`, and bytes are easier to use than `c_char`.
fn integer(scalar: Scalar) -> Result<Scalar, String> {
    Ok(match scalar {
        Scalar::Bool | Scalar::Char => Scalar::UnsignedChar,
        Scalar::Float => Scalar::UnsignedInt,
        Scalar::Double => Scalar::UnsignedLongLong,
        Scalar::Int128 | Scalar::UnsignedInt128 | Scalar::LongDouble => {
            return Err(format!("`{}` has no equivalent", scalar.c_name()));
        }
        other => other,
    })
}

fn pointee(interface: &Interface, to: &Type, abi: AbiId) -> Pointee {
    match interface.resolved(to, abi) {
        Some(Type::Scalar(scalar)) => integer(*scalar).map_or(Pointee::Unknown, Pointee::Scalar),
        Some(Type::Record(id)) if !interface.record(*id).variants.is_empty() => {
            Pointee::Record(*id)
        }
        _ => Pointee::Unknown,
    }
}

/// The name of an integer in Rust.
pub(crate) fn scalar_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::SignedChar => "i8",
        Scalar::Short => "i16",
        Scalar::UnsignedShort => "u16",
        Scalar::Int => "i32",
        Scalar::UnsignedInt | Scalar::Float => "u32",
        Scalar::Long => "c_long",
        Scalar::UnsignedLong => "c_ulong",
        Scalar::LongLong => "i64",
        Scalar::UnsignedLongLong | Scalar::Double => "u64",
        Scalar::Pointer => "usize",
        Scalar::Int128 => "i128",
        Scalar::UnsignedInt128 => "u128",
        Scalar::Bool | Scalar::Char | Scalar::UnsignedChar | Scalar::LongDouble => "u8",
    }
}
