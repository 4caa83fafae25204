//! `ioctl-gen man`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;
use ioctl_gen::describe;
use ioctl_gen::streams::{print_exactly, tell};
use ioctlkit_report::visible::ShownPath as _;

use super::{Outcome, unprintable};

/// Print the manual page, or write those of all subcommands
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-gen man | man -l -
  ioctl-gen man --dir ~/.local/share/man/man1")]
pub(super) struct Arguments {
    /// Write a page for the program and for each subcommand into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let done = match &arguments.dir {
        Some(dir) => write(dir)
            .map_err(|error| format!("cannot write {}: {}", dir.shown(), describe(&error))),
        None => print().map_err(|error| unprintable(&error)),
    };
    match done {
        Ok(()) => Outcome::Done,
        Err(message) => {
            tell(format_args!("error: {message}"));
            Outcome::Failed
        }
    }
}

fn write(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    clap_mangen::generate_to(super::Arguments::command(), dir)
}

fn print() -> io::Result<()> {
    let mut page = Vec::new();
    Man::new(super::Arguments::command()).render(&mut page)?;
    print_exactly(&String::from_utf8_lossy(&page))
}
