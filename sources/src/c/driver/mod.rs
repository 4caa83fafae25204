//! libclang: how it is found and called, and what it is told for an ABI.

pub(crate) mod arguments;
pub(crate) mod clang;
pub(crate) mod database;
mod functions;
mod locate;
pub(crate) mod overlay;
