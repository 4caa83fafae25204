//! What source of programs passes to `ioctl`.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiId, Direction, Scalar};

use crate::{FileId, Span};

/// What was read of programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramCode {
    /// The files that were parsed.
    pub files: Vec<FileId>,
    /// The calls whose command and argument were worked out. A call that may be of several commands is
    /// here for each of them.
    pub calls: Vec<ProgramCall>,
    /// The calls that were not understood.
    pub not_understood: Vec<CallNotUnderstood>,
}

impl ProgramCode {
    /// Whether no program was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Takes in what was read besides.
    pub(crate) fn append(&mut self, other: Self) {
        let Self { files, calls, not_understood } = other;
        self.files.extend(files);
        self.calls.extend(calls);
        self.not_understood.extend(not_understood);
    }
}

/// A call of `ioctl`, or of a function that passes on what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramCall {
    /// From the name of what is called to the closing parenthesis.
    pub span: Span,
    /// What is called: `ioctl`, or the function or macro in front of it.
    pub callee: String,
    /// The function that the call is in.
    pub function: String,
    /// Which command.
    pub request: ProgramRequest,
    /// What is passed behind the request; nothing where nothing is.
    pub argument: Option<ProgramArgument>,
}

/// The command of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramRequest {
    /// Where it is named.
    pub span: Span,
    /// Its name, or the number as it is spelled.
    pub name: String,
    /// Its number on x86-64, where the program says it.
    pub number: Option<u32>,
    /// Whether the size in that number is right: structures are not laid out.
    pub is_size_known: bool,
    /// What the program's own definition says of the argument.
    pub declared: Option<(Direction, ProgramType)>,
}

/// What a call passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramArgument {
    /// Where.
    pub span: Span,
    /// As it is spelled.
    pub spelled: String,
    /// What it is.
    pub value: ProgramValue,
}

/// What a call passes, in terms of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramValue {
    /// The address of an object, whatever it is cast to.
    Address(ProgramObject),
    /// A value of that type. An array counts as a pointer to its first element.
    Value {
        /// The type.
        ty: ProgramType,
        /// Whether it points to the first element of an array.
        is_array: bool,
    },
    /// A number or a null pointer.
    Constant,
    /// Something whose type could not be worked out.
    Unknown,
}

/// An object whose address is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramObject {
    /// Its type.
    pub ty: ProgramType,
    /// What it is a part of.
    pub part: ProgramPart,
    /// Whether it has a value when the call is made.
    pub state: ProgramState,
    /// Where its type is spelled, if that is the declaration of it alone.
    pub declared: Option<Span>,
}

/// How much of something an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramPart {
    /// All of the variable of that name.
    Variable(String),
    /// A member of a structure.
    Member,
    /// An element of an array, a member of a union, or what a pointer leads to: there may be more room than
    /// the type has.
    Element,
    /// A value without a name.
    Literal,
}

/// Whether an object has a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProgramState {
    /// Nothing in front of the call gives it one.
    Unset,
    /// Of a structure these members have one, or may have, and the others have none.
    Members(BTreeSet<String>),
    /// It has one, or may have.
    Set,
}

/// A type of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramType {
    /// As it is spelled.
    pub spelled: String,
    /// What is behind typedefs.
    pub kind: ProgramKind,
}

/// What a type of a program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramKind {
    /// A fundamental type.
    Scalar(Scalar),
    /// An integer that may have 64 bits on 32-bit ABIs, too, as macros of libc decide: `off_t`.
    Varying(Scalar),
    /// A pointer to that type.
    Pointer(Box<ProgramType>),
    /// An array of that type.
    Array(Box<ProgramType>),
    /// A structure or union.
    Record,
    /// `void`
    Void,
    /// Nothing is known of it.
    Unknown,
}

impl ProgramType {
    /// Its size in bytes, where it is an integer or a pointer and each program of the ABI has the same.
    pub fn size(&self, abi: AbiId) -> Option<u64> {
        let abi = abi.abi();
        match &self.kind {
            ProgramKind::Scalar(scalar) => abi.size_of(*scalar),
            ProgramKind::Varying(scalar) if abi.is_64_bit() => abi.size_of(*scalar),
            ProgramKind::Pointer(_) => abi.size_of(Scalar::Pointer),
            _ => None,
        }
    }

    /// Whether it is an integer.
    pub const fn is_integer(&self) -> bool {
        matches!(&self.kind, ProgramKind::Scalar(_) | ProgramKind::Varying(_))
    }
}

/// A call whose command or argument could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallNotUnderstood {
    /// The call.
    pub span: Span,
    /// The function that it is in.
    pub function: String,
    /// Why, as half a sentence.
    pub reason: String,
}
