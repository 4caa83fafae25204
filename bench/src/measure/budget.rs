//! How much is measured.

/// How long, or how often, a process measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls before everything else, the payload of each compared.
    pub checked_calls: u64,
    /// The warm-up ends after this time at the latest, stable or not, in nanoseconds.
    pub warm_up_ns: u64,
    /// How long batches are made, in nanoseconds. There is one at least, and of those that grow eleven,
    /// as long as they are made within ten times that.
    pub batches_ns: u64,
    /// How large a batch is.
    pub batch: Batch,
    /// How long each call is timed, in nanoseconds.
    pub calls_ns: u64,
    /// But as many at least, as long as they are made within ten times that.
    pub least_calls: u64,
    /// And no more than these.
    pub most_calls: u64,
}

/// How large a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// Large enough to take a tenth of a millisecond, so that reading the clock does not matter and
    /// most batches are not interrupted.
    Grown,
    /// As many calls, as the articles' programs make.
    Calls(u64),
}

impl Budget {
    /// For a run that is to be believed.
    pub const FULL: Self = Self {
        checked_calls: 256,
        warm_up_ns: 100_000_000,
        batches_ns: 60_000_000,
        batch: Batch::Grown,
        calls_ns: 100_000_000,
        least_calls: 1000,
        most_calls: 200_000,
    };

    /// For a first look.
    pub const QUICK: Self = Self {
        checked_calls: 32,
        warm_up_ns: 20_000_000,
        batches_ns: 8_000_000,
        batch: Batch::Grown,
        calls_ns: 15_000_000,
        least_calls: 100,
        most_calls: 50_000,
    };

    /// The same with batches of as many calls.
    pub const fn with_batches_of(mut self, calls: u64) -> Self {
        self.batch = Batch::Calls(calls);
        self
    }
}
