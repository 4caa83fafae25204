//! `TUNSETIFF`: the header says that an `int` goes in; a `struct ifreq` does, and comes back with
//! the interface's name in it. That structure has another size on 32-bit machines.

mod skip;

use std::ffi::CStr;

use ioctlkit::{Ioctl, IoctlData};
use skip::unless_here;

/// Packets of the network layer.
pub const IFF_TUN: u16 = 0x0001;
/// No header in front of each packet.
pub const IFF_NO_PI: u16 = 0x1000;

/// `struct ifreq`, as this driver uses it.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(not_portable = "the union behind the name ends with two `unsigned long` of `struct ifmap`")]
pub struct Ifreq {
    /// The interface's name; with `%d` in it, the kernel chooses a number.
    pub ifr_name: [u8; 16],
    /// `IFF_*`.
    #[ioctl(flags = IFF_TUN | IFF_NO_PI)]
    pub ifr_flags: u16,
    #[ioctl(reserved)]
    _before_map: [u8; 6],
    #[ioctl(reserved)]
    _map: [usize; 2],
}

/// The TUN device.
#[derive(Ioctl)]
#[ioctl(type = b'T', device = Tun, unsafe(path = "/dev/net/tun"))]
pub enum TunIoctl {
    /// Makes an interface. In the header: `_IOW('T', 202, int)`.
    #[ioctl(nr = 202, read_write, encoded(write, c_int), c = "TUNSETIFF")]
    SetInterface(Ifreq),
    /// Whether the interface outlives the file. The number itself is the argument.
    #[ioctl(nr = 203, write, value, c = "TUNSETPERSIST")]
    SetPersist(i32),
    /// The `IFF_*` that the driver knows.
    #[ioctl(nr = 207, read, c = "TUNGETFEATURES")]
    Features(u32),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tun = unless_here("/dev/net/tun", Tun::open())?;
    println!("features: {:#x}", unless_here("TUNGETFEATURES", tun.features())?);

    let mut request = Ifreq { ifr_flags: IFF_TUN | IFF_NO_PI, ..Ifreq::initial() };
    request.ifr_name[..9].copy_from_slice(b"example%d");
    unless_here("TUNSETIFF", tun.set_interface(&mut request))?;
    println!("the kernel made {}", CStr::from_bytes_until_nul(&request.ifr_name)?.to_str()?);

    tun.set_persist(0)?;
    println!("it goes when this program ends");
    Ok(())
}
