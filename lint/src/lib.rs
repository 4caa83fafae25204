//! The rules of `ioctl-lint`, and what decides which of their findings count: configuration,
//! suppressions in the sources, and baselines.
#![forbid(unsafe_code)]

pub mod abi_facts;
pub mod abis;
mod account;
pub mod against;
pub mod baseline;
pub mod causes;
pub mod classify;
pub mod compat;
pub mod config;
pub mod config_schema;
pub mod context;
pub mod conventions;
pub mod copied_out;
pub mod declared;
pub mod decode;
mod definitions;
pub mod diff;
pub mod docs;
pub mod driver_code;
pub mod edits;
pub mod engine;
pub mod files;
pub mod fixes;
mod growth;
pub mod handlers;
pub mod includes;
pub mod join;
pub mod kernel_copies;
pub mod kernel_copies_source;
pub mod kernel_structures_source;
pub mod known_numbers;
pub mod levels;
pub mod members;
pub mod names;
pub mod not_portable;
pub mod number_registry_source;
pub mod numbered;
pub mod numbering;

pub mod objects;
mod on_abis;
pub mod padding;
pub mod patch;
pub mod program_calls;
pub mod raw_commands;
pub mod registry;
pub mod request_number;
mod requested;
pub mod rule;
pub mod rules;
mod rust_calls;
pub mod rust_source;
pub mod rust_validity;
pub mod spelling;
pub mod suggest;
pub mod suppression;
pub mod temporary;
pub mod unset_bytes;
pub mod unstated;
pub mod wide;
pub mod words;

pub use account::Account;
pub use baseline::Baseline;
pub use config::Config;
pub use context::Context;
pub use ioctlkit_model::number_registry;
pub use levels::{Levels, Selection};
pub use rule::Rule;

#[cfg(test)]
mod fixture_folder;
#[cfg(test)]
mod testing;
