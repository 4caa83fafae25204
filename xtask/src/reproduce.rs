//! Defects of drivers, shown in guests, by a program that is built for it.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use xtask::run;

/// Runs it with those arguments, and ends with its exit code.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let status = program(arguments).status().context("cargo does not start")?;
    std::process::exit(status.code().unwrap_or(2));
}

/// Runs all cases. That a kernel has mended one is no mistake of ours; that one cannot be run is.
pub(crate) fn check() -> Result<()> {
    let mut program = program(&["all".to_owned()]);
    match program.status().context("cargo does not start")?.code() {
        Some(0 | 1) => Ok(()),
        _ => bail!("{} could not run every case", run::shown(&program)),
    }
}

fn program(arguments: &[String]) -> Command {
    let mut command = run::cargo();
    command.args(["run", "--package", "xtask-reproduce", "--"]).args(arguments);
    command
}
