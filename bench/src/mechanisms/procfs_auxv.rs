//! `/proc/self/auxv`: bytes that the kernel copies as they are, so this is what reading a file of
//! procfs costs when nothing is formatted.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crate::{Class, Entry, Error, Mechanism, Missing, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "procfs-read",
    class: Class::CallAndReturn,
    variants: &[
        Variant { name: "pread", what: "pread of N bytes at 0 of /proc/self/auxv, which is open" },
        Variant { name: "open-read-close", what: "open, pread of N bytes, close" },
    ],
    sizes: Sizes::Between(1, 4096),
    needs: "procfs; /proc/self/auxv has a few hundred bytes",
    trigger: None,
    requires,
    open: |request| {
        let mut came = vec![0; request.size];
        let file = File::open(PATH).map_err(Error::call("opening /proc/self/auxv"))?;
        file.read_exact_at(&mut came, 0).map_err(Error::call("reading /proc/self/auxv"))?;
        let expected = came.clone();
        let file = Some(file).filter(|_| request.variant == "pread");
        Ok(Box::new(Reads { file, came, expected }))
    },
};

const PATH: &str = "/proc/self/auxv";

fn requires(request: &Request) -> Result<(), Missing> {
    let file = File::open(PATH).map_err(Missing::because(PATH))?;
    let mut bytes = vec![0; 4096];
    let there = file.read_at(&mut bytes, 0).map_err(Missing::because(PATH))?;
    if there < request.size {
        return Err(Missing::new(format!("{PATH} has only {there} bytes")));
    }
    Ok(())
}

struct Reads {
    /// Absent where each call opens it.
    file: Option<File>,
    came: Vec<u8>,
    expected: Vec<u8>,
}

impl Mechanism for Reads {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        self.came.fill(0xa5);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let read = match &self.file {
            Some(file) => file.read_at(&mut self.came, 0),
            None => File::open(PATH).map_err(Error::call("open"))?.read_at(&mut self.came, 0),
        };
        read.map(drop).map_err(Error::call("pread"))
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let differs = self.came.iter().zip(&self.expected).position(|(came, was)| came != was);
        match differs {
            None => Ok(0),
            Some(at) => Err(Error::Unexpected(format!("byte {at} of {PATH} has changed"))),
        }
    }
}
