//! Any bytes as BTF, and as a kernel's memory with BTF in it: read, never a panic.
#![no_main]

use ioctlkit_abi::Abi;
use ioctlkit_model::{Layouts, RecordId};
use ioctlkit_sources::object::{Request, Wanted, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("types.btf");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let abi = Abi::by_name("x86_64").map(Abi::id);
    let base = Some(path.clone());
    let request = Request { paths: vec![path], base, bare_abi: abi, types: Wanted::All };
    let (interface, _) = read(&request);
    let layouts = Layouts::new(&interface);
    for index in 0..interface.records.len() {
        for abi in interface.abis {
            let _ = layouts.record(RecordId(index as u32), abi);
        }
    }
});
