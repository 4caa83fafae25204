//! Any bytes as a compiled object, an archive or a compressed module: read, never a panic.
#![no_main]

use ioctlkit_sources::object::{Request, Wanted, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("module.ko");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let _ = read(&Request { paths: vec![path], types: Wanted::All, ..Request::default() });
});
