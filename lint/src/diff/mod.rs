//! What changed between two versions of an interface, and whom that breaks.
//!
//! [`Versions`] holds both, [`compare`] pairs their headers, commands, structures and enumerators
//! by name and compares each pair on every ABI that both have, and the rules of [`rules`] say what
//! came of it. [`check`] runs all of it.

mod arguments;
mod breaks;
mod carriers;
mod check;
mod commands;
mod compare;
mod constants;
mod declared;
mod enumerators;
mod extensible;
mod kinds;
mod members;
mod not_compared;
mod pairing;
mod records;
mod rule;
pub mod rules;
mod told;
mod typedefs;
mod types;
mod versions;
mod wide_time;

#[cfg(test)]
mod tests;

pub use arguments::ArgumentChange;
pub use breaks::{of_abis, of_numbers};
pub use check::{check, check_introduced, every_change};
pub use commands::{CommandChange, Fate, NumberChange, Shape};
pub use compare::{Comparison, RemovedHeader, compare};
pub use constants::{ConstantChange, ConstantFate, Parameters, Unclear, Value};
pub use enumerators::Renumbered;
pub use extensible::Extensible;
pub use members::{Fault, Freed, Named, Retyped};
pub use not_compared::{NotCompared, Several, Side, What};
pub use pairing::structures;
pub use records::{RecordChange, Told};
pub use rule::DiffRule;
pub use typedefs::TypedefChange;
pub use types::RemovedType;
pub use versions::{Shown, Version, Versions};
