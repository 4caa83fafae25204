//! Any bytes as a kept interface, and a kept interface with changes: refused, or an interface that can be
//! laid out and kept again.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use ioctlkit_model::{Layouts, RecordId};
use ioctlkit_sources::dump;
use ioctlkit_sources::fuzzing::{kept, written};
use libfuzzer_sys::fuzz_target;

/// An interface with bit-fields, unions, arrays and a structure in a structure, as it is kept.
static WHOLE: LazyLock<Vec<u8>> =
    LazyLock::new(|| written(&dump::parse(include_str!("../data/decode.json")).unwrap().0));

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Any(&'a [u8]),
    Changed(Vec<Change<'a>>),
}

/// Bytes in place of `length` others.
#[derive(Debug, Arbitrary)]
struct Change<'a> {
    at: u16,
    length: u8,
    new: &'a [u8],
}

fn changed(changes: &[Change<'_>]) -> Vec<u8> {
    let mut bytes = WHOLE.clone();
    for change in changes {
        let at = usize::from(change.at) % (bytes.len() + 1);
        let end = (at + usize::from(change.length)).min(bytes.len());
        bytes.splice(at..end, change.new.iter().copied());
    }
    bytes
}

fuzz_target!(|input: Input<'_>| {
    let found = match input {
        Input::Any(bytes) => kept(bytes),
        Input::Changed(changes) => kept(&changed(&changes)),
    };
    let Some(interface) = found else { return };
    let layouts = Layouts::new(&interface);
    for index in 0..interface.records.len() {
        for abi in interface.abis {
            let _ = layouts.record(RecordId(index as u32), abi);
        }
    }
    for command in &interface.commands {
        let _ = interface.sources.position(command.span);
    }
});
