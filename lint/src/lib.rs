//! The rules of `ioctl-lint`, and what decides which of their findings count: configuration,
//! suppressions in the sources, and baselines.
#![forbid(unsafe_code)]

pub mod baseline;
pub mod config;
pub mod context;
pub mod docs;
pub mod engine;
pub mod files;
pub mod levels;
pub mod registry;
pub mod rule;
pub mod rules;
pub mod suggest;
pub mod suppression;

pub use baseline::Baseline;
pub use config::Config;
pub use context::Context;
pub use levels::{Levels, Selection};
pub use rule::Rule;
