//! Reads ioctl handlers in C driver source. Text goes in, facts come out: no file is opened here, and
//! nothing is judged.
#![forbid(unsafe_code)]

pub mod ast;
mod convert;
mod mask;
pub mod parse;
