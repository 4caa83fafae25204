//! What all tasks share: other programs, Debian's packages, the installed headers.
#![forbid(unsafe_code)]

pub mod demo;
pub mod packages;
pub mod run;
