//! The command line, a file per subcommand.

mod beside;
mod completions;
mod handlers;
mod headers;
mod import;
mod in_tree;
mod man;
mod module;
mod new;
mod test;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use ioctl_gen::import::ConfinedBindgen;
use ioctl_gen::streams::{colour_reports, print_styled, report, tell, tell_styled};
use ioctl_gen::{WriteError, describe};
use ioctlkit_model::{Problem, Report, SourceMap};
use ioctlkit_report::Style;
use ioctlkit_report::terminal::{about_arguments, colour_word};

/// Generates code for ioctl interfaces.
#[derive(Debug, Parser)]
#[command(name = "ioctl-gen", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colours; `auto` does on a terminal unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Colour,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Even in a file
    Always,
    /// Not at all
    Never,
}

impl Colour {
    /// What a command line says of it that is wrong in other ways.
    fn of_refused() -> Self {
        let word = colour_word(std::env::args_os().skip(1));
        word.and_then(|word| Self::from_str(&word, false).ok()).unwrap_or_default()
    }

    fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => colour_reports(true),
            Self::Never => colour_reports(false),
        }
    }
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
  2  the work could not be done, or standard output did not take what was to be printed; where the
     work failed, no file has changed, except those that the message names
  130  interrupted; no file has changed, except those that the message names";

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    Module(module::Arguments),
    Test(test::Arguments),
    Import(import::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Parses the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    if let Some(code) = ioctlkit_sources::worker::serve_if_asked_with(&ConfinedBindgen) {
        return code;
    }
    let arguments = match Arguments::try_parse_from(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    arguments.color.apply();
    let outcome = match &arguments.command {
        Command::New(arguments) => new::run(arguments),
        Command::Module(arguments) => module::run(arguments),
        Command::Test(arguments) => return test::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    };
    ExitCode::from(match outcome {
        Outcome::Done => 0,
        Outcome::Differs => 1,
        Outcome::Failed => 2,
        Outcome::Interrupted => 130,
    })
}

/// Help on standard output, and what is wrong with the command line on standard error. It quotes
/// what was given.
fn refused(error: &clap::Error) -> ExitCode {
    Colour::of_refused().apply();
    let text = |style: Style| {
        let text = error.render();
        about_arguments(style.colour.then(|| text.ansi().to_string()), &text.to_string())
    };
    if error.use_stderr() {
        tell_styled(text);
    } else if let Err(error) = print_styled(text) {
        tell(format_args!("error: {}", unprintable(&error)));
        return ExitCode::from(2);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything was done.
    Done,
    /// A file is not what would be written.
    Differs,
    /// It could not be done.
    Failed,
    /// A signal asked to stop.
    Interrupted,
}

impl Outcome {
    /// How a run ends whose files could not be written.
    fn of(error: &WriteError) -> Self {
        if error.is_interruption() { Self::Interrupted } else { Self::Failed }
    }
}

/// Says why standard output could not be written to.
fn unprintable(error: &io::Error) -> String {
    format!("cannot write to standard output: {}", describe(error))
}

/// Reports problems on standard error.
fn say(problems: Vec<Problem>, sources: &SourceMap) {
    report(&Report { problems, ..Report::default() }, sources);
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
