//! The command line, a file per subcommand.

mod import;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Generates code for ioctl interfaces.
#[derive(Debug, Parser)]
#[command(name = "ioctl-gen", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ioctl-gen import linux/vduse.h -o src/vduse.rs
  ioctl-gen import linux/vduse.h -o src/vduse.rs --check

Exit codes:
  0  done
  1  --check: the file is not what would be written
  2  the work could not be done";

#[derive(Debug, Subcommand)]
enum Command {
    Import(import::Arguments),
}

/// Parses the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    let outcome = match &Arguments::parse().command {
        Command::Import(arguments) => import::run(arguments),
    };
    ExitCode::from(match outcome {
        Outcome::Done => 0,
        Outcome::Differs => 1,
        Outcome::Failed => 2,
    })
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything was done.
    Done,
    /// A file is not what would be written.
    Differs,
    /// It could not be done.
    Failed,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_says_what_it_is_for() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                let name = format!("{} {}", command.get_name(), argument.get_id());
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty(), "{name} has no help");
                assert!(!help.ends_with('.'), "{name}: {help}");
            }
        }
    }
}
