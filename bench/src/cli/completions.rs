//! `ioctl-bench completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Ending, print_exactly};
use crate::Error;

/// Prints a shell's completions
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let mut text = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "ioctl-bench", &mut text);
    print_exactly(&String::from_utf8_lossy(&text))?;
    Ok(Ending::Well)
}
