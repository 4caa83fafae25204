//! `ioctl-bench compare`.

use std::path::PathBuf;

use super::{Ending, print, results_of};
use crate::{Error, compare};

/// Says what differs between two runs, with intervals, and what does not
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `run` wrote before
    before: PathBuf,
    /// And after
    after: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let (before, after) = (results_of(&arguments.before)?, results_of(&arguments.after)?);
    print(&compare::compare(&before, &after)?.render())?;
    Ok(Ending::Well)
}
