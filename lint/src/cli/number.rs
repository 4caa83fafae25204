//! `ioctl-lint number`.

mod expression;
mod json;
mod text;

pub(super) use text::write_named;

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::Args;
use ioctl_lint::request_number;
use ioctl_lint::suggest::did_you_mean;
use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Interface, Layouts};

use super::Outcome;
use super::answer::{self, AnswerFormat};
use super::cache::CacheOptions;
use super::failure::{Failure, outcome_of, say_failures};
use super::reading::{RawNumbers, ReadOptions, named_or_installed};
use super::terminal::Terminal;
use expression::Expression;
use ioctlkit_report::visible::ShownPath as _;
use text::Found;

/// Decode a command number, or show a command's number on every ABI
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint number 0xc020660b                     what a number means, and which commands have it
  ioctl-lint number FS_IOC_GETFLAGS                a command's number on every ABI
  ioctl-lint number \"_IOWR('f', 11, 32)\"           the number for a size in bytes
  ioctl-lint number \"_IOR('T', 207, unsigned int)\" or for an integer of C

Exit codes:
  0  the answer is complete
  2  some number is not known, for the reason that is printed; or some header could not be read")]
pub(super) struct Arguments {
    /// A number (hexadecimal with 0x, or decimal, with its sign or without), a command's name, or a
    /// macro with its arguments
    #[arg(value_name = "NUMBER|NAME|EXPRESSION", allow_negative_numbers = true)]
    what: String,

    /// Where to look for commands [default: the installed kernel headers]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to print the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: AnswerFormat,

    #[command(flatten)]
    reading: ReadOptions,

    #[command(flatten)]
    cache: CacheOptions,
}

/// What was asked for.
enum What {
    Number(u32),
    Expression(Expression),
    Name,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let abis = arguments.reading.abis().unwrap_or(AbiSet::ALL);
    match parse(&arguments.what)? {
        What::Number(number) if arguments.format == AnswerFormat::Json => {
            let paths = named_or_installed(&arguments.paths).unwrap_or_default();
            let mut outcome = Outcome::Clean;
            let mut commands = Vec::new();
            for (interface, searched) in read(arguments, &paths, terminal)? {
                outcome = outcome.max(searched);
                commands.extend(json::with_number(&Layouts::new(&interface), number));
            }
            let answer = json::OfNumber::new(number, abis, commands);
            terminal.print_exactly(|out, _| answer::write(&answer, out))?;
            Ok(outcome)
        }
        What::Number(number) => {
            terminal.print(|out, style| text::write_decoded(number, abis, style, out))?;
            find_by_number(arguments, number, terminal)
        }
        What::Expression(expression) => {
            let spelling = arguments.what.trim();
            match arguments.format {
                AnswerFormat::Text => terminal.print(|out, style| {
                    text::write_encoded(spelling, &expression, abis, style, out)
                })?,
                AnswerFormat::Json => {
                    let answer = json::OfExpression::new(spelling, &expression, abis);
                    terminal.print_exactly(|out, _| answer::write(&answer, out))?;
                }
            }
            Ok(Outcome::Clean)
        }
        What::Name => find_by_name(arguments, terminal),
    }
}

fn parse(what: &str) -> Result<What, Failure> {
    let what = what.trim();
    if what.contains('(') {
        return Expression::parse(what).map(What::Expression).map_err(|message| {
            Failure::new(format!("`{what}`: {message}")).help(
                "write it as `_IOWR('f', 11, 32)`, with a size in bytes or an integer type of C",
            )
        });
    }
    if !what.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(What::Name);
    }
    request_number::parse(what)
        .map(What::Number)
        .map_err(|error| Failure::new(format!("`{what}` {error}")))
}

fn find_by_number(
    arguments: &Arguments,
    number: u32,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Clean;
    let mut found = 0;
    let Some(paths) = named_or_installed(&arguments.paths) else { return Ok(outcome) };
    for (interface, searched) in read(arguments, &paths, terminal)? {
        outcome = outcome.max(searched);
        let layouts = Layouts::new(&interface);
        terminal.print(|out, style| {
            found += text::write_commands_with(&layouts, number, style, out)?;
            Ok(())
        })?;
    }
    if found == 0 {
        terminal.say(|out, _| writeln!(out, "no command in {} has it", shown(&paths)));
    }
    Ok(outcome)
}

fn find_by_name(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let name = arguments.what.trim();
    let paths = named_or_installed(&arguments.paths).ok_or_else(|| {
        Failure::new(format!("nowhere to look for `{name}`"))
            .help("name the headers, or install the kernel's (linux-libc-dev on Debian)")
    })?;
    let mut outcome = Outcome::Clean;
    let mut known = Vec::new();
    let mut found = false;
    let mut entries = Vec::new();
    for (interface, searched) in read(arguments, &paths, terminal)? {
        outcome = outcome.max(searched);
        let layouts = Layouts::new(&interface);
        let abis = arguments.reading.abis().unwrap_or(interface.abis);
        match arguments.format {
            AnswerFormat::Text => terminal.print(|out, style| {
                match write_named(&layouts, name, abis, style, out)? {
                    Found::Nothing => {}
                    Found::Known => found = true,
                    Found::NotUnderstood => (found, outcome) = (true, Outcome::Failed),
                }
                Ok(())
            })?,
            AnswerFormat::Json => entries.extend(json::named(&layouts, name, abis)),
        }
        known.extend(interface.commands.iter().map(|command| command.name.clone()));
        known.extend(interface.raw_numbers.iter().map(|raw| raw.name.clone()));
        known.extend(interface.families.iter().map(|family| family.name.clone()));
    }
    if !entries.is_empty() {
        found = true;
        if entries.iter().any(json::Entry::is_incomplete) {
            outcome = Outcome::Failed;
        }
        let answer = json::OfName::new(name, entries);
        terminal.print_exactly(|out, _| answer::write(&answer, out))?;
    }
    if found {
        return Ok(outcome);
    }
    let failure = Failure::new(format!("no command is called `{name}` in {}", shown(&paths)));
    Err(match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(help) => failure.help(help),
        None => failure,
    })
}

/// Reads the paths with all their commands, and reports what could not be read.
fn read(
    arguments: &Arguments,
    paths: &[PathBuf],
    terminal: &Terminal,
) -> Result<Vec<(ManuallyDrop<Interface>, Outcome)>, Failure> {
    let groups = arguments.reading.groups(paths, RawNumbers::Wanted)?;
    let cache = arguments.cache.cache();
    let read = groups.into_iter().map(|mut group| {
        group.read_through(cache.clone());
        let (interface, problems) = group.read();
        let outcome = outcome_of(&problems);
        say_failures(problems, &interface.sources, terminal);
        // The run ends with it: to give its memory back piece by piece takes longer than to look it
        // through.
        (ManuallyDrop::new(interface), outcome)
    });
    Ok(read.collect())
}

/// The ABIs by what they have, in the order of each value's first ABI.
fn grouped<T: PartialEq>(within: AbiSet, value: impl Fn(AbiId) -> Option<T>) -> Vec<(T, AbiSet)> {
    let mut groups: Vec<(T, AbiSet)> = Vec::new();
    for abi in within {
        let Some(value) = value(abi) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, abis)) => abis.insert(abi),
            None => groups.push((value, AbiSet::only(abi))),
        }
    }
    groups
}

fn shown(paths: &[PathBuf]) -> String {
    match paths {
        [only] => only.shown(),
        [first, ..] => format!("{} and {} more", first.shown(), paths.len() - 1),
        [] => String::new(),
    }
}
