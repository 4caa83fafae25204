//! What a member's type is for the programs that use it, apart from its name.

use ioctlkit_abi::{AbiId, Scalar};
use ioctlkit_model::{Interface, Layouts, RecordId, Type};

/// A type as far as a program can tell it from another of the same size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An integer.
    Integer(Sign, Order),
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

/// The byte order that an integer's type states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The machine's, as far as the type says.
    Native,
    /// `__le32` and its like.
    Little,
    /// `__be32` and its like.
    Big,
}

impl Order {
    /// What the names of a type say.
    fn of(names: &[&str]) -> Self {
        let states = |prefix: &str| {
            names.iter().any(|name| {
                let name = name.trim_start_matches('_');
                name.strip_prefix(prefix).is_some_and(|bits| ["16", "32", "64"].contains(&bits))
            })
        };
        match (states("le"), states("be")) {
            (true, _) => Self::Little,
            (_, true) => Self::Big,
            _ => Self::Native,
        }
    }
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
    let mut order = Order::Native;
    // An array of a typedef of an array: no deeper than there are typedefs.
    for _ in 0..=interface.typedefs.len() {
        if order == Order::Native {
            order = Order::of(&interface.typedef_names(ty.innermost_element()));
        }
        let Some(behind) = interface.resolved(ty.innermost_element(), abi) else { break };
        ty = behind;
        if !behind.is_array() {
            kind = Some(kind_of(interface, behind, order));
            break;
        }
    }
    let size = layouts.type_size(ty, abi).ok().map(|ty| ty.size);
    (kind.unwrap_or(Kind::Unknown), size)
}

/// The structure that one element of a type is on an ABI.
pub(super) fn record(interface: &Interface, ty: &Type, abi: AbiId) -> Option<RecordId> {
    let mut ty = ty;
    // An array of a typedef of an array: no deeper than there are typedefs.
    for _ in 0..=interface.typedefs.len() {
        match interface.resolved(ty.innermost_element(), abi)? {
            Type::Record(id) => return Some(*id),
            behind if behind.is_array() => ty = behind,
            _ => return None,
        }
    }
    None
}

fn kind_of(interface: &Interface, ty: &Type, order: Order) -> Kind {
    match ty {
        Type::Scalar(scalar) => match scalar {
            Scalar::Bool | Scalar::Char => Kind::Integer(Sign::Either, order),
            Scalar::Float | Scalar::Double | Scalar::LongDouble => Kind::Float,
            Scalar::Pointer => Kind::Pointer,
            Scalar::SignedChar
            | Scalar::Short
            | Scalar::Int
            | Scalar::Long
            | Scalar::LongLong
            | Scalar::Int128 => Kind::Integer(Sign::Signed, order),
            _ => Kind::Integer(Sign::Unsigned, order),
        },
        Type::Enum(_) => Kind::Integer(Sign::Either, order),
        Type::Pointer(_) => Kind::Pointer,
        Type::Record(id) => {
            let record = interface.record(*id);
            Kind::Record((!record.is_anonymous()).then(|| record.display_name()))
        }
        _ => Kind::Unknown,
    }
}
