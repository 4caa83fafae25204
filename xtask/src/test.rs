//! The tests of the workspace, and those that compare with gcc.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use xtask::{packages, run};

use crate::{fuzz, nightly, reproduce};

/// How much is compared with gcc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Seconds.
    Quick,
    /// Minutes.
    Full,
}

impl Effort {
    fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// Installs what the tests need and runs all of them, those in documentation included.
pub(crate) fn workspace(effort: Effort) -> Result<()> {
    packages::install(&match effort {
        Effort::Quick => packages::for_tests(),
        Effort::Full => packages::for_full_tests(),
    })?;
    if effort == Effort::Full {
        // They are kept for the tests of modules.
        for option in ["--rust", "--kasan"] {
            let kernel = ["run", "--package", "xtask-more", "--", "kernel", option];
            run::succeed(run::cargo().args(kernel))?;
        }
    }
    counted(run::cargo().args(["test", "--workspace", "--no-fail-fast"]), effort)?;
    match effort {
        Effort::Quick => Ok(()),
        Effort::Full => {
            shapes_of_a_megabyte()?;
            run::succeed(run::cargo().args(["run", "--package", "xtask-more", "--", "alone"]))?;
            reproduce::check()?;
            fuzz::check()?;
            nightly::miri()?;
            nightly::targets()
        }
    }
}

/// Runs the inputs that are hard on a linter, at their full size: only optimised code gets that much.
fn shapes_of_a_megabyte() -> Result<()> {
    let arguments = ["test", "--release", "--package", "ioctl-lint", "--test", "shapes"];
    run::succeed(run::cargo().args(arguments))
}

/// Runs the tests that compare with gcc.
pub(crate) fn oracle(effort: Effort) -> Result<()> {
    packages::install(&packages::for_tests())?;
    counted(run::cargo().args(["test", "--package", "ioctlkit-oracle", "--no-fail-fast"]), effort)
}

/// Runs cargo's tests, passes on what they print, and ends with their sum.
fn counted(command: &mut Command, effort: Effort) -> Result<()> {
    command.env("IOCTLKIT_ORACLE", effort.name()).stdout(Stdio::piped());
    let mut child =
        command.spawn().with_context(|| format!("cannot run {}", run::shown(command)))?;
    let mut sum = Counts::default();
    let output = child.stdout.take().context("the tests have no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        sum.add(&line);
        println!("{line}");
    }
    let status = child.wait()?;
    let word = if status.success() { "ok" } else { "FAILED" };
    println!(
        "\nall tests: {word}. {} passed; {} failed; {} ignored",
        sum.passed, sum.failed, sum.ignored
    );
    if !status.success() {
        bail!("{} failed: {status}", run::shown(command));
    }
    Ok(())
}

/// The sum of the `test result:` lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in result.split(['.', ';']) {
            let Some((count, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let count = count.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_runs_are_summed() {
        let mut sum = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
             finished in 0.10s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; \
             finished in 12.34s",
        ] {
            sum.add(line);
        }
        assert_eq!(sum, Counts { passed: 7, failed: 2, ignored: 1 });
    }
}
