//! `ioctl-lint baseline`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ioctl_lint::{Baseline, registry};

use super::Outcome;
use super::check::summary::counted;
use super::check::{self, Scope, Whole};
use super::failure::{Failure, outcome_of, say_failures};
use super::findings_options::save;
use super::table;
use super::terminal::Terminal;
use ioctlkit_report::visible::ShownPath as _;

/// Keep the file of known findings that are accepted
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint baseline write include/uapi        accept everything that is found today
  ioctl-lint check --baseline ioctl-lint-baseline.json include/uapi
  ioctl-lint baseline show                      what is accepted
  ioctl-lint baseline prune include/uapi        drop what is no longer found

`baseline = \"FILE\"` in ioctl-lint.toml has every check use it. A baseline names findings by what they
are about, never by line.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Write(Write),
    Show(Show),
    Prune(Prune),
}

/// The name of the file where none is given.
pub(super) const FILE: &str = "ioctl-lint-baseline.json";

/// Check, and write a baseline that accepts everything found; the file is replaced as a whole
#[derive(Debug, Args)]
struct Write {
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = FILE)]
    baseline: PathBuf,

    #[command(flatten)]
    scope: Scope,
}

/// List what a baseline accepts
#[derive(Debug, Args)]
struct Show {
    /// The baseline
    #[arg(value_name = "FILE", default_value = FILE)]
    baseline: PathBuf,
}

/// Check, and drop from a baseline what is no longer found
#[derive(Debug, Args)]
struct Prune {
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = FILE)]
    baseline: PathBuf,

    #[command(flatten)]
    scope: Scope,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    match &arguments.what {
        What::Write(arguments) => write(arguments, terminal),
        What::Show(arguments) => show(&arguments.baseline, terminal),
        What::Prune(arguments) => prune(arguments, terminal),
    }
}

fn write(arguments: &Write, terminal: &Terminal) -> Result<Outcome, Failure> {
    let whole = check::find(&arguments.scope)?;
    let outcome = whole.outcome_of_reading();
    whole.say_unjudged(terminal);
    let Whole { report, sources, .. } = whole;
    say_failures(report.problems, &sources, terminal);
    let baseline = Baseline::of(&report.findings);
    save(&baseline, &arguments.baseline)?;
    let count = counted(baseline.len(), "finding");
    let file = arguments.baseline.shown();
    terminal.say(|out, _| writeln!(out, "wrote {file} with {count}"));
    Ok(outcome)
}

fn show(file: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    let baseline = Baseline::read(file)?;
    let rows: Vec<[String; 4]> = baseline
        .entries()
        .map(|(entry, count)| {
            // A rule that this version does not know is still shown by its code.
            let slug = registry::by_name(&entry.code).map_or("unknown rule", |rule| rule.slug);
            let parts = [&entry.command, &entry.record, &entry.member];
            let about: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            [format!("{count:>5}"), entry.code.clone(), slug.to_owned(), about.join(" ")]
        })
        .collect();
    terminal
        .print(|out, style| table::write(out, style, ["count", "code", "slug", "about"], &rows))?;
    Ok(Outcome::Clean)
}

fn prune(arguments: &Prune, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut baseline = Baseline::read(&arguments.baseline)?;
    let Whole { report, sources, .. } = check::find(&arguments.scope)?;
    if outcome_of(&report.problems) != Outcome::Clean {
        say_failures(report.problems, &sources, terminal);
        return Err(Failure::new("nothing was taken out of the baseline")
            .help("what could not be read may still have the findings that it accepts"));
    }
    let ran = |code: &str| report.rules.iter().any(|rule| rule.code == code);
    let stale = baseline.prune(&report.findings, ran);
    let file = arguments.baseline.shown();
    if stale.is_empty() {
        terminal.say(|out, _| writeln!(out, "everything in {file} is still found"));
        return Ok(Outcome::Clean);
    }
    save(&baseline, &arguments.baseline)?;
    let (gone, left) = (counted(stale.len(), "finding"), counted(baseline.len(), "finding"));
    terminal.say(|out, _| writeln!(out, "took {gone} out of {file}, {left} left"));
    Ok(Outcome::Clean)
}
