//! The command line, a file per subcommand.

mod handlers;
mod headers;
mod import;
mod module;
mod new;
mod test;

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ioctlkit_model::{Problem, Report, SourceMap};
use ioctlkit_report::{Style, full};

/// Generates code for ioctl interfaces.
#[derive(Debug, Parser)]
#[command(name = "ioctl-gen", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ioctl-gen new echo
  ioctl-gen module src/lib.rs -o driver
  ioctl-gen import linux/vduse.h -o src/vduse.rs
  ioctl-gen import linux/vduse.h -o src/vduse.rs --check
  ioctl-gen test driver

Exit codes:
  0  done
  1  --check: the file is not what would be written
  2  the work could not be done";

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    Module(module::Arguments),
    Test(test::Arguments),
    Import(import::Arguments),
}

/// Parses the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    let outcome = match &Arguments::parse().command {
        Command::New(arguments) => new::run(arguments),
        Command::Module(arguments) => module::run(arguments),
        Command::Test(arguments) => return test::run(arguments),
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

/// Prints on standard output. A reader that has gone, such as `head`, is no mistake.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells on standard error what went wrong. What cannot be said there can be said nowhere.
fn say(problems: Vec<Problem>, sources: &SourceMap) {
    let report = Report { problems, ..Report::default() };
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = BufWriter::new(io::stderr().lock());
    let style = Style { colour };
    let _ = full::render(&report, sources, style, &mut out).and_then(|()| out.flush());
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
