//! A new driver: a workspace with a crate for the interface, the kernel module that is made from it,
//! their tests, and what a change has to survive.
//!
//! [`Name`] and [`TypeLetter`] say what a driver can be called and numbered, [`create`] writes it.

mod create;
mod dependency;
mod files;
mod name;
mod type_letter;

pub use create::{Error, create};
pub use dependency::Dependency;
pub use files::Scaffold;
pub use name::Name;
pub use type_letter::{NR_COUNT, TypeLetter, parse_letter};
