//! `ioctl-gen test` over drivers that are right, and over one that has every defect.
//!
//! Most tests boot a guest. `IOCTLKIT_VM=full`, or `cargo xtask test --full`, boots more of them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod drivers;
mod faults;
mod interrupt;
mod kernel_parser;
mod refused;
mod support;
