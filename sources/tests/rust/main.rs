//! Rust source as people write it, read and compared with what it comes to.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod cargo;
mod contract;
mod headers;
mod hostile;
mod language;
mod macros;
mod numbers;
mod requests;
mod support;
mod types;
