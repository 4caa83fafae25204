//! No text makes the reader of dumps panic, and what it reads can be laid out and written again.
#![no_main]

use ioctlkit_model::Layouts;
use ioctlkit_report::dump as writer;
use ioctlkit_sources::dump as reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok((interface, problems)) = reader::parse(text) {
        let mut out = Vec::new();
        writer::render(&interface, &Layouts::new(&interface), &problems, &mut out).unwrap();
    }
});
