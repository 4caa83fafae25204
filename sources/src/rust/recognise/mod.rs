//! What defines commands, and what calls of `ioctl` are given.

pub(crate) mod arguments;
pub(crate) mod calls;
pub(crate) mod collect;
pub(crate) mod commands;
pub(crate) mod definers;
pub(crate) mod given;
pub(crate) mod groups;
pub(crate) mod packing;
pub(crate) mod request;
pub(crate) mod uses;
