//! What constants and types come to.

pub(crate) mod build;
pub(crate) mod constants;
pub(crate) mod known_types;
pub(crate) mod records;
pub(crate) mod types;
