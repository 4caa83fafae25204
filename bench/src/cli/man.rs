//! `ioctl-bench man`.

use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::{Ending, print_exactly};
use crate::Error;

/// Prints the manual page, or writes those of all subcommands
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write a page for the program and for each subcommand into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let command = super::Arguments::command();
    let failure =
        |path: String| |error: std::io::Error| Error::File { path, why: error.to_string() };
    if let Some(dir) = &arguments.dir {
        std::fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(command, dir))
            .map_err(failure(dir.display().to_string()))?;
        return Ok(Ending::Well);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(failure("the manual page".into()))?;
    print_exactly(&String::from_utf8_lossy(&page))?;
    Ok(Ending::Well)
}
