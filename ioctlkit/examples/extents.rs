//! `FS_IOC_FIEMAP`: a structure with as many elements behind it as the caller has room for.

mod skip;

use std::io::Write as _;

use ioctlkit::{Errno, Flexible, FlexibleArray, Ioctl, IoctlData, Reserved};
use skip::unless_here;

/// A piece of a file on the disk.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct FiemapExtent {
    /// Where it begins in the file, in bytes.
    pub fe_logical: u64,
    /// Where it begins on the disk, in bytes.
    pub fe_physical: u64,
    /// How long it is, in bytes.
    pub fe_length: u64,
    #[allow(missing_docs)]
    pub fe_reserved64: Reserved<16>,
    /// `FIEMAP_EXTENT_*`.
    pub fe_flags: u32,
    #[allow(missing_docs)]
    pub fe_reserved: Reserved<12>,
}

/// Where a file is.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Fiemap {
    /// From where, in bytes.
    pub fm_start: u64,
    /// How much, in bytes.
    #[ioctl(default = u64::MAX)]
    pub fm_length: u64,
    /// `FIEMAP_FLAG_*`.
    #[ioctl(flags = 0x7)]
    pub fm_flags: u32,
    /// How many pieces there are; with room for none, how much room it takes.
    pub fm_mapped_extents: u32,
    /// For how many pieces there is room.
    pub fm_extent_count: u32,
    #[allow(missing_docs)]
    pub fm_reserved: Reserved<4>,
    /// The pieces.
    #[ioctl(count = fm_extent_count)]
    pub fm_extents: FlexibleArray<FiemapExtent>,
}

/// Write what is not yet on the disk first.
pub const FIEMAP_FLAG_SYNC: u32 = 0x1;

/// A file.
#[derive(Ioctl)]
#[ioctl(type = b'f', device = Inode, prefix = "FS_IOC_")]
pub enum InodeIoctl {
    /// Where the file is.
    #[ioctl(nr = 11, read_write)]
    Fiemap(Flexible<Fiemap>),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("ioctlkit-extents-{}", std::process::id()));
    let mut file = std::fs::File::create_new(&path)?;
    std::fs::remove_file(&path)?;
    file.write_all(&[1; 16384])?;
    // SAFETY: file systems know this command as it is written above, or answer `EOPNOTSUPP`.
    let inode = unsafe { Inode::new(file) };

    let mut map = Flexible::<Fiemap>::with_capacity(0);
    map.fm_flags = FIEMAP_FLAG_SYNC;
    unless_here("FS_IOC_FIEMAP", inode.fiemap(&mut map))?;
    println!("a file of 16384 bytes is in {} pieces", map.fm_mapped_extents);

    let mut map = Flexible::<Fiemap>::with_capacity(map.fm_mapped_extents.try_into()?);
    inode.fiemap(&mut map)?;
    for extent in map.elements() {
        println!("{} bytes at {}", extent.fe_length, extent.fe_logical);
    }
    let length: u64 = map.elements().iter().map(|extent| extent.fe_length).sum();
    if length < 16384 { Err(Errno::IO.into()) } else { Ok(()) }
}
