//! When a mechanism is warm: when the median of a window of calls no longer moves.

use std::collections::VecDeque;

/// How the warm-up went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmUp {
    /// The calls it took.
    pub calls: u64,
    /// Whether the median had settled; if not, the time was up.
    pub stable: bool,
}

/// The calls of a window.
const WINDOW: usize = 64;
/// How many windows have to agree.
const WINDOWS: usize = 4;

/// Follows the median of windows of 64 calls.
#[derive(Debug, Default)]
pub(super) struct RollingMedian {
    window: Vec<u64>,
    medians: VecDeque<u64>,
}

impl RollingMedian {
    pub(super) fn add(&mut self, ns: u64) {
        self.window.push(ns);
        if self.window.len() == WINDOW {
            self.window.sort_unstable();
            self.medians.push_back(self.window[WINDOW / 2]);
            self.window.clear();
            if self.medians.len() > WINDOWS {
                self.medians.pop_front();
            }
        }
    }

    /// Whether the last four medians are within 5 % of each other, or two nanoseconds.
    pub(super) fn is_stable(&self) -> bool {
        let least = self.medians.iter().min().copied().unwrap_or(0);
        let most = self.medians.iter().max().copied().unwrap_or(u64::MAX);
        self.medians.len() == WINDOWS && most - least <= (most / 20).max(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls_until_stable(mut time: impl FnMut(u64) -> u64) -> Option<u64> {
        let mut median = RollingMedian::default();
        (1..100_000).find(|call| {
            median.add(time(*call));
            median.is_stable()
        })
    }

    #[test]
    fn a_constant_time_is_stable_after_four_windows() {
        assert_eq!(calls_until_stable(|_| 500), Some(256));
    }

    #[test]
    fn a_falling_time_is_waited_for() {
        let falls = |call: u64| if call < 2_000 { 40_000 - 19 * call } else { 2_000 };
        assert!(calls_until_stable(falls).unwrap() >= 2_000);
    }

    #[test]
    fn outliers_do_not_keep_it_from_being_stable() {
        assert_eq!(
            calls_until_stable(|call| if call % 10 == 0 { 1_000_000 } else { 500 }),
            Some(256)
        );
    }

    #[test]
    fn a_median_that_doubles_again_and_again_is_never_stable() {
        assert_eq!(calls_until_stable(|call| 100 << ((call / 64) % 8)), None);
    }
}
