//! `PIDFD_GET_INFO` with a structure of N bytes: an extensible ioctl, so that the running kernel takes
//! any size. It fills what it knows and clears the rest, so N bytes are written.

use std::os::fd::{AsFd as _, OwnedFd};

use ioctlkit::HOST;
use ioctlkit::abi::Direction;

use crate::sys::control;
use crate::{Class, Entry, Error, Mechanism, Missing, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "ioctl-pidfd-info",
    class: Class::CallAndReturn,
    variants: &[Variant { name: "", what: "PIDFD_GET_INFO: 8 bytes in, N bytes out" }],
    sizes: Sizes::Between(FIRST_VERSION, MOST),
    needs: "Linux 6.13",
    trigger: None,
    requires,
    open: |request| Ok(Box::new(PidfdInfo::new(request.size)?)),
};

/// `PIDFD_INFO_SIZE_VER0` of `linux/pidfd.h`.
const FIRST_VERSION: usize = 64;
/// What the kernel's `copy_struct_to_user` and its like take at most is a page.
const MOST: usize = 4096;
/// `PIDFD_INFO_PID`.
const MASK: u64 = 1;
/// Where `tgid` is in `struct pidfd_info`.
const TGID: usize = 20;
/// More than any kernel fills so far; what is behind it has to be zero.
const FILLED: usize = 256;

fn requires(request: &Request) -> Result<(), Missing> {
    let mut info = PidfdInfo::new(request.size).map_err(|error| Missing::new(error.to_string()))?;
    info.once().map_err(Missing::because("PIDFD_GET_INFO needs Linux 6.13"))
}

struct PidfdInfo {
    process: OwnedFd,
    command: u32,
    argument: Vec<u8>,
}

impl PidfdInfo {
    fn new(size: usize) -> Result<Self, Error> {
        let process = control::pidfd_of_self().map_err(Error::call("pidfd_open"))?;
        let command = HOST.encoding.encode(Direction::ReadWrite, 0xff, 11, size as u64);
        let command = command
            .map_err(|_| Error::Unexpected(format!("{size} bytes do not fit into a command")))?;
        Ok(Self { process, command, argument: vec![0; size] })
    }

    fn once(&mut self) -> std::io::Result<()> {
        self.argument[..8].copy_from_slice(&MASK.to_ne_bytes());
        let size = self.argument.len();
        control::ioctl(self.process.as_fd(), self.command, &mut self.argument, size).map(drop)
    }
}

impl Mechanism for PidfdInfo {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        self.argument.fill(0xa5);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.once().map_err(Error::call("PIDFD_GET_INFO"))
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let tgid: Option<&[u8; 4]> = self.argument[TGID..].first_chunk();
        if tgid.copied().map(u32::from_ne_bytes) != Some(std::process::id()) {
            return Err(Error::Unexpected("PIDFD_GET_INFO tells another process".to_owned()));
        }
        let tail = self.argument.iter().skip(FILLED);
        if let Some(at) = tail.clone().position(|byte| *byte != 0) {
            let at = FILLED + at;
            return Err(Error::Unexpected(format!("PIDFD_GET_INFO left byte {at} as it was")));
        }
        Ok(0)
    }
}
