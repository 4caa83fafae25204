//! Reads in a process that can do nothing else.
//!
//! Front ends parse what strangers wrote, one of them with a large library in C++. So a program
//! starts itself once more as a worker, which is told what to read, gives up everything that
//! reading does not need, reads, and answers with an interface. A worker that dies or outruns its
//! limits costs the file that it was reading: a new one reads the others.
//!
//! The program has to call [`serve_if_asked`] before anything else, or [`serve_if_asked_with`] where it has
//! a [`Parser`] of its own.

mod cargo;
mod limits;
mod process;
mod protocol;
mod serve;
mod stop;
mod supervise;
mod watched;
mod work;

pub use serve::{Parser, serve_if_asked, serve_if_asked_with};
pub use stop::Stop;
pub use supervise::{NotParsed, Workers};
