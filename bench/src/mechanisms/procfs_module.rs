//! The generated module's file of procfs: the same store, through `proc_write` and `proc_read`, which
//! copy and format nothing.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::module::{self, Operation, PROC};
use crate::{Class, Entry, Error, Mechanism, Payload, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "procfs",
    class: Class::CallAndReturn,
    variants: &[
        Variant {
            name: "pwrite",
            what: "pwrite of N bytes at 0 to the module's file, which is open",
        },
        Variant {
            name: "pread",
            what: "pread of N bytes at 0 of the module's file, which is open",
        },
        Variant { name: "open-read-close", what: "open, pread of N bytes, close" },
    ],
    sizes: module::RANGE,
    needs: module::NEEDS,
    trigger: None,
    requires: |request| module::required(PROC, request),
    open: |request| {
        let manner = match request.variant {
            "pwrite" => Manner::Write,
            "pread" => Manner::Read,
            _ => Manner::OpenReadClose,
        };
        Ok(Box::new(Entries {
            device: module::device()?,
            file: module::opened(PROC).map_err(Error::call("opening the module's file"))?,
            manner,
            payload: Payload::new(request.size),
            came: vec![0; request.size],
        }))
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Write,
    Read,
    OpenReadClose,
}

struct Entries {
    device: File,
    file: File,
    manner: Manner,
    payload: Payload,
    came: Vec<u8>,
}

impl Mechanism for Entries {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        self.came.copy_from_slice(self.payload.bytes());
        if self.manner != Manner::Write {
            module::called(&self.device, Operation::Write, &mut self.came)?;
        }
        self.came.fill(0xa5);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let size = self.came.len();
        let done = match self.manner {
            Manner::Write => self.file.write_at(self.payload.bytes(), 0),
            Manner::Read => self.file.read_at(&mut self.came, 0),
            Manner::OpenReadClose => {
                let file = File::open(PROC).map_err(Error::call("open"))?;
                file.read_at(&mut self.came, 0)
            }
        };
        match done.map_err(Error::call("the module's file"))? {
            whole if whole == size => Ok(()),
            part => Err(Error::Unexpected(format!("the module's file took or gave {part} bytes"))),
        }
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.manner == Manner::Write {
            module::stored(&self.device, &mut self.came)?;
        }
        self.payload.check(&self.came)?;
        Ok(0)
    }
}
