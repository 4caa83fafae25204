//! The derives of `ioctlkit`. A phase a file: `types` says what a member's type is and refuses
//! what cannot be one, `data` and `interface` expand structures and interfaces, `mirror` makes the
//! structures that are asked for beside one, `buffer` the methods that keep an address and its length
//! together, `fallback` is what is left of an item with mistakes.
#![forbid(unsafe_code)]

mod buffer;
mod command;
mod data;
mod driver;
#[cfg(test)]
mod expansion;
mod fallback;
mod interface;
mod method;
mod mirror;
mod single;
mod types;
mod variable;

use ioctlkit_syntax::{Data, Interface, Single, makes_a_command};
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// An interface (on an enum: a variant, a command), or one command (on the structure that is its
/// argument).
///
/// # On an enum
/// ```text
/// #[derive(Ioctl)]
/// #[ioctl(type = b'E', device = Echo, unsafe(path = "/dev/echo"), prefix = "ECHO_")]
/// pub enum EchoIoctl {
///     #[ioctl(nr = 0)]
///     Reset,
///     #[ioctl(nr = 1, read)]
///     GetConfig(Config),
///     #[ioctl(nr = 2, write, value, returns = u32)]
///     SetMode(i32),
///     #[ioctl(nr = 3, read, buffer = u8)]
///     Name,
///     #[ioctl(nr = 0x40..=0x7f, read)]
///     Channel(Channel),
/// }
/// ```
///
/// | word of the enum | meaning |
/// |---|---|
/// | `type = EXPR` | the type letter, a `u8` |
/// | `device = Name` | makes the device newtype `Name` with a method for each command |
/// | `on = Name` | adds the methods to a device newtype that exists |
/// | `unsafe(path = "…")` | you vouch that this file is the driver's: makes `Name::open` |
/// | `unsafe(verify = function)` | you vouch that the function (`fn(BorrowedFd<'_>) -> Result<(), Errno>`) tells the driver's files from others: makes `Name::from_fd` |
/// | `driver = Name` | makes the trait `Name`, to answer the commands in the same process |
/// | `prefix = "…"` | what the names in C begin with |
///
/// | word of a command | meaning |
/// |---|---|
/// | `nr = EXPR`, `nr = A..=B` | the number within the type, or a family of them |
/// | `none`, `read`, `write`, `read_write` | the direction, as `_IO`, `_IOR`, `_IOW`, `_IOWR` have it |
/// | `value` | the argument is an integer, or a `BorrowedFd<'a>`, passed itself and not by its address |
/// | `buffer = Type` | a family by length: the argument is a slice of `Type` |
/// | `encoded = Type`, `encoded(direction, Type)`, `encoded = 24` | what the number says, where the header lies |
/// | `number = EXPR`, `number(EXPR, "mips" = EXPR)` | the whole number, with exceptions by ABI or architecture |
/// | `returns = Type` | what the call returns: an integer, `OwnedFd`, or a device newtype |
/// | `extensible(min_size = N)` | the argument may grow; its first version had `N` bytes |
/// | `not_portable` | the argument is a `c_long` or `c_ulong`, which differs between machines |
/// | `large_argument` | over 8191 bytes on purpose |
/// | `retry_on_interrupt` | call again after `EINTR` |
/// | `unsafe` | the call has conditions of its own: makes the method `unsafe` |
/// | `c = "NAME"` | the command's name in C |
/// | `capability = "CAP_…"`, `mode = read` | who may call: for the generated module |
///
/// For each command there is a constant (`EchoIoctl::GET_CONFIG`) with the number on the machine
/// that is compiled for, usable as a pattern; for a family, a function (`channel_request`). The
/// description of all of it is `<EchoIoctl as ioctlkit::Interface>::DESCRIPTION`.
///
/// # On a structure
/// The words of a command, `type` and `on`, and those of `IoctlData`, which this derive contains.
#[proc_macro_derive(Ioctl, attributes(ioctl))]
pub fn derive_ioctl(input: TokenStream) -> TokenStream {
    ioctl(&parse_macro_input!(input as DeriveInput)).into()
}

/// A structure or union that goes through an ioctl: every byte pattern is a value, and the layout
/// is the same, without padding, on every ABI. What is not so does not compile, and the error says
/// at which member and what to add.
///
/// | word of the structure | meaning |
/// |---|---|
/// | `c = "struct name"` | the type's name in C |
/// | `not_portable`, `not_portable = "why"` | mirrors an existing ABI that differs between machines |
/// | `padded = Name` | makes the structure `Name`, with all padding explicit |
/// | `compat = Name`, `compat(abi = Name)` | makes the structure that programs of a 32-bit ABI pass to a 64-bit kernel, i386's where none is named; it has their layout where this program has 64 bits |
///
/// | word of a member | meaning |
/// |---|---|
/// | `reserved` | zero, and nothing else (`Reserved<N>` is so by itself) |
/// | `size` | holds the size of the structure: set by the call |
/// | `count = member` | on the flexible array at the end: where its length is; on a private `UserPtr` or `UserConstPtr`: the private member that counts its elements, and a method `set_…` that sets both; the generated module copies and checks the structures behind a `UserConstPtr` |
/// | `flags = EXPR` | the valid bits |
/// | `range = A..=B`, `values(A, B)` | the valid values |
/// | `default = EXPR` | the initial value, where that is not zero |
/// | `fd` | a file descriptor |
/// | `creates = object`, `handle = object`, `destroys = object` | the handle (`u32`) of an object that the driver keeps for the open file, and whether the command makes it, works on it, or lets go of it: the generated module looks it up |
/// | `compat = Type` | the member's type in the structures of 32-bit ABIs |
/// | `anonymous` | stands for an anonymous structure or union of C |
#[proc_macro_derive(IoctlData, attributes(ioctl))]
pub fn derive_ioctl_data(input: TokenStream) -> TokenStream {
    ioctl_data(&parse_macro_input!(input as DeriveInput)).into()
}

fn ioctl(input: &DeriveInput) -> proc_macro2::TokenStream {
    let syn::Data::Enum(data) = &input.data else {
        return Single::parse(input)
            .and_then(|definition| single::expand(&definition))
            .unwrap_or_else(|error| fallback::single(input, &error));
    };
    let (definition, errors) = Interface::read(input, data);
    let is_lifetime = |parameter: &_| matches!(parameter, syn::GenericParam::Lifetime(_));
    if input.generics.params.iter().all(is_lifetime) {
        let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
        interface::expand(definition, &variants, errors)
    } else {
        fallback::interface(input, &errors)
    }
}

fn ioctl_data(input: &DeriveInput) -> proc_macro2::TokenStream {
    if makes_a_command(input) {
        let message = "`nr` and `number` make a command of the structure: derive `Ioctl` alone, \
                       which contains `IoctlData`";
        return syn::Error::new_spanned(&input.ident, message).to_compile_error();
    }
    match Data::parse(input) {
        Ok(definition) => data::expand(&definition)
            .unwrap_or_else(|error| fallback::definition(input, &definition, &error)),
        Err(error) => fallback::data(input, &error),
    }
}
