//! `ioctl-lint man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;

/// Print the manual page, or write those of all subcommands
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint man | man -l -
  ioctl-lint man --dir ~/.local/share/man/man1")]
pub(super) struct Arguments {
    /// Write a page for the program and for each subcommand into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let command = super::Arguments::command();
    match &arguments.dir {
        Some(dir) => std::fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(command, dir))
            .map_err(|error| Failure::of_file(dir, &error))?,
        None => terminal.print_exactly(|out, _| Man::new(command).render(out))?,
    }
    Ok(Outcome::Clean)
}
