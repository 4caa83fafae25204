//! `ioctl-lint atlas`.

use std::path::{Path, PathBuf};

use clap::Args;
use ioctl_lint::against::References;
use ioctl_lint::{Levels, Selection, engine, raw_commands};
use ioctlkit_model::{Finding, Interface, Layouts, Problem};
use ioctlkit_report::atlas::Atlas;

use super::Outcome;
use super::failure::{Failure, outcome_of, say_failures};
use super::progress::Progress;
use super::reading::{RawNumbers, ReadOptions};
use super::terminal::Terminal;

/// Draw the commands of a tree by type letter, on every ABI, as one page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint atlas --output linux.html ~/linux
  ioctl-lint atlas --abi x86_64,i386,arm64 include/uapi > atlas.html

The page shows each command with its size and number on each group of ABIs, the structures that are
laid out in several ways, and what shares a number or has a type letter of somebody else. It loads
nothing.

Exit codes:
  0  everything was read
  2  some input could not be used, or there is no command in it; the page has the rest all the same")]
pub(super) struct Arguments {
    /// Headers or Rust source, folders of them, a cargo workspace, or a kernel source tree
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Write to this file instead of standard output; it is replaced as a whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    reading: ReadOptions,
}

/// The rules whose findings the page shows: who has a number of somebody else, and who has a type letter of
/// somebody else.
const COLLISIONS: &str = "N010";
const REGISTRATIONS: &str = "N011";

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (mut interface, problems) = read(arguments)?;
    let collisions = found(COLLISIONS, &interface)?;
    let registrations = found(REGISTRATIONS, &interface)?;
    interface.sources.rename(|path| below(path, &arguments.paths));
    let layouts = Layouts::new(&interface);
    let atlas = Atlas::of(&layouts, &collisions, &registrations, &problems);
    let outcome = if atlas.is_empty() { Outcome::Failed } else { outcome_of(&problems) };
    let is_empty = atlas.is_empty();
    terminal.print_to(arguments.output.as_deref(), |out, _| atlas.write(out))?;
    say_failures(problems, &interface.sources, terminal);
    if is_empty {
        terminal.say(|out, _| writeln!(out, "no command could be read, so the page has none"));
    }
    Ok(outcome)
}

/// Everything that the paths define, whatever configurations they have.
fn read(arguments: &Arguments) -> Result<(Interface, Vec<Problem>), Failure> {
    let mut groups = arguments.reading.groups(&arguments.paths, RawNumbers::Wanted)?.into_iter();
    let (mut interface, mut problems) = groups.next().map(|group| group.read()).unwrap_or_default();
    for group in groups {
        let (other, of_other) = group.read();
        interface.append(other);
        problems.extend(of_other);
    }
    raw_commands::retain_commands(&mut interface);
    Ok((interface, problems))
}

fn found(rule: &str, interface: &Interface) -> Result<Vec<Finding>, Failure> {
    let _progress = Progress::start("comparing numbers");
    let mut selection = Selection::default();
    selection.select(rule)?;
    let levels = Levels::of_selection(selection);
    Ok(engine::check(interface, &References::default(), &levels).findings)
}

/// A path from the folder that was named, which the reader of the page knows.
fn below(path: &Path, named: &[PathBuf]) -> PathBuf {
    let below = named.iter().find_map(|folder| path.strip_prefix(folder).ok());
    below.filter(|below| below.file_name().is_some()).unwrap_or(path).to_owned()
}
