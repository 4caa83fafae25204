//! Reads ioctl handlers in C driver source. Text goes in, facts come out: no file is opened here, and
//! nothing is judged.
#![forbid(unsafe_code)]

pub mod ast;

mod analyse;
mod convert;
mod facts;
mod interpret;
mod known;
mod mask;
mod numbers;
pub mod parse;
mod program;
mod tables;
mod value;

pub use analyse::{Analyser, Analysis};
pub use program::{FunctionId, Program, Source};
