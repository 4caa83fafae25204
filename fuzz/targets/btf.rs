//! Any bytes as BTF, and as a kernel's memory with BTF in it: read, never a panic.
#![no_main]

use std::sync::LazyLock;

use ioctlkit_abi::Abi;
use ioctlkit_model::{Layouts, RecordId};
use ioctlkit_sources::object::{Request, Wanted, read};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// One for all inputs: making a folder takes longer than reading most of them.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("types.btf");
    std::fs::write(&path, bytes).unwrap();
    let abi = Abi::by_name("x86_64").map(Abi::id);
    let base = Some(path.clone());
    let request = Request {
        paths: vec![path],
        base,
        bare_abi: abi,
        types: Wanted::All,
        ..Request::default()
    };
    let (interface, _) = read(&request);
    let layouts = Layouts::new(&interface);
    for index in 0..interface.records.len() {
        for abi in interface.abis {
            let _ = layouts.record(RecordId(index as u32), abi);
        }
    }
});
