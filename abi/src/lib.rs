//! Every Linux ABI as data.
//!
//! This crate is the only place in the project that knows a target. It holds one row per ABI
//! ([`ABIS`]), the four encodings of an ioctl command number ([`Encoding`]), and the fold that
//! places the members of a structure ([`RecordFold`]). It has no dependencies, needs no
//! allocator, and everything that a derive needs runs in `const`.
//!
//! ```
//! use ioctlkit_abi::{Abi, Direction, LayoutError, MemberAlign, RecordFold, RecordKind, Scalar};
//!
//! const I386: &Abi = Abi::by_name("i386").unwrap();
//! // struct { __u32 a; __u64 b; } is 12 bytes on i386 and 16 bytes elsewhere.
//! const fn size() -> Result<u64, LayoutError> {
//!     let fold = RecordFold::new(I386, RecordKind::Struct, MemberAlign::NATURAL);
//!     match fold.scalars(&[Scalar::UnsignedInt, Scalar::UnsignedLongLong]) {
//!         Ok(record) => Ok(record.size),
//!         Err(error) => Err(error),
//!     }
//! }
//! const SIZE: Result<u64, LayoutError> = size();
//! assert_eq!(SIZE, Ok(12));
//! assert_eq!(I386.encoding.encode(Direction::Read, b'x', 1, 12), Ok(0x800c_7801));
//! ```
#![no_std]
#![forbid(unsafe_code)]

mod elf;
mod encoding;
mod fold;
mod go;
mod row;
mod scalar;
mod set;
pub mod spelling;
mod table;

pub use elf::{Elf, ElfHeader};
pub use encoding::{Decoded, Direction, EncodeError, Encoding};
pub use fold::{LayoutError, MemberAlign, Placement, RecordFold, RecordKind, RecordSize};
pub use row::{Abi, BitFields, ByteOrder, Provenance};
pub use scalar::Scalar;
pub use set::{AbiId, AbiSet, AbiSetIter};
pub use table::ABIS;
