//! The method: warm up, then time batches for the mean, then each call for the distribution.

mod batches;
mod budget;
mod clock;
mod histogram;
mod passes;
mod warm_up;

pub use batches::Batches;
pub use budget::{Batch, Budget};
pub use clock::{Clock, Monotonic};
pub use histogram::{Histogram, Quantiles};
pub use warm_up::WarmUp;

use crate::{Error, Mechanism};

/// What one process measured.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// How the warm-up went.
    pub warm_up: WarmUp,
    /// The time of a call in batches that were timed as a whole. The loop around the calls is in it:
    /// that is what the empty timer's shows.
    pub batches: Batches,
    /// The time of each call, the clock's own included.
    pub histogram: Histogram,
    /// Records that were lost on the way, of both passes.
    pub lost: u64,
}

/// Measures a mechanism by that clock: a stated number of checked calls, the warm-up, the batches,
/// and each call.
///
/// # Errors
/// What the mechanism says: a call that failed, a payload that differs, a dead peer.
pub fn measure(
    mechanism: &mut dyn Mechanism,
    clock: &impl Clock,
    budget: &Budget,
) -> Result<Measurement, Error> {
    let mut run = passes::Run::new(mechanism, clock);
    run.checked_calls(budget.checked_calls)?;
    let warm_up = run.warm_up(budget)?;
    let lost_before = run.lost();
    let batches = run.batches(budget)?;
    let histogram = run.calls(budget)?;
    let lost = run.lost() - lost_before;
    Ok(Measurement { warm_up, batches, histogram, lost })
}
