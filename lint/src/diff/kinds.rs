//! What a member's type is for the programs that use it, apart from its name.

use ioctlkit_abi::{AbiId, Scalar};
use ioctlkit_model::{Interface, Layouts, Type};

/// A type as far as a program can tell it from another of the same size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An integer.
    Integer(Sign),
    /// A floating-point number.
    Float,
    /// An address.
    Pointer,
    /// A structure or union: its name, or nothing where it has none.
    Record(Option<String>),
    /// A type that is not known.
    Unknown,
}

/// What a program takes the sign of an integer to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Below zero, too.
    Signed,
    /// From zero on.
    Unsigned,
    /// The compiler's choice, or nobody's concern: `char`, `bool`, enumerations.
    Either,
}

impl Sign {
    /// Whether programs would read the same bits as another number.
    pub(super) fn is_opposite(self, other: Self) -> bool {
        matches!((self, other), (Self::Signed, Self::Unsigned) | (Self::Unsigned, Self::Signed))
    }
}

/// The kind of one element of a type on an ABI, and its size in bytes where it has one.
pub(super) fn of(layouts: &Layouts<'_>, ty: &Type, abi: AbiId) -> (Kind, Option<u64>) {
    let interface = layouts.interface();
    let mut ty = ty;
    let mut kind = None;
    // An array of a typedef of an array: no deeper than there are typedefs.
    for _ in 0..=interface.typedefs.len() {
        let Some(behind) = interface.resolved(ty.innermost_element(), abi) else { break };
        ty = behind;
        if !behind.is_array() {
            kind = Some(kind_of(interface, behind));
            break;
        }
    }
    let size = layouts.type_size(ty, abi).ok().map(|ty| ty.size);
    (kind.unwrap_or(Kind::Unknown), size)
}

fn kind_of(interface: &Interface, ty: &Type) -> Kind {
    match ty {
        Type::Scalar(scalar) => match scalar {
            Scalar::Bool | Scalar::Char => Kind::Integer(Sign::Either),
            Scalar::Float | Scalar::Double | Scalar::LongDouble => Kind::Float,
            Scalar::Pointer => Kind::Pointer,
            Scalar::SignedChar
            | Scalar::Short
            | Scalar::Int
            | Scalar::Long
            | Scalar::LongLong
            | Scalar::Int128 => Kind::Integer(Sign::Signed),
            _ => Kind::Integer(Sign::Unsigned),
        },
        Type::Enum(_) => Kind::Integer(Sign::Either),
        Type::Pointer(_) => Kind::Pointer,
        Type::Record(id) => {
            let record = interface.record(*id);
            Kind::Record((!record.is_anonymous()).then(|| record.display_name()))
        }
        _ => Kind::Unknown,
    }
}
