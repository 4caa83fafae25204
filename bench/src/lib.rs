//! Measures the ways in which programs talk to the kernel and to each other, all by one method.
//!
//! [`mechanisms`] holds a file per mechanism, [`measure`] the method, [`run`] plans and starts one
//! process per measurement, [`results`] is what comes of it and is written as JSON, and
//! [`html`], [`table`] and [`compare`] show it. System calls that Rust has no safe function for
//! are wrapped in [`sys`], which is the only place with `unsafe` code.
#![deny(unsafe_code)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and nanoseconds stay far below 2^52, and what becomes an index was bounded"
)]
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a report is put together once, and reads better so"
)]

pub mod articles;
mod case;
pub mod cli;
pub mod compare;
mod error;
mod files;
pub mod guest;
pub mod html;
mod machine;
pub mod measure;
mod mechanism;
pub mod mechanisms;
mod payload;
pub mod plan;
pub mod results;
pub mod run;
pub mod sys;
pub mod table;
mod units;
mod worker;

pub use case::Case;
pub use error::{Error, Missing};
pub use machine::machine;
pub use mechanism::{Class, Entry, Mechanism, Processors, Request, Sizes, Variant};
pub use payload::Payload;
