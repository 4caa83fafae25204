//! Types, structures and their members.

use ioctlkit_abi::{MemberAlign, RecordKind, Scalar};

/// A type, the same for every ABI until one is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A fundamental type of C. Rust's `u32` is `unsigned int`, `u64` is `unsigned long long`.
    Scalar(Scalar),
    /// A 64-bit integer with the alignment of a 32-bit one: the kernel's `compat_u64`.
    Compat64(Scalar),
    /// An address in 64 bits: [`UserPtr`](crate::UserPtr).
    UserPointer,
    /// So many of another.
    Array {
        /// The type of one.
        element: &'static Type,
        /// How many.
        length: u64,
    },
    /// As many as follow.
    FlexibleArray(&'static Type),
    /// A structure or union.
    Record(&'static Record),
}

/// A structure or union.
#[derive(Debug)]
pub struct Record {
    /// The name in Rust. Empty where the derive refused the type: such a crate does not compile, and
    /// what else it says follows from that.
    pub name: &'static str,
    /// The name in C with its keyword, where that is stated.
    pub c_name: Option<&'static str>,
    /// Structure or union.
    pub kind: RecordKind,
    /// `repr(packed)` and `repr(align)`.
    pub attributes: MemberAlign,
    /// Whether the layout is the same on every ABI.
    pub portability: Portability,
    /// The members in order.
    pub members: &'static [Member],
}

/// Whether a layout is the same on every ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portability {
    /// It is, and the compiler has proved it.
    Proven,
    /// It need not be: the type mirrors an ABI that exists.
    Mirrors {
        /// Why that is so, where the author says.
        reason: Option<&'static str>,
    },
}

/// A member of a structure or union.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// The type.
    pub ty: Type,
    /// What it is for.
    pub role: Role,
    /// Which values the driver takes.
    pub constraint: Constraint,
}

impl Member {
    /// A member that is data, of any value.
    pub const fn plain(name: &'static str, ty: Type) -> Self {
        Self { name, ty, role: Role::Plain, constraint: Constraint::None }
    }
}

/// What a member is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Data.
    Plain,
    /// Takes place, and is zero.
    Reserved,
    /// Holds the size of the structure, in bytes.
    Size,
    /// The flexible array at the end.
    Flexible {
        /// The member that holds its length.
        count: &'static str,
    },
    /// The address of user memory.
    Buffer {
        /// The member that holds how many elements are there.
        count: &'static str,
    },
    /// A file descriptor.
    Fd,
    /// The handle of an object that the driver keeps for the file.
    Handle {
        /// The kind of object, such as `buffer`.
        object: &'static str,
        /// What the command does with it.
        purpose: HandlePurpose,
    },
    /// Stands for an anonymous structure or union of C.
    Anonymous,
}

/// What a command does with the object that a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlePurpose {
    /// It makes the object, and writes the handle.
    Creates,
    /// It works on the object.
    Uses,
    /// The handle is gone afterwards.
    Destroys,
}

/// Which values the driver takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// Any.
    None,
    /// A bit mask with no bits but these.
    Flags(u64),
    /// These and what is between them.
    Range {
        /// The smallest.
        first: i128,
        /// The largest.
        last: i128,
    },
    /// One of these.
    Values(&'static [i128]),
}
