//! Generates code for ioctl interfaces: [`module`] makes a kernel module of one, [`guest`] builds and
//! tests it in a guest, [`scaffold`] makes a workspace for a new driver, and [`import`] a module of Rust
//! of an existing C header.
#![forbid(unsafe_code)]

mod escape;
mod files;
pub mod guest;
pub mod import;
mod interpolation;
pub mod module;
pub mod scaffold;
pub mod streams;

pub use files::{NewFile, WriteError, describe, read_below, write_alone, write_together};
