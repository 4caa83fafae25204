//! Types as debug information tells them, whichever kind of information it is.

use ioctlkit_abi::RecordKind;

/// A type's number. Zero is `void`.
pub(super) type TypeId = u32;

/// `void`, and what stands for a type that is not told.
pub(super) const VOID: TypeId = 0;

/// Types by number and by name.
pub(super) trait Types: Sync {
    /// The type of that number; `None` where there is none, or none that can be read.
    fn get(&self, id: TypeId) -> Option<Ty<'_>>;

    /// The members of a structure or union; none of another type.
    fn members(&self, id: TypeId) -> Vec<Member<'_>>;

    /// The names and values of an enumeration; none of another type.
    fn values(&self, id: TypeId) -> Vec<(&str, i128)>;

    /// Every number that a type of the object itself may have.
    fn own_ids(&self) -> std::ops::Range<TypeId>;

    /// Whether the type is the same as an earlier one.
    fn is_repeated(&self, id: TypeId) -> bool {
        let _ = id;
        false
    }

    /// The structures, unions, typedefs, enumerations and functions of that name, the object's own
    /// before those of what it is built upon.
    fn named(&self, name: &str) -> Vec<TypeId>;
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty<'a> {
    Void,
    Integer(Integer<'a>),
    Float {
        name: &'a str,
        size: u64,
    },
    Pointer(TypeId),
    /// An array; `None` where no bound is told.
    Array {
        element: TypeId,
        count: Option<u64>,
    },
    Record(Record<'a>),
    /// A structure or union that is only declared.
    Declared {
        kind: RecordKind,
        name: &'a str,
    },
    Enumeration(Enumeration<'a>),
    Typedef {
        name: &'a str,
        ty: TypeId,
        align: Option<u64>,
    },
    /// `const`, `volatile` and their like.
    Qualified(TypeId),
    /// The type of a function.
    Prototype {
        returns: TypeId,
        parameters: Vec<TypeId>,
    },
    /// A function of that type.
    Function {
        name: &'a str,
        prototype: TypeId,
    },
    /// What has no place in an ABI: variables, sections, notes to other types.
    Other,
}

/// An integer of the source's own language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Integer<'a> {
    pub(super) name: &'a str,
    /// In bytes.
    pub(super) size: u64,
    pub(super) kind: IntegerKind,
    /// Distance and width in bits, where the integer does not fill its bytes: a bit-field's.
    pub(super) bits: Option<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntegerKind {
    Signed,
    Unsigned,
    Boolean,
    /// `char`, of whichever sign.
    Character,
}

/// A structure or union. Its members are asked for by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) kind: RecordKind,
    /// Empty for an anonymous one.
    pub(super) name: &'a str,
    /// In bytes.
    pub(super) size: u64,
    /// As stated, in bytes.
    pub(super) align: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// Empty for an anonymous one.
    pub(super) name: &'a str,
    pub(super) ty: TypeId,
    /// From the start of the structure.
    pub(super) offset_bits: u64,
    /// The width of a bit-field.
    pub(super) bits: Option<u64>,
}

/// An enumeration. Its values are asked for by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Enumeration<'a> {
    /// Empty for an anonymous one.
    pub(super) name: &'a str,
    /// In bytes.
    pub(super) size: u64,
    pub(super) signed: bool,
}

/// No chain of typedefs and qualifiers that a compiler writes is longer.
const LONGEST_CHAIN: u32 = 64;

/// The type with typedefs and qualifiers taken off the outside.
pub(super) fn resolved(types: &dyn Types, id: TypeId) -> Option<(TypeId, Ty<'_>)> {
    let mut id = id;
    for _ in 0..LONGEST_CHAIN {
        match types.get(id)? {
            Ty::Typedef { ty, .. } | Ty::Qualified(ty) => id = ty,
            other => return Some((id, other)),
        }
    }
    None
}

/// The functions' type behind a pointer to one.
pub(super) fn pointed_prototype(types: &dyn Types, id: TypeId) -> Option<TypeId> {
    let (_, Ty::Pointer(to)) = resolved(types, id)? else { return None };
    match resolved(types, to)? {
        (id, Ty::Prototype { .. }) => Some(id),
        _ => None,
    }
}
