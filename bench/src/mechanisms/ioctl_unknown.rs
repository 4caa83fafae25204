//! An ioctl that the driver does not know: what dispatch costs, with nothing behind it.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;

use crate::sys::control;
use crate::{Class, Entry, Error, Mechanism, Missing, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "ioctl-unknown",
    class: Class::Floor,
    variants: &[Variant { name: "", what: "an ioctl on /dev/null that it refuses with ENOTTY" }],
    sizes: Sizes::Fixed(0),
    needs: "/dev/null",
    trigger: None,
    requires: |_| File::open(DEVICE).map(drop).map_err(Missing::because(DEVICE)),
    open: |_| {
        let device = File::open(DEVICE).map_err(Error::call("opening /dev/null"))?;
        Ok(Box::new(Unknown { device }))
    },
};

const DEVICE: &str = "/dev/null";

/// No direction, type 0, nr 0xff: nobody's.
const COMMAND: u32 = 0xff;

struct Unknown {
    device: File,
}

impl Mechanism for Unknown {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        match control::ioctl_without_argument(self.device.as_fd(), COMMAND) {
            Err(error) if is_enotty(&error) => Ok(()),
            Err(error) => Err(Error::call("the ioctl")(error)),
            Ok(_) => Err(Error::Unexpected("/dev/null knows ioctl 0xff".to_owned())),
        }
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        Ok(0)
    }
}

fn is_enotty(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENOTTY)
}
