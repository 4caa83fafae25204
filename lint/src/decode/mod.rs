//! Calls of ioctl as tracers print them, explained from the model: which command, and what its argument
//! holds.
//!
//! [`call`] reads a line, [`Commands`] knows which command a number is on an ABI, and [`members`]
//! takes bytes apart as the command's argument is laid out there.

mod bytes;
mod commands;
mod line;
mod members;
mod value;

pub use crate::numbered::Numbered;
pub use bytes::parse as parse_bytes;
pub use commands::Commands;
pub use line::{Call, Given, Malformed, Request, call};
pub use members::{Row, members};
