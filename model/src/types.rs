//! C types, as symbols.

use ioctlkit_abi::{RecordKind, Scalar};

use crate::{Constant, Differences, Observed, Purpose, Span, Variants};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The index in the interface.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A structure or union of an [`Interface`](crate::Interface).
    RecordId
);
id!(
    /// An enumeration of an [`Interface`](crate::Interface).
    EnumId
);
id!(
    /// A typedef of an [`Interface`](crate::Interface).
    TypedefId
);

/// A C type. Names are kept: a `__u64` is a [`Type::Typedef`], not the integer behind it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `void`: only behind a pointer, or as a mistake.
    Void,
    /// A fundamental type.
    Scalar(Scalar),
    /// A pointer to that type.
    Pointer(Box<Type>),
    /// A function, which only a pointer can point to.
    Function,
    /// An array with a bound.
    Array(Box<Type>, Constant),
    /// `type name[]`.
    FlexibleArray(Box<Type>),
    /// A structure or union.
    Record(RecordId),
    /// An enumeration.
    Enum(EnumId),
    /// A typedef.
    Typedef(TypedefId),
    /// Something that has no place in an ABI (vectors, complex numbers), as it was spelled.
    Unknown(Box<str>),
}

impl Type {
    /// The type of one element where this is an array, however many dimensions it has, else the
    /// type itself.
    pub fn innermost_element(&self) -> &Self {
        let mut ty = self;
        while let Self::Array(element, _) | Self::FlexibleArray(element) = ty {
            ty = element;
        }
        ty
    }

    /// What a call passes where this is a command's argument: behind a pointer that is given as the type by
    /// mistake, that is still what it points to.
    pub fn carried(&self) -> &Self {
        match self {
            Self::Pointer(to) => to,
            other => other,
        }
    }

    /// Whether this is an array, with or without a bound.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(..) | Self::FlexibleArray(_))
    }
}

/// A structure or union, with a definition for each ABI that it exists on.
#[derive(Debug, Clone)]
pub struct Record {
    /// Structure or union.
    pub kind: RecordKind,
    /// The tag, or `None` for an anonymous one.
    pub name: Option<String>,
    /// The name of a typedef that stands for an anonymous structure.
    pub typedef_name: Option<String>,
    /// The tag or typedef of the same type in C, where Rust source states it.
    pub c_name: Option<String>,
    /// The documentation, line by line, where it is read.
    pub docs: Vec<String>,
    /// What the definition says of differences between machines.
    pub differences: Differences,
    /// The tag in the definition, or the keyword where there is none.
    pub span: Span,
    /// The definitions; none where the type is only declared.
    pub variants: Variants<RecordBody>,
}

impl Record {
    /// `struct name`, `union name`, a typedef's name, or `struct (anonymous)`.
    pub fn display_name(&self) -> String {
        let keyword = match self.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        };
        match (&self.name, &self.typedef_name) {
            (Some(name), _) => format!("{keyword} {name}"),
            (None, Some(name)) => name.clone(),
            (None, None) => format!("{keyword} (anonymous)"),
        }
    }

    /// Whether the structure has neither a tag nor a typedef of its own.
    pub fn is_anonymous(&self) -> bool {
        self.name.is_none() && self.typedef_name.is_none()
    }
}

/// Who decides where the members of a structure go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Representation {
    /// The ABI: every C structure, and Rust's `repr(C)`.
    C,
    /// The Rust compiler, as it likes: a structure without `repr(C)`. Its layout on an ABI is what
    /// it would be in C.
    Unspecified,
}

/// One definition of a structure or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBody {
    /// From the keyword to the closing brace.
    pub span: Span,
    /// Who decides where the members go.
    pub representation: Representation,
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))` of the type.
    pub aligned: Option<Constant>,
    /// `#pragma pack(n)` in force, in bytes.
    pub pack: Option<u64>,
    /// The members in order.
    pub members: Vec<Member>,
    /// Where a compiler has put them: a compiled object's only.
    pub observed: Option<Observed>,
}

/// A member of a structure or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name; `None` for an unnamed bit-field or an anonymous structure or union.
    pub name: Option<String>,
    /// The whole declaration, without the semicolon.
    pub span: Span,
    /// The name, or the declaration where there is none.
    pub name_span: Span,
    /// The type.
    pub ty: Type,
    /// The width of a bit-field, in bits.
    pub bits: Option<u64>,
    /// `__attribute__((packed))` on the member.
    pub packed: bool,
    /// `__attribute__((aligned(n)))` on the member.
    pub aligned: Option<Constant>,
    /// The innermost `#if` around the member that asks for an architecture or a byte order.
    pub condition: Option<Condition>,
    /// What the definition says of it beyond its type.
    pub purpose: Purpose,
}

impl Member {
    /// Whether this is an unnamed bit-field, whose only purpose is to take place.
    pub fn is_unnamed_bit_field(&self) -> bool {
        self.name.is_none() && self.bits.is_some()
    }

    /// Whether the name says that the member is there to take place: `pad`, `reserved`, `unused`,
    /// with any prefix, suffix or number, or `__align`.
    pub fn is_reserved(&self) -> bool {
        match &self.name {
            Some(name) => is_reserved_name(name),
            None => self.bits.is_some(),
        }
    }
}

/// Whether a member of that name is there to take place, as [`Member::is_reserved`] says.
pub fn is_reserved_name(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["pad", "padding", "reserved", "rsvd", "resv", "unused", "spare", "filler", "rsv"];
    let name = name.to_ascii_lowercase();
    if name.starts_with("__align") {
        return true;
    }
    // `spare_disks` are disks.
    let is_counted = name.strip_prefix("spare_").is_some_and(|things| things.ends_with('s'));
    let mut words = name.split('_').map(|word| word.trim_matches(|c: char| c.is_ascii_digit()));
    !is_counted
        && words.any(|word| {
            WORDS.contains(&word) || word.strip_prefix("__").is_some_and(|w| WORDS.contains(&w))
        })
}

/// A preprocessor condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The directive, such as `#ifdef __BIG_ENDIAN_BITFIELD`.
    pub text: String,
    /// The directive's line.
    pub span: Span,
}

/// An enumeration.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The tag.
    pub name: Option<String>,
    /// The tag, or the keyword.
    pub span: Span,
    /// The definitions.
    pub variants: Variants<EnumBody>,
}

/// One definition of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumBody {
    /// The integer that holds its values.
    pub underlying: Scalar,
    /// The enumerators in order.
    pub enumerators: Vec<Enumerator>,
}

/// One constant of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumerator {
    /// The name.
    pub name: String,
    /// The value.
    pub value: i128,
}

/// A typedef.
#[derive(Debug, Clone)]
pub struct Typedef {
    /// The name.
    pub name: String,
    /// The name in its definition.
    pub span: Span,
    /// What it stands for, which may differ between ABIs (`__kernel_uid_t`).
    pub variants: Variants<TypedefBody>,
}

/// What a typedef stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedefBody {
    /// The type.
    pub ty: Type,
    /// `__attribute__((aligned(n)))` of the typedef, as on `__aligned_u64`.
    pub aligned: Option<Constant>,
}
