//! `/proc/kallsyms`: a file of procfs that `seq_file` formats, line by line, at each read.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crate::{Class, Entry, Error, Mechanism, Missing, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "procfs-seq-file",
    class: Class::CallAndReturn,
    variants: &[Variant {
        name: "",
        what: "pread of N bytes at 0 of /proc/kallsyms, formatted each time",
    }],
    sizes: Sizes::Between(1, 4096),
    needs: "CONFIG_KALLSYMS",
    trigger: None,
    requires,
    open: |request| {
        let file = File::open(PATH).map_err(Error::call("opening /proc/kallsyms"))?;
        let mut expected = vec![0; request.size];
        file.read_exact_at(&mut expected, 0).map_err(Error::call("reading /proc/kallsyms"))?;
        Ok(Box::new(Symbols { file, came: expected.clone(), expected, short: false }))
    },
};

const PATH: &str = "/proc/kallsyms";

fn requires(request: &Request) -> Result<(), Missing> {
    let file = File::open(PATH).map_err(Missing::because(PATH))?;
    let mut bytes = vec![0; request.size];
    // A read returns whole lines up to the size, and one that is cut: less only at the end.
    let there = file.read_at(&mut bytes, 0).map_err(Missing::because(PATH))?;
    if there < request.size {
        return Err(Missing::new(format!("one read of {PATH} gives only {there} bytes")));
    }
    Ok(())
}

struct Symbols {
    file: File,
    came: Vec<u8>,
    expected: Vec<u8>,
    short: bool,
}

impl Mechanism for Symbols {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        self.came.fill(0);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let there = self.file.read_at(&mut self.came, 0).map_err(Error::call("pread"))?;
        self.short |= there < self.came.len();
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.short || self.came != self.expected {
            return Err(Error::Unexpected(format!("{PATH} has changed")));
        }
        Ok(0)
    }
}
