//! The rules of `ioctl-lint` and the engine that runs them.
#![forbid(unsafe_code)]

pub mod abis;
pub mod classify;
pub mod compat;
pub mod context;
pub mod definition;
pub mod edits;
pub mod engine;
mod growth;
pub mod includes;
pub mod leaves;
pub mod names;
pub mod numbering;
pub mod padding;
pub mod raw_commands;
pub mod registry;
pub mod registry_source;
pub mod rule;
pub mod rules;
pub mod wide;
pub mod words;

pub use context::Context;
pub use rule::Rule;

#[cfg(test)]
mod testing;
