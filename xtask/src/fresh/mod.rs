//! The README's two commands on a machine that has nothing but a Rust toolchain and Debian.

mod readme;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use xtask::bare::{Ending, Outcome, Root};
use xtask::{host, packages, run};

/// Where the clone is in the root: not in the home, which stays empty.
const CLONE: &str = "/srv/ioctlkit";

/// Beyond what every Debian has: what a Rust toolchain links with, and what got the repository.
const INCLUDED: [&str; 4] = ["ca-certificates", "gcc", "git", "libc6-dev"];

/// What `cargo xtask fresh` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to make the root in; it must not be there yet [default: `fresh` in the target
    /// folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Leaves the root where it is.
    #[arg(long)]
    keep: bool,
}

/// Makes the root, clones the last commit into it, and runs the commands of the README there.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !packages::is_root() {
        bail!(
            "making a Debian root takes root: run this with `sudo --preserve-env=PATH,HOME`, or in \
             a virtual machine or container where you are root and may mount"
        );
    }
    let commands = readme::commands(&std::fs::read_to_string(run::root().join("README.md"))?)?;
    let commit = commit()?;
    packages::install(&packages::for_a_bare_root())?;
    let folder = match &arguments.root {
        Some(folder) => std::path::absolute(folder)?,
        None => run::target()?.join("fresh"),
    };
    let mut clock = Clock::start();
    let mirror = host::mirror()?;
    clock.step(&format!("a bare Debian {} in {}", mirror.suite, folder.display()));
    let ending = if arguments.keep { Ending::Kept } else { Ending::Removed };
    let root = Root::make(&folder, &mirror, &INCLUDED, ending)?;
    clock.step("apt's sources and the certificates of this machine");
    host::give(&root)?;
    clock.step("the toolchain");
    host::give_toolchain(&root)?;
    clock.step(&format!("a clone of {commit}"));
    root.clone_of(run::root(), &commit, CLONE)?;
    let mut done = Vec::new();
    for command in commands {
        clock.step(&format!("$ {command}"));
        let began = Instant::now();
        let outcome = root.run(&command, CLONE)?;
        done.push(Done { command, outcome, spent: began.elapsed() });
    }
    clock.step(&format!("{} on disk; {}", root.size(), root.end()));
    summed(&done, clock.began.elapsed())
}

/// The last commit, which is what is tried. Warns of changes that are not in it.
fn commit() -> Result<String> {
    let git = |arguments: &[&str]| {
        let root = run::root().display().to_string();
        run::output("git", &[&["-C", &root], arguments].concat())
    };
    let changed = git(&["status", "--porcelain"]).unwrap_or_default().lines().count();
    if changed > 0 {
        println!("note: {changed} files differ from the last commit, and are not tried");
    }
    let commit = git(&["rev-parse", "HEAD"]).context("this is no git repository")?;
    Ok(commit.trim().to_owned())
}

/// How a command of the README went.
struct Done {
    command: String,
    outcome: Outcome,
    spent: Duration,
}

/// Ends with a line for each command and one for all; fails if one did.
fn summed(done: &[Done], spent: Duration) -> Result<()> {
    println!();
    for one in done {
        let word = if one.outcome.succeeded { "ok" } else { "FAILED" };
        println!("{}  {word}  {}: {}", minutes(one.spent), one.command, one.outcome.last_line);
    }
    let failed = done.iter().filter(|one| !one.outcome.succeeded).count();
    let summary = format!(
        "fresh machine: {} of {} commands succeeded in {}",
        done.len() - failed,
        done.len(),
        minutes(spent)
    );
    if failed > 0 {
        bail!("{summary}");
    }
    println!("{summary}");
    Ok(())
}

/// Says each step when it begins, with the time that went before.
struct Clock {
    began: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { began: Instant::now() }
    }

    fn step(&mut self, what: &str) {
        println!("\n[{}] {what}", minutes(self.began.elapsed()));
    }
}

fn minutes(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_failed_fails_the_whole() {
        let done = |succeeded| Done {
            command: "cargo xtask test".to_owned(),
            outcome: Outcome { succeeded, last_line: String::new() },
            spent: Duration::from_secs(61),
        };
        summed(&[done(true), done(true)], Duration::from_secs(130)).unwrap();
        let error = summed(&[done(true), done(false)], Duration::from_secs(130)).unwrap_err();
        assert_eq!(error.to_string(), "fresh machine: 1 of 2 commands succeeded in 2:10");
    }

    #[test]
    fn the_readme_names_the_demo_and_the_tests() {
        let text = std::fs::read_to_string(run::root().join("README.md")).unwrap();
        assert_eq!(readme::commands(&text).unwrap(), ["cargo xtask demo", "cargo xtask test"]);
    }
}
