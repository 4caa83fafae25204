//! Crates that define ioctl commands today, as their users get them: what the linter reads of them,
//! and what it says of them.
//!
//! Their sources come through cargo from its registry, at the versions that `corpus.rs` states, and
//! stay in cargo's own cache. Where they cannot be had, the tests are skipped with the reason,
//! unless `IOCTLKIT_ORACLE` is `full` or `CI` is set.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod corpus;
mod counts;
mod definitions;
mod findings;
mod headers;
mod search;
