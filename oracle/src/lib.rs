//! gcc as the judge of the layout engine.
//!
//! Debian's `cpp-12-<triplet>` packages hold the compiler proper, `cc1`, and nothing else is
//! needed: constants are compiled to data, and the numbers are read out of the assembly. No
//! assembler, no linker and no libc take part.
//!
//! The crate serves this project's tests and is never published.
#![forbid(unsafe_code)]

mod apt;
pub mod assembly;
pub mod compare;
pub mod compiler;
pub mod distribution;
pub mod headers;
pub mod kernel;
pub mod libc;
pub mod pahole;
pub mod probe;
pub mod random;
pub mod sources;
pub mod tree;

pub use compiler::{Compiler, CompilerError};
pub use probe::{Answers, BitField, Probe};

/// How much a test of this crate does, from `IOCTLKIT_ORACLE`: `quick` (the default) or `full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Seconds: what every change should survive.
    Quick,
    /// Minutes: what a release should survive.
    Full,
}

impl Effort {
    /// What the environment asks for.
    pub fn from_environment() -> Self {
        match std::env::var("IOCTLKIT_ORACLE") {
            Ok(value) if value == "full" => Self::Full,
            _ => Self::Quick,
        }
    }
}
