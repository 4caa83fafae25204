//! Any text as Rust source: read, never a panic.
#![no_main]

use ioctlkit_model::Layouts;
use ioctlkit_sources::rust::{Request, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("lib.rs");
    if std::fs::write(&path, text).is_err() {
        return;
    }
    let (interface, _) = read(&Request { paths: vec![path], ..Request::default() });
    let layouts = Layouts::new(&interface);
    for command in &interface.commands {
        for abi in command.variants.abis() {
            let _ = layouts.number(command, abi);
        }
    }
});
