//! What all restarts of a case come to, per message.

use super::{Estimate, Measured, Restart};
use crate::measure::Histogram;

/// The figures of a report, per message.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The median call: median of the restarts' medians, in nanoseconds, with its interval.
    pub p50: Estimate,
    /// In batches: median of the restarts' medians of batches, with its interval.
    pub batch: Estimate,
    /// Over all calls of all restarts, in nanoseconds.
    pub p90: f64,
    /// The same.
    pub p99: f64,
    /// The same.
    pub p999: f64,
    /// The same.
    pub max: f64,
    /// The calls that were timed one by one.
    pub calls: u64,
    /// Records that were lost.
    pub lost: u64,
    /// The restarts whose median had not settled when they were measured.
    pub cold: usize,
    /// The restarts.
    pub restarts: usize,
}

impl Summary {
    pub(super) fn of(measured: &Measured) -> Self {
        let operations = f64::from(measured.operations.max(1));
        let of_each = |figure: fn(&Restart) -> f64| {
            let values: Vec<f64> = measured.restarts.iter().map(figure).collect();
            let none = Estimate { value: 0.0, low: 0.0, high: 0.0 };
            Estimate::of(&values).unwrap_or(none).per(operations)
        };
        let all = Histogram::from_buckets(&measured.histogram).quantiles();
        let per = |ns: u64| ns as f64 / operations;
        Self {
            p50: of_each(|restart| restart.p50_ns as f64),
            batch: of_each(|restart| restart.batch_ns),
            p90: per(all.p90),
            p99: per(all.p99),
            p999: per(all.p999),
            max: per(all.max),
            calls: measured.restarts.iter().map(|restart| restart.calls).sum(),
            lost: measured.restarts.iter().map(|restart| restart.lost).sum(),
            cold: measured.restarts.iter().filter(|restart| !restart.warm).count(),
            restarts: measured.restarts.len(),
        }
    }
}
