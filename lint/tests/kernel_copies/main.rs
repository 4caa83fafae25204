//! The table of what the kernel copies is what the kernel's source says, and what others who looked at the
//! kernel wrote down.
//!
//! All of the kernel takes minutes, and what others wrote is downloaded: this is done in the full test only,
//! unless `IOCTLKIT_ORACLE` is `full`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod others;
mod source;

use std::path::{Path, PathBuf};

/// Whether everything is compared.
fn is_full() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

/// Where the oracle keeps what it unpacks.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle")
}
