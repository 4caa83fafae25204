//! What all tasks share: other programs, Debian's packages, the installed headers.
#![forbid(unsafe_code)]

pub mod bare;
pub mod demo;
pub mod host;
pub mod packages;
pub mod run;
