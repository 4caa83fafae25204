//! No input of a megabyte holds a run up: one generator for each shape that is hard on a program which
//! compares everything with everything, walks a chain anew for each of its links, or calls itself for each
//! level of nesting.
//!
//! Each run gets a budget of processor time and of address space that the system enforces. The time does
//! not depend on what else the machine does, and is far more than any shape takes.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used)]

mod c;
mod data;
mod harness;
mod rust;
