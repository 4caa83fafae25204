//! `ioctl-lint diff`.

mod git;
pub(super) mod side;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ioctl_lint::diff::{self, Versions};
use ioctl_lint::{Baseline, Levels, Selection};
use ioctlkit_model::{Breaks, Finding, Interface, Problem, Report};

use super::Outcome;
use super::check::summary::{counted, found, not_read};
use super::failure::{Failure, outcome_of, say_failures};
use super::findings_options::FindingsOptions;
use super::from_root::FromRoot;
use super::reading::{RawNumbers, ReadOptions};
use super::rule_choice::{RULES, RuleChoice};
use super::terminal::Terminal;
use git::{Repository, Revisions};
use ioctlkit_report::Format;
use ioctlkit_report::visible::ShownPath as _;
use side::{Read, Side};

/// What a run says that could compare none of the commands that it saw.
const NOTHING_COMPARED: &str = "no command could be compared, so this run says nothing about any: \
    none has a number in both versions";

/// What a run says in which one side holds no constants.
const NO_CONSTANTS: &str = "; constants were not compared, since a dump holds none";

/// Show what changed between two versions of an interface, and which programs it breaks
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint diff old/include/linux/foo.h include/linux/foo.h
  ioctl-lint diff linux-6.1/usr/include linux-6.12/usr/include
  ioctl-lint diff --rev v6.1..HEAD include/uapi/linux/foo.h
  ioctl-lint diff --rev main src/
  ioctl-lint dump include > abi.json && ioctl-lint diff abi.json include
  ioctl-lint diff old/foo.ko foo.ko
  ioctl-lint diff --breaks binary,binary-32 old.h new.h

What a change breaks:
  source     programs that are compiled again
  binary     existing programs, on a kernel of their own ABI
  binary-32  existing 32-bit programs, on a 64-bit kernel

Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  some input could not be used, or no command in it could be compared; findings of the rest are
     reported all the same

What could be read in one version only is a finding of D011, with the reason, and never counts as removed
or new.")]
pub(super) struct Arguments {
    /// OLD and NEW: each a header, Rust source, a folder of them, a kernel source tree, a compiled
    /// object, or what `ioctl-lint dump` wrote; with `--rev`, paths in a repository [default: all of it]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Compare two git revisions, `OLD..NEW`, the point where they parted with the new one, `OLD...NEW`, or
    /// one with the files as they are, `OLD`
    #[arg(long, value_name = "OLD[..NEW]")]
    rev: Option<String>,

    /// Report only what breaks these: source, binary, binary-32
    #[arg(
        long, value_name = "LIST", value_delimiter = ',', value_parser = kinds(),
        hide_possible_values = true, help_heading = RULES
    )]
    breaks: Vec<Breaks>,

    #[command(flatten)]
    choice: RuleChoice,

    #[command(flatten)]
    findings: FindingsOptions,

    #[command(flatten)]
    reading: ReadOptions,
}

fn kinds() -> impl TypedValueParser<Value = Breaks> {
    let value = |kind: Breaks| PossibleValue::new(kind.name());
    PossibleValuesParser::new(Breaks::ALL.map(value)).try_map(|name| {
        let found = Breaks::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or("no such kind")
    })
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let mut selection = Selection::default();
    arguments.choice.apply(&mut selection)?;
    let (old, new) = sides(arguments)?;
    let prefix = old.prefix().map(ToOwned::to_owned);
    let (old, new) = read(&old, &new, &arguments.reading)?;
    // The newer version's configuration holds: it is the one that is being changed.
    let config = new.config.or(old.config);
    let levels = match &config {
        Some(config) => Levels::new(config, selection)?,
        None => Levels::of_selection(selection),
    };
    let options = &arguments.findings;
    let fail_on = options.fail_on.or(config.and_then(|config| config.fail_on)).unwrap_or_default();
    let mut problems = Problems { old: old.problems, new: new.problems };
    let mut versions = Versions::new(old.version, new.version);
    let mut checked = diff::check(&versions, &levels);
    if !arguments.breaks.is_empty() {
        // What was not compared may break anybody.
        let wanted = |finding: &Finding| {
            finding.breaks.iter().any(|kind| arguments.breaks.contains(kind))
                || finding.rule.code == "D011"
        };
        checked.findings.retain(wanted);
    }
    let accepted = match &options.baseline {
        Some(file) => Baseline::read(file)?.absorb(&mut checked.findings),
        None => 0,
    };
    let problems = problems.joined();
    if let Some(file) = &options.write_baseline {
        let outcome = outcome_of(&problems);
        say_failures(problems, &versions.new_version().sources, terminal);
        options.accept(file, &checked.findings, terminal)?;
        return Ok(outcome);
    }
    let is_for_service = matches!(options.format, Format::Sarif | Format::Github | Format::Gitlab);
    if let Some(prefix) = prefix.filter(|_| is_for_service) {
        versions.move_into_new(&mut checked.findings, &prefix);
    }
    if !options.is_for_people()
        && let Some(names) = FromRoot::of_current_folder()
    {
        // Those of a revision are named from the root already.
        versions.rename(|path| if path.exists() { names.path(path) } else { path.to_owned() });
    }
    let failed = checked.findings.iter().any(|finding| fail_on.fails(finding.severity));
    let report = Report {
        problems,
        findings: checked.findings,
        rules: checked.rules,
        abis: versions.old().abis.intersection(versions.new_version().abis),
        objects: versions.new_version().objects.clone(),
        headers: versions.new_version().headers.len() - versions.new_version().objects.len(),
        commands: versions.new_version().commands.len(),
        not_understood: checked.account.not_understood,
        not_read: checked.account.not_read,
    };
    let hidden = Hidden { accepted, suppressed: checked.suppressed };
    show(arguments, &report, &versions, &hidden, started, terminal)?;
    let mut outcome = if failed { Outcome::Findings } else { Outcome::Clean };
    if checked.account.judged == 0 && saw_commands(&versions) {
        terminal.say(|out, _| writeln!(out, "{NOTHING_COMPARED}"));
        outcome = Outcome::Failed;
    }
    Ok(outcome.max(outcome_of(&report.problems)))
}

