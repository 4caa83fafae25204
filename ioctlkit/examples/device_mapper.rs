//! `DM_VERSION`: an argument that says its own version and size, and a driver that answers with
//! its own. The derive sets both.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData, Reserved};
use skip::unless_here;

/// The head of every argument of the device mapper.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct DmIoctl {
    /// The version that the caller was written for; behind the call, the driver's.
    #[ioctl(default = [4, 0, 0])]
    pub version: [u32; 3],
    /// Bytes of this structure and of what follows it.
    #[ioctl(size)]
    pub data_size: u32,
    /// Where that begins.
    pub data_start: u32,
    /// Targets in it.
    pub target_count: u32,
    /// Who has the device open.
    pub open_count: i32,
    /// `DM_*_FLAG`.
    pub flags: u32,
    /// The number of an event.
    pub event_nr: u32,
    /// Zero.
    pub padding: Reserved<4>,
    /// The device's number.
    pub dev: u64,
    /// Its name.
    pub name: [u8; 128],
    /// Its unique name.
    pub uuid: [u8; 129],
    /// What is left of the last 8 bytes.
    pub data: [u8; 7],
}

/// The device mapper.
#[derive(Ioctl)]
#[ioctl(
    type = 0xfd,
    device = DeviceMapper,
    unsafe(path = "/dev/mapper/control"),
    prefix = "DM_"
)]
pub enum DeviceMapperIoctl {
    /// The version.
    #[ioctl(nr = 0, read_write)]
    Version(DmIoctl),
}

fn main() -> Result<(), Errno> {
    let mapper = unless_here("/dev/mapper/control", DeviceMapper::open())?;
    let mut head = DmIoctl::initial();
    unless_here("DM_VERSION", mapper.version(&mut head))?;
    println!("version {:?}", head.version);
    Ok(())
}
