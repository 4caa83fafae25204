//! The command line, a file per subcommand.

mod abis;
mod answer;
mod atlas;
mod baseline;
mod cache;
mod check;
mod completions;
mod decode;
mod diff;
mod dump;
mod explain;
mod failure;
mod findings_options;
mod from_root;
mod handlers;
mod init;
mod kbuild;
mod layout;
mod man;
mod number;
mod progress;
mod reading;
mod rule_choice;
mod rules;
mod server;
mod table;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use ioctl_lint::temporary::survive_file_size_limit;
use ioctlkit_report::Style;
use ioctlkit_report::terminal::{about_arguments, colour_word};

use terminal::{Colour, Terminal};

/// Finds mistakes in an ioctl interface, on every Linux ABI.
///
/// Reads C headers and says which ioctl commands break for 32-bit programs, on other
/// architectures, or once the structure grows; what each command's number is on every ABI; and how
/// each structure is laid out there.
#[derive(Debug, Parser)]
#[command(name = "ioctl-lint", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colours; `auto` does on a terminal unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Colour,

    /// Report on standard error which protections against hostile input this machine lacks
    #[arg(short, long, global = true)]
    verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  ioctl-lint check include/uapi/linux/foo.h   lint one driver's header
  ioctl-lint check ~/linux                    lint the exported headers of a kernel tree
  ioctl-lint check --profile legacy /usr/include/linux
  ioctl-lint layout btrfs_ioctl_vol_args_v2 /usr/include/linux/btrfs.h
  ioctl-lint number 0xc020660b                what is this command?
  ioctl-lint diff --rev v6.1..HEAD            what changed, and who breaks?
  ioctl-lint explain L001

Exit codes:
  0  nothing found
  1  findings at or above --fail-on
  2  some input could not be used; findings of the rest are reported all the same";

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Layout(layout::Arguments),
    Handlers(handlers::Arguments),
    Kbuild(kbuild::Arguments),
    Number(number::Arguments),
    Init(init::Arguments),
    Baseline(baseline::Arguments),
    Dump(dump::Arguments),
    Atlas(atlas::Arguments),
    Diff(diff::Arguments),
    Decode(decode::Arguments),
    Server(server::Arguments),
    Explain(explain::Arguments),
    Rules(rules::Arguments),
    Abis(abis::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Parses the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    if let Some(code) = ioctlkit_sources::worker::serve_if_asked() {
        return code;
    }
    survive_file_size_limit();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let terminal = Terminal::new(arguments.color);
    let done = match &arguments.command {
        Command::Check(arguments) => check::run(arguments, &terminal),
        Command::Layout(arguments) => layout::run(arguments, &terminal),
        Command::Handlers(arguments) => handlers::run(arguments, &terminal),
        Command::Kbuild(arguments) => kbuild::run(arguments, &terminal),
        Command::Number(arguments) => number::run(arguments, &terminal),
        Command::Init(arguments) => init::run(arguments, &terminal),
        Command::Baseline(arguments) => baseline::run(arguments, &terminal),
        Command::Dump(arguments) => dump::run(arguments, &terminal),
        Command::Atlas(arguments) => atlas::run(arguments, &terminal),
        Command::Diff(arguments) => diff::run(arguments, &terminal),
        Command::Decode(arguments) => decode::run(arguments, &terminal),
        Command::Server(arguments) => server::run(arguments),
        Command::Explain(arguments) => explain::run(arguments, &terminal),
        Command::Rules(arguments) => rules::run(arguments, &terminal),
        Command::Abis(arguments) => abis::run(arguments, &terminal),
        Command::Completions(arguments) => completions::run(arguments, &terminal),
        Command::Man(arguments) => man::run(arguments, &terminal),
    };
    if arguments.verbose {
        reading::say_what_is_missing(&terminal);
    }
    match done {
        Ok(outcome) => outcome.into(),
        Err(failure) => failure.report(&terminal).into(),
    }
}

/// Tells help on standard output, and what is wrong with the command line on standard error. It
/// quotes what was given.
fn refused(error: &clap::Error) -> ExitCode {
    let word = colour_word(std::env::args_os().skip(1));
    let colour = word.and_then(|word| Colour::from_str(&word, false).ok()).unwrap_or_default();
    let terminal = Terminal::new(colour);
    let text = |style: Style| {
        let text = error.render();
        about_arguments(style.colour.then(|| text.ansi().to_string()), &text.to_string())
    };
    if error.use_stderr() {
        terminal.say(|out, style| out.write_all(text(style).as_bytes()));
    } else if let Err(failure) = terminal.print(|out, style| out.write_all(text(style).as_bytes()))
    {
        return failure.report(&terminal).into();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The word for a value, on the command line as in a configuration.
fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|word| word.get_name().to_owned()).unwrap_or_default()
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Everything was done, and nothing found.
    Clean,
    /// There are findings that fail the run.
    Findings,
    /// An editor left without saying that it would.
    Left,
    /// Some input could not be used.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings | Outcome::Left => 1,
            Outcome::Failed => 2,
        })
    }
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
