//! `clock_gettime(CLOCK_MONOTONIC)`: what a call into the kernel's vDSO costs, which is none into the
//! kernel.

use std::hint::black_box;

use crate::sys::clock::monotonic_ns;
use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "vdso-clock",
    class: Class::Floor,
    variants: &[Variant { name: "", what: "clock_gettime(CLOCK_MONOTONIC)" }],
    sizes: Sizes::Fixed(0),
    needs: "nothing",
    trigger: None,
    requires: |_| Ok(()),
    open: |_| Ok(Box::new(VdsoClock::default())),
};

#[derive(Default)]
struct VdsoClock {
    last: u64,
    went_back: bool,
}

impl Mechanism for VdsoClock {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let now = black_box(monotonic_ns());
        self.went_back |= now < self.last;
        self.last = now;
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.went_back {
            return Err(Error::Unexpected("CLOCK_MONOTONIC went back".to_owned()));
        }
        Ok(0)
    }
}
