//! `PROCMAP_QUERY`: an argument whose first member is its size, so that it can grow, and that
//! points to a buffer. The buffer and the member that counts it are set together, and by nothing
//! else.

mod skip;

use std::ffi::CStr;

use ioctlkit::{Ioctl, IoctlData, UserPtr};
use skip::unless_here;

/// Conditions on the mapping that is looked for.
pub const PROCMAP_QUERY_FLAGS: u64 = 0x3f;
/// The mapping that holds the address, or else the next one.
pub const PROCMAP_QUERY_COVERING_OR_NEXT_VMA: u64 = 0x10;

/// A question about a process's memory, and the answer.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct ProcmapQuery<'a> {
    /// Of this structure, in bytes: set by the call.
    #[ioctl(size)]
    pub size: u64,
    /// `PROCMAP_QUERY_*`.
    #[ioctl(flags = PROCMAP_QUERY_FLAGS)]
    pub query_flags: u64,
    /// What address is looked for.
    pub query_addr: u64,
    /// The first address of the mapping.
    pub vma_start: u64,
    /// The one behind its last.
    pub vma_end: u64,
    /// `PROCMAP_QUERY_VMA_*`.
    pub vma_flags: u64,
    /// Of the mapping, in bytes.
    pub vma_page_size: u64,
    /// Where the mapping begins in its file, in bytes.
    pub vma_offset: u64,
    /// The file's number; 0 for none.
    pub inode: u64,
    /// The file's device.
    pub dev_major: u32,
    /// The file's device.
    pub dev_minor: u32,
    /// Bytes of the name, with the zero behind it; 0 where there is none.
    vma_name_size: u32,
    /// Bytes of the file's build identity; 0 where there is none.
    build_id_size: u32,
    /// The file's path, or a name in brackets.
    #[ioctl(count = vma_name_size)]
    vma_name_addr: UserPtr<'a, u8>,
    /// The file's build identity.
    #[ioctl(count = build_id_size)]
    build_id_addr: UserPtr<'a, u8>,
}

/// `/proc/PID/maps`.
#[derive(Ioctl)]
#[ioctl(type = b'f', device = MemoryMap, unsafe(path = "/proc/self/maps"))]
pub enum MemoryMapIoctl<'a> {
    /// Answers a question. Since Linux 6.11.
    #[ioctl(nr = 17, read_write, extensible(min_size = 104), c = "PROCMAP_QUERY")]
    Query(ProcmapQuery<'a>),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let map = unless_here("/proc/self/maps", MemoryMap::open_read_only())?;

    let mut name = [0; 4096];
    let mut query = ProcmapQuery::initial();
    query.query_addr = main as *const () as u64;
    query.set_vma_name_addr(&mut name);
    unless_here("PROCMAP_QUERY", map.query(&mut query))?;
    let ProcmapQuery { vma_start, vma_end, .. } = query;
    println!("`main` is in {} bytes of", vma_end - vma_start);
    println!("{}", CStr::from_bytes_until_nul(&name)?.to_str()?);

    let mut query = ProcmapQuery::initial();
    query.query_flags = PROCMAP_QUERY_COVERING_OR_NEXT_VMA;
    query.query_addr = u64::MAX;
    let error = map.query(&mut query).expect_err("no mapping is there");
    println!("nothing is behind the last address: {error}");
    Ok(())
}
