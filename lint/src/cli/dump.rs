//! `ioctl-lint dump`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ioctl_lint::raw_commands;
use ioctlkit_model::Layouts;
use ioctlkit_report::dump;

use super::Outcome;
use super::check::summary::counted;
use super::failure::{Failure, outcome_of, say_failures};
use super::reading::{RawNumbers, ReadOptions, read_as_one};
use super::terminal::Terminal;

/// Print everything that was read, with numbers and layouts on every ABI
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint dump /usr/include/linux/kvm.h | jq '.commands[].name'
  ioctl-lint dump --abi x86_64,i386 --output abi.json include/uapi

The format is described by schema/dump.schema.json.

Exit codes:
  0  everything was read
  2  some input could not be used, or no command in it could be understood; the rest is dumped all
     the same")]
pub(super) struct Arguments {
    /// Headers, C source of drivers or Rust source, folders of them, a cargo workspace, or a kernel source
    /// tree
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: DumpFormat,

    /// Write to this file instead of standard output; it is replaced as a whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Also list commands that are plain numbers, such as `TCGETS`
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    reading: ReadOptions,
}

/// How to dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum DumpFormat {
    /// JSON
    #[default]
    Json,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let raw = if arguments.raw { RawNumbers::Wanted } else { RawNumbers::Unwanted };
    let mut groups = arguments.reading.groups(&arguments.paths, raw)?;
    for group in &mut groups {
        group.want_code();
    }
    let (mut interface, problems) = read_as_one(groups)?;
    if arguments.raw {
        raw_commands::retain_commands(&mut interface);
    }
    let layouts = Layouts::new(&interface);
    let DumpFormat::Json = arguments.format;
    terminal.print_to(arguments.output.as_deref(), |out, _| {
        dump::render(&interface, &layouts, &problems, out)
    })?;
    let mut outcome = outcome_of(&problems);
    let unknown = interface.not_understood.len();
    if unknown > 0 {
        let count = counted(unknown, "definition");
        terminal.say(|out, _| {
            writeln!(out, "{count} could not be understood: `not_understood` in the dump says why")
        });
        let commands = &interface.commands;
        if commands.is_empty() && interface.families.is_empty() && interface.raw_numbers.is_empty()
        {
            outcome = Outcome::Failed;
        }
    }
    // The dump has them too, but whoever keeps it in a file would not see them.
    say_failures(problems, &interface.sources, terminal);
    Ok(outcome)
}
