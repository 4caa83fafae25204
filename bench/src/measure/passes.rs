//! The passes over a mechanism.

use super::warm_up::RollingMedian;
use super::{Batch, Batches, Budget, Clock, Histogram, WarmUp};
use crate::{Error, Mechanism};

/// A mechanism, the clock, and how far the run is.
pub(super) struct Run<'m, C> {
    mechanism: &'m mut dyn Mechanism,
    clock: &'m C,
    sequence: u64,
    lost: u64,
}

/// The largest batch that is made without looking at the clock.
const LARGEST_BATCH: u64 = 1 << 20;
/// How many batches are made at least, as long as they are made within ten times their time.
const LEAST_BATCHES: usize = 11;
/// How long a batch is to take, in nanoseconds.
const BATCH_NS: u64 = 100_000;

impl<'m, C: Clock> Run<'m, C> {
    pub(super) fn new(mechanism: &'m mut dyn Mechanism, clock: &'m C) -> Self {
        Self { mechanism, clock, sequence: 0, lost: 0 }
    }

    /// The records that were lost until now.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Calls whose time nobody needs.
    pub(super) fn checked_calls(&mut self, count: u64) -> Result<(), Error> {
        for _ in 0..count {
            self.batch(1)?;
        }
        Ok(())
    }

    pub(super) fn warm_up(&mut self, budget: &Budget) -> Result<WarmUp, Error> {
        let end = self.clock.now_ns().saturating_add(budget.warm_up_ns);
        let mut median = RollingMedian::default();
        let mut calls = 0;
        while !median.is_stable() && self.clock.now_ns() < end {
            median.add(self.batch(1)?);
            calls += 1;
        }
        Ok(WarmUp { calls, stable: median.is_stable() })
    }

    /// Times batches as a whole.
    pub(super) fn batches(&mut self, budget: &Budget) -> Result<Batches, Error> {
        let size = match budget.batch {
            Batch::Calls(calls) => calls.max(1),
            Batch::Grown => self.grown(budget)?,
        };
        let (mut spent, mut times) = (0, Vec::new());
        // One that another process interrupts must not be all there is.
        let least = if let Batch::Grown = budget.batch { LEAST_BATCHES } else { 1 };
        let longest = budget.batches_ns.saturating_mul(10);
        while times.is_empty()
            || spent < budget.batches_ns
            || (times.len() < least && spent < longest)
        {
            let ns = self.calls_in_a_row(size)?;
            // A clock that stands still must not hang the run.
            spent += ns.max(1);
            times.push(ns as f64 / size as f64);
        }
        Ok(Batches::of(&times))
    }

    /// Times each call, the payload of each compared.
    pub(super) fn calls(&mut self, budget: &Budget) -> Result<Histogram, Error> {
        let start = self.clock.now_ns();
        let end = start.saturating_add(budget.calls_ns);
        let last = start.saturating_add(budget.calls_ns.saturating_mul(10));
        let mut histogram = Histogram::new();
        while histogram.calls() < budget.most_calls.max(1) {
            histogram.record(self.batch(1)?);
            let now = self.clock.now_ns();
            if now >= last || (now >= end && histogram.calls() >= budget.least_calls) {
                break;
            }
        }
        Ok(histogram)
    }

    /// The calls of a batch that takes long enough.
    fn grown(&mut self, budget: &Budget) -> Result<u64, Error> {
        let largest = self.mechanism.batch().clamp(1, LARGEST_BATCH);
        let (mut size, mut spent) = (1, 0);
        while size < largest && spent < budget.batches_ns {
            let ns = self.batch(size)?;
            spent += ns;
            if ns >= BATCH_NS {
                break;
            }
            size = (size * 2).min(largest);
        }
        Ok(size)
    }

    /// As many calls in as few batches as the mechanism allows.
    fn calls_in_a_row(&mut self, calls: u64) -> Result<u64, Error> {
        let most = self.mechanism.batch().max(1);
        let (mut left, mut ns) = (calls, 0);
        while left > 0 {
            let now = left.min(most);
            ns += self.batch(now)?;
            left -= now;
        }
        Ok(ns)
    }

    /// The only place where anything is timed.
    fn batch(&mut self, calls: u64) -> Result<u64, Error> {
        self.mechanism.prepare(self.sequence)?;
        self.sequence += 1;
        let start = self.clock.now_ns();
        for _ in 0..calls {
            self.mechanism.call()?;
        }
        let end = self.clock.now_ns();
        self.lost += self.mechanism.settle(calls)?;
        Ok(end.saturating_sub(start))
    }
}
