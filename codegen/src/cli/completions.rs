//! `ioctl-gen completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use ioctl_gen::streams::{print_exactly, tell};

use super::{Outcome, unprintable};

/// Print a shell's completions
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ioctl-gen completions bash > ~/.local/share/bash-completion/completions/ioctl-gen")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::Arguments::command(),
        "ioctl-gen",
        &mut text,
    );
    match print_exactly(&String::from_utf8_lossy(&text)) {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tell(format_args!("error: {}", unprintable(&error)));
            Outcome::Failed
        }
    }
}
