//! Which files, modules and crates there are, and what the names in them mean.

pub(crate) mod cargo;
pub(crate) mod discover;
pub(crate) mod enter;
pub(crate) mod features;
pub(crate) mod files;
pub(crate) mod lookups;
pub(crate) mod macros;
pub(crate) mod names;
pub(crate) mod prelude;
pub(crate) mod registry;
pub(crate) mod world;
