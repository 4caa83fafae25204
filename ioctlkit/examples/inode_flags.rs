//! `FS_IOC_GETFLAGS`: the header says that the argument is a `long`, and the kernel moves an
//! `int`. The number has to say what the header says, and the buffer what the kernel does.

mod skip;

use ioctlkit::{Errno, Ioctl};
use skip::unless_here;

/// The file is not dumped.
pub const FS_NODUMP_FL: u32 = 0x40;

/// Commands that a file system answers for its files.
#[derive(Ioctl)]
#[ioctl(type = b'f', device = Inode, prefix = "FS_IOC_")]
pub enum InodeIoctl {
    /// The file's `FS_*_FL`. In the header: `_IOR('f', 1, long)`.
    #[ioctl(nr = 1, read, encoded = c_long, c = "FS_IOC_GETFLAGS")]
    GetFlags(u32),
    /// Sets them. In the header: `_IOW('f', 2, long)`.
    #[ioctl(nr = 2, write, encoded = c_long, c = "FS_IOC_SETFLAGS")]
    SetFlags(u32),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("ioctlkit-inode-flags-{}", std::process::id()));
    let file = std::fs::File::create_new(&path)?;
    std::fs::remove_file(&path)?;
    // SAFETY: file systems know these commands as they are written above, or answer `ENOTTY`.
    let inode = unsafe { Inode::new(file) };

    let before = unless_here("FS_IOC_GETFLAGS", inode.get_flags())?;
    println!("flags of a new file: {before:#x}");
    unless_here("FS_IOC_SETFLAGS", inode.set_flags(&(before | FS_NODUMP_FL)))?;
    println!("flags with FS_NODUMP_FL: {:#x}", inode.get_flags()?);
    if inode.get_flags()? & FS_NODUMP_FL == 0 {
        return Err(Errno::IO.into());
    }
    Ok(())
}
