//! Generates code for ioctl interfaces: [`import`] makes a module of Rust of an existing C header,
//! [`module`] a kernel module of an interface; [`guest`] builds one and tests it in a guest.
#![forbid(unsafe_code)]

mod files;
pub mod guest;
pub mod import;
pub mod module;

pub use files::{describe, write_atomically};
