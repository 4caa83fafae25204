//! What an interface is, as data: the same for every host, and available at run time.
//!
//! ```
//! use ioctlkit::abi::Abi;
//! use ioctlkit::{Interface, Ioctl, IoctlData};
//!
//! #[derive(IoctlData)]
//! #[repr(C)]
//! struct Level { value: u32 }
//!
//! #[derive(Ioctl)]
//! #[ioctl(type = b'L', prefix = "LEVEL_")]
//! enum LevelIoctl {
//!     #[ioctl(nr = 1, read)]
//!     Get(Level),
//! }
//!
//! let get = &LevelIoctl::DESCRIPTION.commands[0];
//! assert_eq!(get.c_name, "LEVEL_GET");
//! assert_eq!(get.number(Abi::by_name("powerpc64").unwrap()), Ok(0x4004_4c01));
//! ```

mod command;
mod contiguous;
mod elements;
mod interface;
mod layout;
mod proof;
mod record;

pub use command::{Access, Command, Encoded, EncodedSize, Identity, NumberError, Passing, Returns};
pub use interface::Interface;
pub use layout::{Offsets, SizeAlign};
pub use record::{Constraint, HandlePurpose, Member, Portability, Record, Role, Type};

pub(crate) use proof::Fault;
