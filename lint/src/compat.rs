//! Whether an argument looks the same to a 32-bit program and to the 64-bit kernel below it.
//!
//! [`Shape`] is an argument on one ABI, down to its last nested member; [`compare`] says where two
//! shapes part; [`survey`] asks that of every command and every pair of ABIs that meet on one
//! machine.

mod shape;
mod survey;
pub(crate) mod wording;

#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;

pub use shape::{Cause, Difference, Extent, Parting, Shape, compare, parted_members};
pub use survey::{Incompatibility, Kind, Pair, survey};
