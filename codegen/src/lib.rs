//! Generates code for ioctl interfaces. Today: [`import`], which makes a module of Rust of an
//! existing C header.
#![forbid(unsafe_code)]

mod files;
pub mod import;
pub mod module;

pub use files::{describe, write_atomically};
