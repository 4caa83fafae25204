//! A disk's size: three commands, and each lies in another way about what it moves.

mod skip;

use ioctlkit::{Errno, Ioctl};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};
use skip::unless_here;

/// Any block device.
#[derive(Ioctl)]
#[ioctl(type = 0x12, device = Disk)]
pub enum DiskIoctl {
    /// Whether it cannot be written. In the header `_IO(0x12, 94)`, as if nothing moved.
    #[ioctl(nr = 94, read, encoded(none), c = "BLKROGET")]
    IsReadOnly(i32),
    /// Bytes of a sector. In the header `_IO(0x12, 104)`.
    #[ioctl(nr = 104, read, encoded(none), c = "BLKSSZGET")]
    SectorSize(i32),
    /// Bytes of the whole. In the header `_IOR(0x12, 114, size_t)`, and a `u64` on every machine.
    #[ioctl(nr = 114, read, encoded = usize, c = "BLKGETSIZE64")]
    Size(u64),
}

const USUAL: [&str; 5] = ["/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mmcblk0", "/dev/loop0"];

fn open(path: &str) -> Result<OwnedFd, Errno> {
    Ok(rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let named = std::env::args().nth(1);
    let usual = || USUAL.into_iter().find(|path| open(path).is_ok()).unwrap_or(USUAL[0]).to_owned();
    let path = named.unwrap_or_else(usual);
    let file = unless_here(&path, open(&path))?;
    // SAFETY: the kernel answers these commands for every block device, and other drivers have no
    // command of type 0x12.
    let disk = unsafe { Disk::new(file) };

    let size = unless_here("BLKGETSIZE64", disk.size())?;
    let (sector, read_only) = (disk.sector_size()?, disk.is_read_only()? != 0);
    println!("{path}: {size} bytes in sectors of {sector}, read only: {read_only}");
    Ok(())
}
