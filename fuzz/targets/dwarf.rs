//! Any bytes as the sections of DWARF, in an object that is otherwise in order: read, never a panic.
#![no_main]

use std::sync::LazyLock;

use ioctlkit_sources::object::{Request, Wanted, read};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// One for all inputs: making a folder takes longer than reading most of them.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// The sections, and the names of them all as they stand in the object.
const SECTIONS: [&str; 3] = [".debug_info", ".debug_abbrev", ".debug_str"];
const NAMES: &[u8] = b"\0.debug_info\0.debug_abbrev\0.debug_str\0.shstrtab\0";

fuzz_target!(|contents: [&[u8]; 3]| {
    let path = FOLDER.path().join("types.o");
    std::fs::write(&path, object(contents)).unwrap();
    let _ = read(&Request { paths: vec![path], types: Wanted::All, ..Request::default() });
});

/// A relocatable object for x86_64 with those sections.
fn object(contents: [&[u8]; 3]) -> Vec<u8> {
    const HEADER: usize = 64;
    let mut bytes = vec![0; HEADER];
    let mut headers = vec![[0; HEADER]];
    for (name, data) in SECTIONS.into_iter().zip(contents).chain([(".shstrtab", NAMES)]) {
        let at = NAMES.windows(name.len()).position(|window| window == name.as_bytes());
        let kind: u32 = if name == ".shstrtab" { 3 } else { 1 };
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&(at.unwrap_or(0) as u32).to_le_bytes());
        header[4..8].copy_from_slice(&kind.to_le_bytes());
        header[24..32].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        header[32..40].copy_from_slice(&(data.len() as u64).to_le_bytes());
        headers.push(header);
        bytes.extend_from_slice(data);
    }
    let table = bytes.len() as u64;
    bytes.extend(headers.iter().flatten());
    bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\0");
    for (at, value) in [(16, 1), (18, 62), (52, 64), (58, 64), (60, 5), (62, 4_u16)] {
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes[20] = 1;
    bytes[40..48].copy_from_slice(&table.to_le_bytes());
    bytes
}
