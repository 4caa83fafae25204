//! The program as people run it: exit codes, messages, and what wrong input does.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used)]

mod against;
mod baselines;
mod configuration;
mod input;
mod objects;
mod output;
mod queries;
mod run;
mod source;
mod suppressions;
