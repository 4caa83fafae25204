//! Compiled objects: Debian's kernels and their modules, held against pahole and against their
//! sources.

// Trouble with the files of the cache fails the test like any other.
#![allow(clippy::unwrap_used)]

mod damage;
mod dwarf;
mod handlers;
mod kbuild;
mod layouts;
mod shapes;

use std::path::{Path, PathBuf};

/// Where the packages are unpacked.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("distribution")
}
