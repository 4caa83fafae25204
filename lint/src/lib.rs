//! The rules of `ioctl-lint` and the engine that runs them.
#![forbid(unsafe_code)]

pub mod abis;
pub mod classify;
pub mod context;
pub mod edits;
pub mod engine;
pub mod leaves;
pub mod padding;
pub mod rule;
pub mod rules;
pub mod wide;
pub mod words;

pub use context::Context;
pub use rule::Rule;

#[cfg(test)]
mod testing;
