//! Generates code for ioctl interfaces: [`module`] makes a kernel module of one, [`import`] a module
//! of Rust of an existing C header, and [`scaffold`] a workspace for a new driver.
#![forbid(unsafe_code)]

mod files;
pub mod import;
pub mod module;
pub mod scaffold;

pub use files::{describe, write_atomically};
