//! libclang: how it is found and called, and the arguments that it gets for an ABI.

pub(crate) mod allowed;
pub(crate) mod arguments;
pub(crate) mod clang;
pub(crate) mod database;
mod functions;
pub(crate) mod locate;
pub(crate) mod overlay;
