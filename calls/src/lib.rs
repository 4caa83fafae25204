//! Reads calls of `ioctl` in C and C++ source of programs. Text goes in, facts come out: no file is opened
//! here, and nothing is judged.
//!
//! Nothing is compiled, and how the program is built is not known. Functions are taken apart by their
//! tokens, so that what a parser would stumble over, such as macros, costs the statement that it is in and
//! nothing else.
#![forbid(unsafe_code)]

mod body;
mod declare;
mod expand;
mod expression;
mod outline;
mod preprocess;
mod program;
mod request;
mod scope;
mod shared;
mod state;
mod token;
mod types;
mod wrappers;

pub use preprocess::speaks_of_ioctl;
pub use program::{Source, read};
