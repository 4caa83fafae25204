//! Which headers are parsed together, for which ABI, and what becomes of the answers.
//!
//! A session is one tree's headers. Its jobs are translation units: first every header for each part of
//! the ABIs that read it alike, then those that have to be read alone, those that are tried again with
//! more includes, and those that fetch the types that are still missing.

mod borrowed;
mod by_text;
pub(crate) mod collect;
mod family;
pub(crate) mod job;
mod missing_types;
mod outcome;
mod parse;
pub(crate) mod probe;
mod retry;
mod schedule;
pub(crate) mod session;
mod settle;
