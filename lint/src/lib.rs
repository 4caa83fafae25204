//! The rules of `ioctl-lint` and the engine that runs them.
#![forbid(unsafe_code)]

pub mod abis;
pub mod context;
pub mod definition;
pub mod engine;
pub mod includes;
pub mod names;
pub mod numbering;
pub mod raw_commands;
pub mod registry;
pub mod registry_source;
pub mod rule;
pub mod rules;

pub use context::Context;
pub use rule::Rule;
