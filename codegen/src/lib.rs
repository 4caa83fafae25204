//! Generates code for ioctl interfaces: [`module`] makes a kernel module of one, [`guest`] builds and
//! tests it in a guest, [`scaffold`] makes a workspace for a new driver, and [`import`] a module of Rust
//! of an existing C header.
#![forbid(unsafe_code)]

mod files;
pub mod guest;
pub mod import;
pub mod module;
pub mod scaffold;

pub use files::{describe, write_atomically};
