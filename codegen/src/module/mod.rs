//! An interface becomes a kernel module: both sides of it, its tests, and what builds them.
//!
//! [`plan()`] decides everything from the model, [`render()`] spells it out through the templates in
//! `kmod-template/`, and [`steps()`] tells what brings the files up to date without losing what people wrote.

mod abi_record;
mod build;
mod checks;
mod command;
mod compat;
mod docs;
mod fit;
mod fit_rust;
mod header;
mod in_rust;
pub mod in_tree;
mod lock;
mod names;
mod number;
pub mod plan;
mod promises;
mod regenerate;
mod render;
mod shape;
mod stamp;
mod test_data;
mod unit_tests;
mod userland;

pub use build::{Header, Options, left_out, plan, symbol};
pub use in_rust::View as InRust;
pub(crate) use in_rust::{identifier, type_name};
pub use lock::{Break, Lock};
pub use plan::{Bus, Device, FileOperations, InTree, Language, Plan};
pub use regenerate::{Change, Step, steps};
pub(crate) use render::render_with_handlers;
pub use render::{File, Ownership, includes, render};
pub use stamp::{State, state};
pub use userland::userland;
