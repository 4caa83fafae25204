//! Commands and their numbers.

use core::fmt;

use ioctlkit_abi::{Abi, Direction, EncodeError, LayoutError};

use super::{SizeAlign, Type};

/// A command, or a family of them.
#[derive(Debug)]
pub struct Command {
    /// The variant's name.
    pub name: &'static str,
    /// The name in C.
    pub c_name: &'static str,
    /// What distinguishes it from others.
    pub identity: Identity,
    /// What the argument is for.
    pub direction: Direction,
    /// How the argument goes to the driver.
    pub passing: Passing,
    /// What the number says of the argument.
    pub encoded: Encoded,
    /// What the call returns.
    pub returns: Returns,
    /// The size in bytes of the argument's first version, where it may grow.
    pub min_size: Option<u64>,
    /// Who may call.
    pub access: Access,
}

/// What distinguishes a command from others.
#[derive(Debug, Clone, Copy)]
pub enum Identity {
    /// By its parts.
    Encoded {
        /// The type letter.
        type_letter: u8,
        /// The first number within the type.
        first: u8,
        /// The last one: the same, unless this is a family.
        last: u8,
    },
    /// By a whole number, which no macro made.
    Number {
        /// On every machine that has none of its own.
        general: u32,
        /// Names of ABIs, or of architectures as the kernel has them, with the number there.
        exceptions: &'static [(&'static str, u32)],
    },
}

/// How an argument goes to the driver.
#[derive(Debug, Clone, Copy)]
pub enum Passing {
    /// There is none.
    Nothing,
    /// Its address.
    Pointer(Type),
    /// The address of a slice of this.
    Buffer(Type),
    /// An integer, itself.
    Value(Type),
}

/// What a number says of the argument.
#[derive(Debug, Clone, Copy)]
pub struct Encoded {
    /// The direction.
    pub direction: Direction,
    /// The type, whose size is in the number.
    pub size: EncodedSize,
}

/// What a number says of the argument's size.
#[derive(Debug, Clone, Copy)]
pub enum EncodedSize {
    /// Nothing.
    None,
    /// The size of this type.
    Of(Type),
    /// So many bytes.
    Bytes(u64),
    /// As many as are passed.
    Length,
}

/// What a call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// Zero, which says nothing.
    Nothing,
    /// A number.
    Value,
    /// A new file descriptor.
    Fd,
}

/// Who may call: the generated module checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// A capability by its name in C.
    pub capability: Option<&'static str>,
    /// The mode that the file must have been opened with.
    pub mode: Option<Direction>,
}

/// Why a command has no number on an ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// The size does not fit.
    Encode(EncodeError),
    /// The argument has no layout there.
    Layout(LayoutError),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::Layout(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for NumberError {}

impl Command {
    /// The number on an ABI; of a family by length that with length 0, of one by nr the first.
    ///
    /// # Errors
    /// Where the argument has no layout, or its size does not fit.
    pub const fn number(&self, abi: &'static Abi) -> Result<u32, NumberError> {
        self.number_of(abi, 0, 0)
    }

    /// The number of a family's member on an ABI: `index` is added to the first nr, `length` is in
    /// bytes. Both are ignored where the command is no such family.
    ///
    /// # Errors
    /// As [`Command::number`].
    pub const fn number_of(
        &self,
        abi: &'static Abi,
        index: u8,
        length: u64,
    ) -> Result<u32, NumberError> {
        let (type_letter, nr) = match self.identity {
            Identity::Encoded { type_letter, first, last } => {
                (type_letter, if first == last { first } else { first.wrapping_add(index) })
            }
            Identity::Number { general, exceptions } => return Ok(on(abi, general, exceptions)),
        };
        let size = match self.encoded.size {
            EncodedSize::None => 0,
            EncodedSize::Bytes(bytes) => bytes,
            EncodedSize::Length => length,
            EncodedSize::Of(ty) => match ty.size_align(abi) {
                Ok(SizeAlign { size, .. }) => size,
                Err(error) => return Err(NumberError::Layout(error)),
            },
        };
        match abi.encoding.encode(self.encoded.direction, type_letter, nr, size) {
            Ok(number) => Ok(number),
            Err(error) => Err(NumberError::Encode(error)),
        }
    }

    /// The argument's type, if there is an argument.
    pub const fn argument(&self) -> Option<Type> {
        match self.passing {
            Passing::Nothing => None,
            Passing::Pointer(ty) | Passing::Buffer(ty) | Passing::Value(ty) => Some(ty),
        }
    }
}

/// The number on an ABI: its own, its architecture's, or the general one.
const fn on(abi: &Abi, general: u32, exceptions: &[(&str, u32)]) -> u32 {
    let mut number = general;
    let mut i = 0;
    while i < exceptions.len() {
        let (machine, exception) = exceptions[i];
        if same(machine, abi.name) {
            return exception;
        }
        if same(machine, abi.kernel_arch) {
            number = exception;
        }
        i += 1;
    }
    number
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len()
}
