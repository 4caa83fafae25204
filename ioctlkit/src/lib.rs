//! Linux ioctl interfaces, written once.
//!
//! ```
//! use ioctlkit::{Ioctl, IoctlData, Reserved};
//!
//! /// What the device does.
//! #[derive(Debug, Clone, Copy, IoctlData)]
//! #[repr(C)]
//! pub struct EchoConfig {
//!     /// How many times each byte comes back.
//!     pub repeat: u32,
//!     /// Zero.
//!     pub _reserved0: Reserved<4>,
//!     /// Nanoseconds before it does.
//!     pub delay: u64,
//! }
//!
//! /// The echo device.
//! #[derive(Ioctl)]
//! #[ioctl(type = b'E', device = Echo, unsafe(path = "/dev/echo"), prefix = "ECHO_")]
//! pub enum EchoIoctl {
//!     /// Forgets what was written.
//!     #[ioctl(nr = 0)]
//!     Reset,
//!     /// Reads the configuration.
//!     #[ioctl(nr = 1, read)]
//!     GetConfig(EchoConfig),
//!     /// Changes the configuration.
//!     #[ioctl(nr = 2, write)]
//!     SetConfig(EchoConfig),
//! }
//!
//! # #[cfg(target_arch = "x86_64")]
//! assert_eq!(EchoIoctl::GET_CONFIG, 0x8010_4501);
//!
//! # #[cfg(feature = "call")]
//! fn double(echo: &Echo) -> Result<(), ioctlkit::Errno> {
//!     let mut config = echo.get_config()?;
//!     config.repeat *= 2;
//!     echo.set_config(&config)
//! }
//! ```
//!
//! Without `_reserved0` this does not compile, and the error stands at `repeat`:
//!
//! ```text
//! 4 bytes of padding after `repeat` at offset 4 on x86_64 (none on i386): add `_reserved0: Reserved<4>` behind it
//! ```
//!
//! The layout is computed by the compiler for every ABI of [`abi::ABIS`], whatever the host is.
//!
//! The words that `#[ioctl(…)]` understands are listed in the documentation of
//! [`Ioctl`](macro@Ioctl) and [`IoctlData`](macro@IoctlData).
//!
//! # Where to look
//! - [`Ioctl`](macro@Ioctl) and [`IoctlData`](macro@IoctlData) list every word; the crate's
//!   `examples/` hold real interfaces that run on any Linux.
//! - What a structure is made of: integers of fixed size, arrays of them, other structures,
//!   [`Reserved`] for padding, [`UserPtr`] and [`UserConstPtr`] for addresses, [`FlexibleArray`] at
//!   the end (and [`Flexible`] to pass one), [`CompatU64`] where it mirrors i386.
//! - What a device newtype has: a method for each command, `open` and `open_read_only` or `from_fd`
//!   where the author vouches for them, and what [`device!`] says. The description of an interface
//!   is [`Interface::DESCRIPTION`].
//! - In tests: [`Backend`], `driver = Name` of [`Ioctl`](macro@Ioctl), and [`check()`].
//!
//! # Policies
//! - **Unsafety.** Making a device newtype from a file is `unsafe`: the caller states that the
//!   file's driver does what the interface says. Where the author of the interface vouches for a
//!   path or for a function that tells files apart, the newtype has a safe constructor. Calls are
//!   safe, unless the command says `unsafe`.
//! - **`EINTR`** is returned as it comes, since a driver may have done half of its work. A command
//!   that says `retry_on_interrupt` is called again.
//! - **Return values.** What a command is declared to return is returned. One that is declared to
//!   return nothing and returns a positive value fails a debug assertion.
//! - **Lengths.** No safe call makes a driver go beyond the end of a slice: the count of a
//!   [`Flexible`] is compared with its room, and a `UserPtr` with `count = member` and that member
//!   are private and set together. A structure with a public `UserPtr` and a length that the derive
//!   is not told of cannot promise that: its command is to say `unsafe`.
//! - **Reserved members** that a driver returns with something in them fail a debug assertion.
//!
//! # Features
//! `call` (default): the calls, through rustix. `std` (default): conversion to `std::io::Error`.
//! `alloc`: [`Flexible`]. `libc`: call libc's `ioctl` and not the system call itself. Without any,
//! numbers, layouts and descriptions work on `no_std`.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// The derives name this crate `ioctlkit`, also in its own tests.
extern crate self as ioctlkit;

mod backend;
#[cfg(feature = "call")]
mod call;
mod compat;
mod data;
pub mod description;
mod device;
mod errno;
mod flexible;
mod host;
mod reserved;
mod text;
mod user_ptr;
mod violation;

#[doc(hidden)]
pub mod __private;

pub use backend::{Backend, Request};
pub use compat::{CompatError, CompatI64, CompatU64};
pub use data::{IoctlData, zeroed};
pub use errno::Errno;
#[cfg(feature = "alloc")]
pub use flexible::Flexible;
pub use flexible::{FlexibleArray, FlexibleData};
pub use host::HOST;
pub use ioctlkit_abi as abi;
pub use ioctlkit_macros::{Ioctl, IoctlData};
pub use reserved::Reserved;
pub use user_ptr::{UserConstPtr, UserPtr};
pub use violation::{Violation, check};

// The README's example is compiled, too.
#[cfg(all(doctest, feature = "call"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// An interface that a derive describes.
pub trait Interface {
    /// Commands, members and layouts: everything that the derive knows.
    const DESCRIPTION: description::Interface;
}
