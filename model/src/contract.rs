//! What a definition says beyond numbers and layouts: how an argument goes to the driver, what it
//! may hold, what comes back. `#[derive(Ioctl)]` states it; a C header says it in prose, if at
//! all.

use ioctlkit_abi::Direction;

use crate::{Capability, DriverPath, Span, Type};

/// What a definition says of a command's call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The variant's or the structure's name.
    pub name: String,
    /// How the argument goes to the driver.
    pub passing: Passing,
    /// What the argument is for, whatever the number says.
    pub direction: Direction,
    /// What the call returns.
    pub returns: Returns,
    /// The last nr of a family; that of the command is the first.
    pub last_nr: Option<u32>,
    /// The size in bytes of the argument's first version, where it may grow.
    pub min_size: Option<u64>,
    /// The capability that a caller needs.
    pub capability: Option<Capability>,
    /// The mode that the file must have been opened with.
    pub mode: Option<Direction>,
    /// The documentation, line by line.
    pub docs: Vec<String>,
}

/// What a definition says of differences between machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Differences {
    /// Nothing: where there are any, they are a mistake.
    #[default]
    Unmentioned,
    /// That they are there on purpose: the definition mirrors an interface that has them
    /// (`#[ioctl(not_portable)]`), or a number that is made with another type than the argument's
    /// (`encoded`).
    Accepted,
}

/// How an argument goes to the driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passing {
    /// There is none.
    Nothing,
    /// The address of one.
    Pointer(Type),
    /// The address of one with elements behind it.
    Flexible(Type),
    /// The address of a slice of this, whose length is in the number.
    Buffer(Type),
    /// An integer, itself.
    Value(Type),
}

/// What a call returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returns {
    /// Zero, which says nothing.
    Nothing,
    /// A number.
    Value,
    /// A new file descriptor, of the device newtype of that name where one is stated.
    Fd(Option<String>),
}

/// Commands that one definition holds together: an enum with the derive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The enum's name.
    pub name: String,
    /// Its name in the definition.
    pub span: Span,
    /// The device newtype that its commands are methods of.
    pub device: Option<String>,
    /// The driver's file, where the author vouches for one.
    pub path: Option<DriverPath>,
    /// What the C names begin with.
    pub prefix: String,
    /// The constant that the type letter is, where it is one.
    pub type_constant: Option<String>,
    /// The documentation, line by line.
    pub docs: Vec<String>,
    /// The names of its commands, as in [`Command::name`](crate::Command::name).
    pub commands: Vec<String>,
}

/// What a definition says of a member beyond its type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purpose {
    /// What the member is for.
    pub role: Role,
    /// Which values the driver takes.
    pub values: Values,
    /// The initial value, where the definition states a number.
    pub default: Option<i128>,
    /// What is behind the address that the member holds, where the definition says so.
    pub points_to: Option<PointsTo>,
    /// The constants that the definition names where it says so, in its order.
    pub constants: Vec<String>,
    /// The documentation, line by line.
    pub docs: Vec<String>,
}

/// What is behind an address of user memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsTo {
    /// The type of an element.
    pub element: Type,
    /// The member that counts the elements, where one is named.
    pub count: Option<String>,
    /// Whether the driver may write there.
    pub is_writable: bool,
}

/// What a member is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Role {
    /// Data, as far as is known.
    #[default]
    Plain,
    /// Takes place, and is zero.
    Reserved,
    /// Holds the size of the structure, in bytes.
    Size,
    /// The flexible array at the end, with the name of the member that holds its length.
    Flexible {
        /// That member.
        count: String,
    },
    /// A file descriptor.
    Fd,
    /// The handle of an object that the driver keeps for the file.
    Handle {
        /// The kind of object, such as `buffer`.
        object: String,
        /// What the command does with it.
        purpose: HandlePurpose,
    },
    /// The address of user memory.
    UserPointer,
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

/// Which values a driver takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Values {
    /// Any, as far as is known.
    #[default]
    Any,
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
    Listed(Vec<i128>),
}
