//! Any text as a Rust file: read, with what its constants, functions and macros come to, and never a panic.
#![no_main]

use std::sync::LazyLock;

use ioctlkit_model::Layouts;
use ioctlkit_sources::rust::{Request, read};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// One for all inputs: making a folder takes longer than reading most of them.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|text: &str| {
    let path = FOLDER.path().join("lib.rs");
    std::fs::write(&path, text).unwrap();
    let (interface, _) = read(&Request { paths: vec![path], ..Request::default() });
    let layouts = Layouts::new(&interface);
    for command in &interface.commands {
        for abi in command.variants.abis() {
            let _ = layouts.number(command, abi);
        }
    }
});
