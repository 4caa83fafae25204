//! What batches come to.

/// The time of a call in batches, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batches {
    /// The median over the batches of a batch's mean. A batch that was interrupted does not move it.
    pub median_ns: f64,
    /// The mean over all calls of all batches.
    pub mean_ns: f64,
}

impl Batches {
    /// Of the batches' means, all batches of one size.
    pub(super) fn of(means: &[f64]) -> Self {
        let median_ns = crate::results::median(means).unwrap_or(0.0);
        Self { median_ns, mean_ns: means.iter().sum::<f64>() / means.len().max(1) as f64 }
    }
}
