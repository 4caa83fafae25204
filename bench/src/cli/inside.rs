//! `ioctl-bench inside`: what the guest suite starts in the guest. Not for people.

use std::time::Duration;

use super::{Ending, print, print_exactly, run};
use crate::guest;
use crate::plan::Suite;
use crate::results::Results;
use crate::run::{Event, Launcher};
use crate::{Error, machine};

/// How long a measuring process may take, by the guest's clock.
const LIMIT: Duration = Duration::from_secs(120);

/// Measures in a guest, and prints the results in parts after each round
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    what: run::What,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let plan = arguments.what.plan(Suite::Guest)?;
    let program = std::env::current_exe().map_err(Error::call("finding this program"))?;
    let launcher = Launcher { program, arguments: Vec::new(), limit: LIMIT };
    let mut save = |results: &Results| print_exactly(&guest::print(&results.to_json()?));
    let mut on_event = |event: Event<'_>| match event {
        Event::Round(number, most, cases) => {
            tell(&format!("round {number} of {most}: {cases} cases"));
        }
        Event::Failed(case, reason) => tell(&format!("{case} failed: {reason}")),
        Event::Case(_) => {}
    };
    let seed = arguments.what.seed();
    crate::run::run(&plan, Suite::Guest, seed, machine(), &launcher, &mut on_event, &mut save)?;
    Ok(Ending::Well)
}

/// Prints progress. A failure is ignored here: printing the next results fails as well, and is reported.
fn tell(line: &str) {
    let _ = print(&format!("{line}\n"));
}
