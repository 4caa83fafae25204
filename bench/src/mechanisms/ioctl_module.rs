//! The generated module's commands: a structure of N bytes in, out, or both.

use std::fs::File;
use std::os::fd::AsFd as _;

use super::module::{self, DEVICE, Operation};
use crate::sys::control;
use crate::{Class, Entry, Error, Mechanism, Payload, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "ioctl",
    class: Class::CallAndReturn,
    variants: &[
        Variant { name: "write", what: "a command of the generated module, N bytes in" },
        Variant { name: "read", what: "a command of the generated module, N bytes out" },
        Variant { name: "exchange", what: "a command of the generated module, N bytes in and out" },
    ],
    sizes: module::RANGE,
    needs: module::NEEDS,
    trigger: None,
    requires: |request| module::required(DEVICE, request),
    open: |request| {
        let operation = match request.variant {
            "write" => Operation::Write,
            "read" => Operation::Read,
            _ => Operation::Exchange,
        };
        let device = module::device()?;
        let unknown = || Error::Unexpected(format!("no command of {} bytes", request.size));
        let number = operation.command(request.size).ok_or_else(unknown)?;
        let payload = Payload::new(request.size);
        let argument = vec![0; request.size];
        Ok(Box::new(IoctlOnModule { device, operation, number, payload, argument }))
    },
};

struct IoctlOnModule {
    device: File,
    operation: Operation,
    number: u32,
    payload: Payload,
    argument: Vec<u8>,
}

impl Mechanism for IoctlOnModule {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        self.argument.copy_from_slice(self.payload.bytes());
        if self.operation == Operation::Read {
            module::called(&self.device, Operation::Write, &mut self.argument)?;
            self.argument.fill(0xa5);
        }
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let size = self.argument.len();
        control::ioctl(self.device.as_fd(), self.number, &mut self.argument, size)
            .map(drop)
            .map_err(Error::call("the module's ioctl"))
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.operation == Operation::Write {
            self.argument.fill(0xa5);
            module::stored(&self.device, &mut self.argument)?;
        }
        self.payload.check(&self.argument)?;
        Ok(0)
    }
}
