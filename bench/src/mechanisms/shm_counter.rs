//! A counter per processor in memory that processes share: what the article of 003 calls plain
//! shared memory, and its inline `metric_inc`. No system call.

use std::sync::atomic::Ordering;

use crate::sys::affinity;
use crate::sys::memory::{Shared, page};
use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "shm-counter",
    class: Class::OneWay,
    variants: &[Variant {
        name: "",
        what: "an atomic increment of this processor's counter in a shared page",
    }],
    sizes: Sizes::Fixed(8),
    needs: "nothing",
    trigger: None,
    requires: |_| Ok(()),
    open: |_| {
        let bytes = (affinity::configured() * LINE).next_multiple_of(page());
        let memory = Shared::new(bytes).map_err(Error::call("shared memory"))?;
        Ok(Box::new(Counters::new(memory)))
    },
};

/// The bytes of a cache line on the processors that there are, and more on some.
pub(super) const LINE: usize = 64;

/// A store of counters, a cache line for each processor.
pub(super) struct Counters {
    memory: Shared,
    before: u64,
}

impl Counters {
    pub(super) fn new(memory: Shared) -> Self {
        Self { memory, before: 0 }
    }

    /// What the daemon would do: adds all of them.
    fn sum(&self) -> u64 {
        let lines = (0..affinity::configured()).map(|cpu| self.memory.cell64(cpu * LINE));
        lines.map(|cell| cell.load(Ordering::Relaxed)).sum()
    }
}

impl Mechanism for Counters {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        self.before = self.sum();
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.memory.cell64(affinity::current() * LINE).fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn settle(&mut self, calls: u64) -> Result<u64, Error> {
        Ok(calls.saturating_sub(self.sum() - self.before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_increment_that_went_elsewhere_counts_as_lost() {
        let mut counters = Counters::new(Shared::new(page()).unwrap());
        counters.prepare(0).unwrap();
        for _ in 0..10 {
            counters.call().unwrap();
        }
        assert_eq!(counters.settle(10).unwrap(), 0);
        assert_eq!(counters.settle(12).unwrap(), 2);
    }
}
