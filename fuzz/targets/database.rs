//! Any text as a compilation database, and its words as arguments for the compiler.
#![no_main]

use std::sync::LazyLock;

use ioctlkit_sources::fuzzing::database;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|text: &str| database(FOLDER.path(), text));
