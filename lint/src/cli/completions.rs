//! `ioctl-lint completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;

/// Print a shell's completions
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ioctl-lint completions bash > ~/.local/share/bash-completion/completions/ioctl-lint")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut text = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "ioctl-lint", &mut text);
    terminal.print_exactly(|out, _| out.write_all(&text))?;
    Ok(Outcome::Clean)
}
