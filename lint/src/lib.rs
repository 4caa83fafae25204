//! The rules of `ioctl-lint` and the engine that runs them.
#![forbid(unsafe_code)]

pub mod compat;
pub mod context;
pub mod engine;
mod growth;
pub mod rule;
pub mod rules;

pub use context::Context;
pub use rule::Rule;
