//! Times with three digits, from a nanosecond to a minute.

use hdrhistogram::Histogram as Hdr;

/// The longest time that is told apart, in nanoseconds; what is longer counts as this.
const LONGEST_NS: u64 = 60_000_000_000;

/// How often a call took how long.
#[derive(Debug, Clone)]
pub struct Histogram(Hdr<u64>);

/// What a histogram comes to, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// The median.
    pub p50: u64,
    /// One in ten is longer.
    pub p90: u64,
    /// One in a hundred is longer.
    pub p99: u64,
    /// One in a thousand is longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Histogram {
    /// An empty one.
    ///
    /// # Panics
    /// Never: the bounds are those of a histogram that can be made.
    #[allow(clippy::missing_panics_doc, clippy::expect_used)]
    pub fn new() -> Self {
        Self(Hdr::new_with_bounds(1, LONGEST_NS, 3).expect("these bounds make a histogram"))
    }

    /// One more call.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        self.record_many(ns, 1);
    }

    /// As many calls more.
    pub fn record_many(&mut self, ns: u64, count: u64) {
        self.0.saturating_record_n(ns.min(LONGEST_NS), count);
    }

    /// Adds another's calls.
    pub fn add(&mut self, other: &Self) {
        for (ns, count) in other.buckets() {
            self.record_many(ns, count);
        }
    }

    /// The number of calls.
    pub fn calls(&self) -> u64 {
        self.0.len()
    }

    /// The median and its like; all 0 for no call.
    pub fn quantiles(&self) -> Quantiles {
        let at = |quantile| self.0.value_at_quantile(quantile);
        Quantiles { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: self.0.max() }
    }

    /// Each time that occurred, to three digits, with how often, from the shortest.
    pub fn buckets(&self) -> Vec<(u64, u64)> {
        let recorded = self.0.iter_recorded();
        recorded.map(|step| (step.value_iterated_to(), step.count_at_value())).collect()
    }

    /// What [`buckets`](Self::buckets) gave.
    pub fn from_buckets(buckets: &[(u64, u64)]) -> Self {
        let mut histogram = Self::new();
        for &(ns, count) in buckets {
            histogram.record_many(ns, count);
        }
        histogram
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_give_the_same_histogram_again() {
        let mut histogram = Histogram::new();
        for call in 0..10_000 {
            histogram.record(call * call);
        }
        let again = Histogram::from_buckets(&histogram.buckets());
        assert_eq!(again.quantiles(), histogram.quantiles());
        assert_eq!(again.calls(), 10_000);
    }

    #[test]
    fn a_time_beyond_the_bounds_counts_as_the_longest() {
        let mut histogram = Histogram::new();
        histogram.record(u64::MAX);
        assert!(histogram.quantiles().max >= LONGEST_NS);
        assert_eq!(histogram.calls(), 1);
    }
}
