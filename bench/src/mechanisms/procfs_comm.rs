//! `/proc/self/comm`: a file of procfs that can be written without root, 15 bytes at most.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;

use crate::{Class, Entry, Error, Mechanism, Missing, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "procfs-write",
    class: Class::CallAndReturn,
    variants: &[Variant { name: "", what: "write of 8 bytes to /proc/self/comm, which is open" }],
    sizes: Sizes::Fixed(8),
    needs: "procfs",
    trigger: None,
    requires: |_| opened().map(drop).map_err(Missing::because(PATH)),
    open: |_| {
        let file = opened().map_err(Error::call("opening /proc/self/comm"))?;
        Ok(Box::new(Comm { file, name: *b"bench000" }))
    },
};

const PATH: &str = "/proc/self/comm";

fn opened() -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).open(PATH)
}

struct Comm {
    file: File,
    name: [u8; 8],
}

impl Mechanism for Comm {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        let digits = format!("bench{:03}", sequence % 1000);
        self.name.copy_from_slice(digits.as_bytes());
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        // The kernel refuses pwrite for files of seq_file, which this one is.
        self.file.write(&self.name).map(drop).map_err(Error::call("write"))
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let mut name = [0; 9];
        let there = self.file.read_at(&mut name, 0).map_err(Error::call("pread"))?;
        if name.get(..there).is_some_and(|name| name.starts_with(&self.name)) {
            Ok(0)
        } else {
            Err(Error::Unexpected(format!("{PATH} does not hold what was written to it")))
        }
    }
}
