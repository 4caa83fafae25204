//! `ioctl-bench measure`: what `run` starts for each measurement. Not for people.

use super::Ending;
use crate::measure::{Batch, Budget};
use crate::{Case, Error, Processors, worker};

/// Measures one case once, and prints what came of it as JSON
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    case: String,
    #[arg(long)]
    parent: i32,
    #[arg(long)]
    own: usize,
    #[arg(long)]
    peer: Option<usize>,
    #[arg(long)]
    checked_calls: u64,
    #[arg(long)]
    warm_up_ns: u64,
    #[arg(long)]
    batches_ns: u64,
    #[arg(long)]
    batch_calls: Option<u64>,
    #[arg(long)]
    calls_ns: u64,
    #[arg(long)]
    least_calls: u64,
    #[arg(long)]
    most_calls: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let case = Case::by_name(&arguments.case)?;
    let processors = Processors { own: arguments.own, peer: arguments.peer };
    let budget = Budget {
        checked_calls: arguments.checked_calls,
        warm_up_ns: arguments.warm_up_ns,
        batches_ns: arguments.batches_ns,
        batch: arguments.batch_calls.map_or(Batch::Grown, Batch::Calls),
        calls_ns: arguments.calls_ns,
        least_calls: arguments.least_calls,
        most_calls: arguments.most_calls,
    };
    let well = worker::run(&case, processors, &budget, arguments.parent);
    Ok(if well { Ending::Well } else { Ending::SomethingFailed })
}
