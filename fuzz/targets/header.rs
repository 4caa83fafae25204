//! Any text as a header: its tokens, directives, conditions and constant expressions.
#![no_main]

use ioctlkit_sources::fuzzing::header;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| header(text));
