//! `ioctl-bench report`.

use std::path::PathBuf;

use clap::ValueEnum;

use ioctlkit_report::terminal::harmless;

use super::{Ending, print_exactly, results_of};
use crate::{Error, files, html, table};

/// Shows the results of a run
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `run` wrote
    results: PathBuf,
    /// How to show them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Where to write it, if not to standard output; replaces a file that is there, but follows no
    /// symbolic link
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Tables for a terminal
    #[default]
    Table,
    /// The results again, checked; schema/bench.schema.json describes them
    Json,
    /// One page with plots
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let results = results_of(&arguments.results)?;
    let text = match arguments.format {
        Format::Table => harmless(&table::render(&results)),
        Format::Json => results.to_json()?,
        Format::Html => html::render(&results),
    };
    match &arguments.output {
        Some(path) => files::write(path, &text)?,
        None => print_exactly(&text)?,
    }
    Ok(Ending::Well)
}
