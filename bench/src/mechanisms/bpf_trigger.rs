//! A BPF program that does nothing, set off as the ring buffer's is: what is subtracted from it.

use super::bpf_program::Trigger;
use crate::sys::bpf::{exit, set};
use crate::{Class, Entry, Error, Mechanism, Missing, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "bpf-trigger",
    class: Class::Floor,
    variants: &[Variant { name: "", what: "send of a byte to a socket whose BPF filter drops it" }],
    sizes: Sizes::Fixed(0),
    needs: "CAP_BPF, or kernel.unprivileged_bpf_disabled = 0",
    trigger: None,
    requires: |_| opened().map(drop).map_err(|error| Missing::new(format!("{error} (CAP_BPF?)"))),
    open: |_| Ok(Box::new(Nothing(opened()?))),
};

fn opened() -> Result<Trigger, Error> {
    Trigger::new(&[set(0, 0), exit()])
}

struct Nothing(Trigger);

impl Mechanism for Nothing {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.0.pull()
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        Ok(0)
    }
}
