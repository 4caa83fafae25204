//! Which files, modules and crates there are, and what the names in them mean.
//!
//! [`crates::Resolver`] is asked by what stands above, and changed by nothing there: crates, modules and
//! macros are entered when a name first leads into them.

pub(crate) mod cargo;
pub(crate) mod crates;
pub(crate) mod discover;
pub(crate) mod enter;
pub(crate) mod existence;
pub(crate) mod features;
pub(crate) mod files;
pub(crate) mod globs;
pub(crate) mod macros;
pub(crate) mod names;
pub(crate) mod packages;
pub(crate) mod prelude;
pub(crate) mod registry;
pub(crate) mod scopes;
pub(crate) mod sources;
