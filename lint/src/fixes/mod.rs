//! Edits of findings, applied: which of them one pass makes, what their files become, and whether they did
//! what they promise.
//!
//! A pass is [`choose`]: edits that do not disturb each other. [`Texts`] makes them in memory, the files are
//! read again as they would be, and [`proof::violations`] compares both readings. Only what passes is
//! written, by [`target`].

mod choose;
mod plan;
pub mod proof;
pub mod target;
mod texts;
mod touched;
mod unified;

pub use choose::choose;
pub use plan::{Key, Plan, PlannedEdit, plans};
pub use texts::Texts;
pub use touched::{Touched, Touching};
pub use unified::write_unified;
