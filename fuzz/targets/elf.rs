//! Any bytes as a compiled object, an archive or a compressed module: read, never a panic.
#![no_main]

use std::sync::LazyLock;

use ioctlkit_sources::object::{Request, Wanted, read};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// One for all inputs: making a folder takes longer than reading most of them.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("module.ko");
    std::fs::write(&path, bytes).unwrap();
    let _ = read(&Request { paths: vec![path], types: Wanted::All, ..Request::default() });
});
