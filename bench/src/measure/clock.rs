//! What tells the time: the machine's clock, and in tests one that is told.

use crate::sys::clock;

/// Nanoseconds that never go back.
pub trait Clock {
    /// Now.
    fn now_ns(&self) -> u64;
}

/// `CLOCK_MONOTONIC`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monotonic;

impl Clock for Monotonic {
    #[inline]
    fn now_ns(&self) -> u64 {
        clock::monotonic_ns()
    }
}
