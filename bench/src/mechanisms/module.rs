//! The module for benchmarks, as user space sees it: a store of up to 4096 bytes behind three doors,
//! a device, a file of procfs and a generic netlink family. `ioctl-gen module --bench` makes it.

use std::fs::{File, OpenOptions};
use std::os::fd::AsFd as _;

use ioctlkit::HOST;
use ioctlkit::abi::Direction;

use crate::sys::control;
use crate::{Error, Missing, Request, Sizes};

/// The device.
pub(super) const DEVICE: &str = "/dev/ioctl_bench";
/// The file of procfs.
pub(super) const PROC: &str = "/proc/ioctl_bench";
/// The netlink family.
pub(super) const FAMILY: &str = "ioctl_bench";

/// What its mechanisms need.
pub(super) const NEEDS: &str = "the module of the guest suite";

/// The payloads that there are commands for, in bytes: a size is a part of a command's number.
pub(super) const SIZES: [usize; 5] = [8, 64, 512, 1024, 4096];
/// The same as a range.
pub(super) const RANGE: Sizes = Sizes::Between(SIZES[0], SIZES[SIZES.len() - 1]);
/// The commands' type.
const TYPE: u8 = 0xb5;

/// What is done with the store. The first nr of each is that of 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// N bytes in.
    Write,
    /// N bytes out.
    Read,
    /// N bytes in, and out again.
    Exchange,
}

impl Operation {
    const fn direction(self) -> Direction {
        match self {
            Self::Write => Direction::Write,
            Self::Read => Direction::Read,
            Self::Exchange => Direction::ReadWrite,
        }
    }

    const fn first_nr(self) -> u8 {
        match self {
            Self::Write => 0x10,
            Self::Read => 0x20,
            Self::Exchange => 0x30,
        }
    }

    /// The command for that many bytes.
    pub(super) fn command(self, size: usize) -> Option<u32> {
        let nr = (self.first_nr()..).zip(SIZES).find(|(_, known)| *known == size)?.0;
        HOST.encoding.encode(self.direction(), TYPE, nr, size as u64).ok()
    }
}

/// Opens a door of the module.
pub(super) fn opened(path: &str) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// The device.
pub(super) fn device() -> Result<File, Error> {
    opened(DEVICE).map_err(Error::call("opening the device"))
}

/// Whether the module is there, by one of its files.
pub(super) fn required(path: &str, request: &Request) -> Result<(), Missing> {
    if !SIZES.contains(&request.size) {
        return Err(Missing::new(format!("the module has no command of {} bytes", request.size)));
    }
    let needed = format!("needs {NEEDS} ({path})");
    opened(path).map(drop).map_err(Missing::because(needed))
}

/// What the store holds, by the device.
pub(super) fn stored(device: &File, bytes: &mut [u8]) -> Result<(), Error> {
    called(device, Operation::Read, bytes)
}

/// An operation by the device.
#[inline]
pub(super) fn called(device: &File, operation: Operation, bytes: &mut [u8]) -> Result<(), Error> {
    let size = bytes.len();
    let command = operation.command(size);
    let command = command
        .ok_or_else(|| Error::Unexpected(format!("the module has no command of {size} bytes")))?;
    control::ioctl(device.as_fd(), command, bytes, size)
        .map(drop)
        .map_err(Error::call("the module's ioctl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_size_is_a_part_of_the_number() {
        assert_eq!(Operation::Write.command(8), Some(0x4008_b510));
        assert_eq!(Operation::Read.command(1024), Some(0x8400_b523));
        assert_eq!(Operation::Exchange.command(4096), Some(0xd000_b534));
        assert_eq!(Operation::Exchange.command(100), None);
    }
}
