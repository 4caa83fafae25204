//! What the analysis of handlers finds in the kernel's own source, held against others' knowledge of it: the
//! kernel as it was before a fix, the kernel with a fix taken out, and the descriptions of syzkaller.
//!
//! The sources come from Debian's packages. What takes minutes runs only if `IOCTLKIT_ORACLE` is `full`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod agreement;
mod corpus;
mod layers;
mod syzkaller;
mod tree;
mod undo;
