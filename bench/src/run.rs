//! A run: every case in a process of its own, again and again, in an order that is drawn anew each
//! time.

mod launch;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use launch::{Answer, Launcher};

use crate::plan::{Pace, Plan, Suite};
use crate::results::{CaseResult, Machine, Measured, Outcome, Report, Results, VERSION};
use crate::sys::{affinity, signals};
use crate::{Case, Error, Processors};

/// What happens in a run.
#[derive(Debug)]
pub enum Event<'e> {
    /// A round begins: its number from 1, how many there are at most, and how many cases it has.
    Round(u32, u32, usize),
    /// A case is measured.
    Case(&'e Case),
    /// A case went wrong.
    Failed(&'e Case, &'e str),
}

/// The processors for a measurement: the first two that this process may use.
///
/// # Errors
/// What the kernel says.
pub fn processors() -> Result<Processors, Error> {
    let allowed = affinity::allowed().map_err(Error::call("sched_getaffinity"))?;
    let own = allowed.first().copied().unwrap_or(0);
    Ok(Processors { own, peer: allowed.get(1).copied() })
}

/// Measures what is planned. `save` is called after every round, and once at the end, with what there
/// is by then.
///
/// # Errors
/// What `save` says; what keeps this process from finding its processors. What goes wrong with a case
/// is in the results.
pub fn run(
    plan: &Plan,
    suite: Suite,
    seed: u64,
    machine: Machine,
    launcher: &Launcher,
    on_event: &mut dyn FnMut(Event<'_>),
    save: &mut dyn FnMut(&Results) -> Result<(), Error>,
) -> Result<Results, Error> {
    let processors = processors()?;
    let begin = Instant::now();
    let mut results = empty(plan, suite, seed, machine, processors);
    let mut random = fastrand::Rng::with_seed(seed);
    while wants_another(plan, results.rounds, begin.elapsed()) {
        let mut order: Vec<usize> =
            (0..plan.cases.len()).filter(|at| is_open(&results.cases[*at].outcome)).collect();
        random.shuffle(&mut order);
        on_event(Event::Round(results.rounds + 1, plan.rounds.most, order.len()));
        for at in order {
            let case = &plan.cases[at];
            on_event(Event::Case(case));
            match launcher.measure(case, processors, &plan.budget) {
                Answer::Report(report) => add(&mut results.cases[at].outcome, report),
                Answer::Nothing(reason) => results.cases[at].outcome = Outcome::Failed { reason },
                Answer::Interrupted => results.interrupted = true,
            }
            if let Outcome::Failed { reason } = &results.cases[at].outcome {
                on_event(Event::Failed(case, reason));
            }
            if results.interrupted || signals::interrupted() {
                results.interrupted = true;
                results.seconds = begin.elapsed().as_secs_f64();
                save(&results)?;
                return Ok(results);
            }
        }
        results.rounds += 1;
        results.seconds = begin.elapsed().as_secs_f64();
        save(&results)?;
    }
    Ok(results)
}

/// Whether a round more is to be made: a round takes about as long as those before.
fn wants_another(plan: &Plan, made: u32, elapsed: Duration) -> bool {
    let rounds = plan.rounds;
    let would_end = elapsed.checked_div(made).map_or(elapsed, |each| elapsed + each);
    made < rounds.least || (made < rounds.most && would_end <= rounds.end_within)
}

/// Whether a case is still to be measured.
fn is_open(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Measured(_) | Outcome::NotReached)
}

fn add(outcome: &mut Outcome, report: Report) {
    match report {
        Report::Failed(reason) => *outcome = Outcome::Failed { reason },
        Report::Measured { operations, restart, histogram } => {
            if let Outcome::NotReached = outcome {
                *outcome = Outcome::Measured(Measured::new(operations));
            }
            if let Outcome::Measured(measured) = outcome {
                measured.add(restart, &histogram);
            }
        }
    }
}

fn empty(
    plan: &Plan,
    suite: Suite,
    seed: u64,
    machine: Machine,
    processors: Processors,
) -> Results {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Results {
        version: VERSION,
        tool: format!("ioctl-bench {}", env!("CARGO_PKG_VERSION")),
        suite: suite.name().to_owned(),
        preset: plan.preset.map(|preset| preset.name.to_owned()),
        quick: plan.pace == Pace::Quick,
        optimised: !cfg!(debug_assertions),
        seed,
        started: started.as_secs(),
        seconds: 0.0,
        interrupted: false,
        rounds: 0,
        machine,
        cases: plan.cases.iter().map(|case| not_yet(case, processors)).collect(),
    }
}

fn not_yet(case: &Case, processors: Processors) -> CaseResult {
    let outcome = match (case.entry.requires)(&case.request(processors)) {
        Ok(()) => Outcome::NotReached,
        Err(missing) => Outcome::Skipped { reason: missing.to_string() },
    };
    CaseResult {
        mechanism: case.entry.name.to_owned(),
        variant: case.variant.name.to_owned(),
        size: case.size,
        class: case.entry.class.name().to_owned(),
        what: case.variant.what.to_owned(),
        trigger: case.entry.trigger.map(str::to_owned),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_makes_as_many_rounds_as_fit() {
        let plan = Plan::new(Pace::Quick, &[64], &[]).unwrap();
        let seconds = Duration::from_secs;
        assert!(wants_another(&plan, 0, seconds(0)));
        assert!(wants_another(&plan, 1, seconds(30)), "two at least");
        assert!(!wants_another(&plan, 2, seconds(30)));
        assert!(wants_another(&plan, 2, seconds(8)), "a third would end after twelve");
        assert!(!wants_another(&plan, 2, seconds(10)), "a third would end after fifteen");
        assert!(!wants_another(&plan, 5, seconds(1)), "five at most");
    }
}
