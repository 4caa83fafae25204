//! The grammar of the derives: what `#[ioctl(…)]` may say, and what an item that says it defines.
//!
//! The derives expand these definitions, `ioctl-lint` reads them from source, and `ioctl-gen`
//! makes a kernel module of them, so that the three cannot understand one spelling differently.
//! Every mistake of an item is collected, each at its own span; nothing here judges a layout.
//!
//! # On an enum: an interface
//! ```text
//! #[derive(Ioctl)]
//! #[ioctl(type = b'E', device = Echo, unsafe(path = "/dev/echo"), prefix = "ECHO_")]
//! ```
//! | word | meaning |
//! |---|---|
//! | `type = EXPR` | the type letter, a `u8` |
//! | `device = Name` | makes the device newtype `Name` |
//! | `on = Name` | adds the commands to a device newtype that exists |
//! | `unsafe(path = "…")` | the author vouches that this file is the driver's: makes `Name::open` |
//! | `unsafe(verify = function)` | the author vouches that the function tells the driver's files from others: makes `Name::from_fd` |
//! | `driver = Name` | makes the trait `Name`, to answer the commands in the same process |
//! | `prefix = "…"` | what the C names begin with |
//!
//! # On a variant of it, or on a structure: a command
//! | word | meaning |
//! |---|---|
//! | `nr = EXPR`, `nr = A..=B` | the number within the type, or a family of them |
//! | `none`, `read`, `write`, `read_write` | the direction, as `_IO`, `_IOR`, `_IOW`, `_IOWR` have it |
//! | `value` | the argument is an integer, or a `BorrowedFd<'a>`, passed itself and not by its address |
//! | `buffer = Type` | a family by length: the argument is a slice of `Type` |
//! | `encoded = Type`, `encoded(direction, Type)`, `encoded = 24` | what the number says, where the header lies |
//! | `number = EXPR`, `number("mips" = EXPR, …)` | the whole number, with exceptions by architecture or ABI |
//! | `returns = Type` | what the call returns: an integer, `OwnedFd`, or a device newtype |
//! | `extensible(min_size = N)` | the argument may grow; the first version had `N` bytes |
//! | `not_portable` | the argument is a `c_long` or `c_ulong`, which differs between machines |
//! | `large_argument` | over 8191 bytes on purpose |
//! | `retry_on_interrupt` | call again after `EINTR` |
//! | `unsafe` | the call has conditions of its own: makes the method `unsafe` |
//! | `c = "NAME"` | the command's name in C |
//! | `capability = "CAP_…"`, `mode = read` | who may call: for the generated module |
//!
//! # On a structure or union
//! | word | meaning |
//! |---|---|
//! | `c = "struct name"` | the type's name in C |
//! | `not_portable`, `not_portable = "why"` | mirrors an existing ABI that differs between machines |
//! | `padded = Name` | makes the structure `Name`, with all padding explicit |
//! | `compat = Name`, `compat(abi = Name)` | makes the structure that programs of a 32-bit ABI pass, i386's where none is named |
//!
//! # On a member
//! | word | meaning |
//! |---|---|
//! | `reserved` | zero, and nothing else |
//! | `size` | holds the size of the structure |
//! | `count = member` | on the flexible array at the end, or on a `UserPtr`: where its length is |
//! | `flags = EXPR` | the valid bits |
//! | `range = A..=B`, `values(A, B)` | the valid values |
//! | `default = EXPR` | the initial value, where that is not zero |
//! | `fd` | a file descriptor |
//! | `compat = Type` | the member's type in the structures of 32-bit ABIs |
//! | `anonymous` | stands for an anonymous structure or union of C |
#![forbid(unsafe_code)]

mod attribute;
mod command;
mod data;
mod errors;
mod fragment;
mod interface;
mod literal;
mod member;
mod names;
mod range;
mod single;
pub mod words;

pub use attribute::documentation;
pub use command::{Access, Command, Direction, Encoded, Identity, Nr, NumberException, Payload};
pub use data::{Compat, Data, DataKind, Portability, Repr};
pub use errors::Errors;
pub use interface::{Attachment, Interface, OpenBy};
pub use member::{Constraint, HandlePurpose, Member, Role};
pub use names::{c_type_names, camel_case, screaming_snake_case, snake_case};
pub use range::RangeInclusive;
pub use single::{Single, makes_a_command};
