//! `/dev/userfaultfd`: a device whose one command makes files of another kind, and a handshake
//! that says what the caller wants and comes back with what there is.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use skip::unless_here;

/// `/dev/userfaultfd`.
#[derive(Ioctl)]
#[ioctl(type = 0xaa, device = UserfaultfdDevice, unsafe(path = "/dev/userfaultfd"))]
pub enum UserfaultfdDeviceIoctl {
    /// Makes one, with `O_CLOEXEC` and `O_NONBLOCK` as flags.
    #[ioctl(nr = 0x00, value, returns = Userfaultfd, c = "USERFAULTFD_IOC_NEW")]
    Create(u32),
}

/// The version of the interface.
pub const UFFD_API: u64 = 0xaa;

/// A handshake.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct UffdioApi {
    /// `UFFD_API`.
    #[ioctl(values(UFFD_API), default = UFFD_API)]
    pub api: u64,
    /// `UFFD_FEATURE_*`: what is wanted, and behind the call, what there is.
    pub features: u64,
    /// The commands that there are, a bit for each nr.
    pub ioctls: u64,
}

/// Page faults, answered by a program.
#[derive(Ioctl)]
#[ioctl(type = 0xaa, device = Userfaultfd, prefix = "UFFDIO_")]
pub enum UserfaultfdIoctl {
    /// The handshake, before anything else.
    #[ioctl(nr = 0x3f, read_write)]
    Api(UffdioApi),
}

fn main() -> Result<(), Errno> {
    let device = unless_here("/dev/userfaultfd", UserfaultfdDevice::open())?;
    let flags = rustix::fs::OFlags::CLOEXEC | rustix::fs::OFlags::NONBLOCK;
    let userfaultfd = unless_here("USERFAULTFD_IOC_NEW", device.create(flags.bits()))?;

    let mut api = UffdioApi::initial();
    userfaultfd.api(&mut api)?;
    println!("features {:#x}, commands {:#x}", api.features, api.ioctls);

    // Once is enough.
    println!("the same again: {}", userfaultfd.api(&mut api).expect_err("it is refused"));
    Ok(())
}
