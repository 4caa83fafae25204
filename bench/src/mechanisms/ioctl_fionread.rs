//! `FIONREAD` on a pipe: an ioctl that returns four bytes. A stand-in for a driver's command where
//! there is no driver of one's own.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};

use crate::sys::control;
use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "ioctl-fionread",
    class: Class::CallAndReturn,
    variants: &[Variant { name: "", what: "FIONREAD on a pipe, 4 bytes out" }],
    sizes: Sizes::Fixed(4),
    needs: "nothing",
    trigger: None,
    requires: |_| Ok(()),
    open: |_| {
        let (from, to) = control::pipe().map_err(Error::call("pipe2"))?;
        let mut to = File::from(to);
        to.write_all(b"hello").map_err(Error::call("writing to a pipe"))?;
        Ok(Box::new(Fionread { from, _to: to, count: [0; 4] }))
    },
};

struct Fionread {
    from: OwnedFd,
    /// Keeps the pipe open.
    _to: File,
    count: [u8; 4],
}

impl Mechanism for Fionread {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        self.count = [0xff; 4];
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        control::ioctl(self.from.as_fd(), libc::FIONREAD as u32, &mut self.count, 4)
            .map(drop)
            .map_err(Error::call("FIONREAD"))
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        match u32::from_ne_bytes(self.count) {
            5 => Ok(0),
            other => Err(Error::Unexpected(format!("FIONREAD says {other} of 5 bytes"))),
        }
    }
}