/// Whether either version has something that looks like a command.
fn saw_commands(versions: &Versions) -> bool {
    let has = |interface: &Interface| {
        !interface.not_understood.is_empty() || !interface.commands.is_empty()
    };
    has(versions.old()) || has(versions.new_version())
}

/// The two sides that the command line names.
fn sides(arguments: &Arguments) -> Result<(Side, Side), Failure> {
    let Some(revisions) = &arguments.rev else {
        return match arguments.paths.as_slice() {
            [old, new] => Ok((Side::of_path(old), Side::of_path(new))),
            _ => Err(Failure::new("there are two sides to compare")
                .help("name OLD and NEW, or revisions with `--rev OLD..NEW`")),
        };
    };
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here } else { arguments.paths.as_slice() };
    let repository = Repository::of(&paths[0])?;
    let revisions = Revisions::parse(revisions);
    let folders = arguments.reading.include_dirs();
    let (old, shown) = repository.old_revision(&revisions)?;
    let old_side = Side::of_revision(&repository, &old, paths, folders, format!("{shown}:"))?;
    let new_side = match &revisions.new {
        // The new version's paths are those that the repository has, as checkers expect them.
        Some(new) => Side::of_revision(&repository, new, paths, folders, String::new())?,
        None if repository.is_bare() => {
            return Err(Failure::new("the repository has no work tree to compare with")
                .help("name two revisions with `--rev OLD..NEW`"));
        }
        None => Side::of_work_tree(&repository, paths),
    };
    if old_side.is_empty() && new_side.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| path.shown()).collect();
        let message = format!(
            "there is no header and no Rust source at {} in either version",
            names.join(", ")
        );
        return Err(Failure::new(message)
            .help("check the spelling of the path; `git log -- PATH` says when it was there"));
    }
    Ok((old_side, new_side))
}

fn read(old: &Side, new: &Side, options: &ReadOptions) -> Result<(Read, Read), Failure> {
    let read = |side: &Side| side.read(options, RawNumbers::Wanted);
    let (old, new) = rayon::join(|| read(old), || read(new));
    Ok((old?, new?))
}

/// What could not be dealt with on each side.
struct Problems {
    old: Vec<Problem>,
    new: Vec<Problem>,
}

impl Problems {
    /// All of it, each once.
    fn joined(&mut self) -> Vec<Problem> {
        let mut all = std::mem::take(&mut self.new);
        for problem in std::mem::take(&mut self.old) {
            if !all.contains(&problem) {
                all.push(problem);
            }
        }
        all
    }
}

/// What was found and is not reported.
struct Hidden {
    accepted: usize,
    suppressed: usize,
}

fn show(
    arguments: &Arguments,
    report: &Report,
    versions: &Versions,
    hidden: &Hidden,
    started: Instant,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let sources = &versions.new_version().sources;
    terminal.print_to(arguments.findings.output.as_deref(), |out, style| {
        arguments.findings.format.render(report, sources, style, out)
    })?;
    if !arguments.findings.has_summary() {
        return Ok(());
    }
    let sides = compared(versions);
    let abis = counted(report.abis.len(), "ABI");
    let seconds = started.elapsed().as_secs_f64();
    terminal.say(|out, _| {
        write!(out, "compared {sides}, on {abis} in {seconds:.2} s: ")?;
        write!(out, "{}", found(report))?;
        let parts = [(hidden.suppressed, "suppressed"), (hidden.accepted, "in the baseline")];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(out, " ({count} {what})")?;
        }
        let constants = if versions.know_constants() { "" } else { NO_CONSTANTS };
        writeln!(out, "{}{constants}", not_read(report))
    });
    Ok(())
}

/// How much each side has: "2 commands and 1 structure with 3 and 1". What neither has is left out.
fn compared(versions: &Versions) -> String {
    let (old, new) = (versions.old(), versions.new_version());
    let counts = [
        (old.commands.len(), new.commands.len(), "command"),
        (diff::structures(old), diff::structures(new), "structure"),
    ];
    let mut shown: Vec<_> = counts.iter().filter(|(old, new, _)| old + new > 0).collect();
    if shown.is_empty() {
        shown.push(&counts[0]);
    }
    let olds: Vec<String> = shown.iter().map(|(old, _, what)| counted(*old, what)).collect();
    let news: Vec<String> = shown.iter().map(|(_, new, _)| new.to_string()).collect();
    format!("{} with {}", olds.join(" and "), news.join(" and "))
}
