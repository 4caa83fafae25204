//! Comparing two versions: of the kernel's exported headers, beside what abidiff says of the same
//! pair, and of what was dumped with what was read.
//!
//! The kernels take minutes, so they are compared in the full test only: unless `IOCTLKIT_ORACLE`
//! is `full`, those tests do nothing.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod abidiff;
mod dump;
mod gcc;
mod histories;
mod kernels;
mod sample;
