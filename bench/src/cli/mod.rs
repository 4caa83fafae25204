//! The command line, a file per subcommand.

mod colour;
mod compare;
mod completions;
mod inside;
mod list;
mod man;
mod measure;
mod report;
mod run;
mod when;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use colour::Colour;
use ioctlkit_report::terminal::{Terminal, about_arguments};
use ioctlkit_report::visible;

use crate::results::Results;
use crate::{Error, files};

/// Measures the ways in which programs talk to the kernel and to each other, all by one method.
#[derive(Debug, Parser)]
#[command(name = "ioctl-bench", version, about, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colours; `auto` does on a terminal unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Colour,
}

const EXAMPLES: &str = "\
Examples:
  ioctl-bench list                             what can run here, and why the rest cannot
  ioctl-bench run --quick                      a first look, in less than 20 seconds
  ioctl-bench run -o before.json               every mechanism and size, 20 restarts each
  ioctl-bench run --preset article-000         ioctl, procfs and netlink, 5000 calls of 1024 bytes
  ioctl-bench report before.json --format html -o before.html
  ioctl-bench compare before.json after.json

Exit codes:
  0    everything that can run here ran
  1    a mechanism went wrong; the others' results are written
  2    what was asked for cannot be done
  130  the run was stopped; the results so far are written";

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Run(run::Arguments),
    Report(report::Arguments),
    Compare(compare::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    #[command(hide = true)]
    Measure(measure::Arguments),
    #[command(hide = true)]
    Inside(inside::Arguments),
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Well,
    SomethingFailed,
    Interrupted,
}

/// The program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let ended = match arguments.command {
        Command::List(arguments) => list::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Measure(arguments) => measure::run(&arguments),
        Command::Inside(arguments) => inside::run(&arguments),
    };
    match ended {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::SomethingFailed) => ExitCode::from(1),
        Ok(Ending::Interrupted) => ExitCode::from(130),
        Err(error) => {
            say_failure(&error, arguments.color);
            ExitCode::from(2)
        }
    }
}

/// Says why nothing could be done.
fn say_failure(error: &Error, colour: Colour) {
    let text = error.to_string();
    let text = visible::in_lines(&text);
    if !colour.is_on(&io::stderr()) {
        return say(&format!("ioctl-bench: {text}\n"));
    }
    let mut stderr = Terminal::coloured(io::stderr().lock());
    let _ = writeln!(stderr, "\x1b[1;31mioctl-bench\x1b[0m: {text}").and_then(|()| stderr.flush());
}

/// Help on standard output, and what is wrong with the command line on standard error. It quotes
/// what was given.
fn refused(error: &clap::Error) -> ExitCode {
    let colour = Colour::of_refused();
    let tell = |is_on: bool, out: &mut dyn Write| {
        let text = error.render();
        let text = about_arguments(is_on.then(|| text.ansi().to_string()), &text.to_string());
        let terminal = if is_on { Terminal::coloured(out) } else { Terminal::plain(out) };
        write_to(terminal, &text)
    };
    if error.use_stderr() {
        let mut stderr = io::stderr();
        // What cannot be told there can be told nowhere.
        let _ = tell(colour.is_on(&stderr), &mut stderr);
    } else {
        let mut stdout = io::stdout();
        if let Err(error) = tell(colour.is_on(&stdout), &mut stdout) {
            say(&format!("ioctl-bench: {error}\n"));
            return ExitCode::from(2);
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn results_of(path: &Path) -> Result<Results, Error> {
    Results::from_json(&files::read(path)?, &path.display().to_string())
}

/// Tells people a text on standard error. What cannot be told there can be told nowhere.
fn say(text: &str) {
    let mut stderr = Terminal::plain(io::stderr().lock());
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Prints a text for people: what it quotes does nothing to their terminal.
///
/// # Errors
/// As [`print_exactly`].
fn print(text: &str) -> Result<(), Error> {
    write_to(Terminal::plain(io::stdout().lock()), text)
}

/// Prints what another program reads. A reader that has gone (`| head`) is no error.
///
/// # Errors
/// [`Error::File`] where it cannot be written, as on a full disk.
fn print_exactly(text: &str) -> Result<(), Error> {
    write_to(io::stdout().lock(), text)
}

fn write_to(mut out: impl Write, text: &str) -> Result<(), Error> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::File { path: "standard output".into(), why: error.to_string() })
        }
        _ => Ok(()),
    }
}
