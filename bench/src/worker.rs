//! The process that measures one case once, and prints what came of it as JSON.

use std::io::Write as _;

use crate::measure::{Budget, Monotonic, measure};
use crate::results::{Report, Restart};
use crate::sys::{affinity, memory, process};
use crate::{Case, Error, Processors};

/// Measures, and prints a [`Report`]. Returns whether it went well.
pub(crate) fn run(case: &Case, processors: Processors, budget: &Budget, parent: i32) -> bool {
    let report = measured(case, processors, budget, parent)
        .unwrap_or_else(|error| Report::Failed(error.to_string()));
    let text = serde_json::to_string(&report).unwrap_or_default();
    // Where nobody reads, the parent has gone, and nobody wants it.
    let _ = writeln!(std::io::stdout(), "{text}");
    matches!(report, Report::Measured { .. })
}

fn measured(
    case: &Case,
    processors: Processors,
    budget: &Budget,
    parent: i32,
) -> Result<Report, Error> {
    process::die_with(parent).map_err(Error::call("prctl"))?;
    affinity::pin(processors.own).map_err(Error::call("sched_setaffinity"))?;
    let mut mechanism = (case.entry.open)(&case.request(processors))?;
    // Also brings in every page that there is. Where the limit is too low, they come by the warm-up.
    let locked = memory::lock().is_ok();
    let measurement = measure(mechanism.as_mut(), &Monotonic, budget)?;
    Ok(Report::Measured {
        operations: mechanism.operations(),
        restart: Restart::new(&measurement, locked),
        histogram: measurement.histogram.buckets(),
    })
}
