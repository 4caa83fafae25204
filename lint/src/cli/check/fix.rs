//! `check --fix` and `check --diff`: edits are made in memory, pass by pass, and each pass is read and
//! compared with the one before. What fails is left out. At the end files are written, or a patch is shown.

mod objection;
mod options;
mod session;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use ioctl_lint::fixes::{Plan, Texts, target, write_unified};
use ioctlkit_model::{Problem, ProblemKind};
use ioctlkit_report::Style;
use ioctlkit_sources::Overlay;

use super::{Arguments, Whole, checked, report};
use crate::cli::Outcome;
use crate::cli::failure::{Failure, say_problems};
use crate::cli::terminal::Terminal;
pub(super) use options::FixOptions;
use options::Purpose;
use session::{Session, Undone};

/// What `--fix` came to, besides what is left.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// Findings whose edits were made.
    pub(super) findings: usize,
    /// Findings that are gone with these.
    pub(super) followed: usize,
    /// Files with edits.
    pub(super) files: usize,
    /// Findings with edits that change the ABI, which was not asked for.
    pub(super) more: usize,
    /// Edits in files that were not named.
    pub(super) not_named: usize,
    /// Edits in files that the system's packages install.
    pub(super) of_system: usize,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let Some(purpose) = arguments.fixing.purpose() else { return Ok(Outcome::Clean) };
    let mut session = Session::start(arguments, purpose)?;
    session.apply()?;
    let mut done = session.finish();
    match purpose {
        Purpose::Show => show(arguments, &done.texts, terminal)?,
        Purpose::Write => {
            let problems = write(&done.texts);
            if !problems.is_empty() {
                // What is left is what is on disk.
                done.whole = checked(arguments, &arguments.scope.paths, &Overlay::default())?;
                done.fixed.files -= problems.len().min(done.fixed.files);
            }
            done.whole.report.problems.extend(problems);
        }
    }
    let Done { mut whole, fixed, undone, left, .. } = done;
    whole.report.problems.extend(unmade(undone, left));
    whole.summary.seconds = started.elapsed().as_secs_f64();
    let files = fixed.files;
    match purpose {
        Purpose::Write => {
            whole.summary.fixed = Some(fixed);
            report(arguments, &whole, terminal)?;
            Ok(whole.outcome())
        }
        Purpose::Show => {
            say_problems(whole.report.problems.clone(), &whole.sources, terminal);
            if arguments.findings.has_summary() {
                terminal.say(|out, _| write_fixed(&fixed, "would fix", out));
            }
            let edits = if files > 0 { Outcome::Findings } else { Outcome::Clean };
            Ok(edits.max(whole.outcome_of_reading()))
        }
    }
}

/// What came of all passes.
struct Done {
    whole: Whole,
    texts: Texts,
    fixed: Fixed,
    undone: Vec<Undone>,
    left: BTreeMap<PathBuf, String>,
}

fn show(arguments: &Arguments, texts: &Texts, terminal: &Terminal) -> Result<(), Failure> {
    let patch = |out: &mut dyn Write, _: Style| -> io::Result<()> {
        texts.changed().try_for_each(|(path, before, now)| write_unified(path, before, now, out))
    };
    match arguments.findings.output.as_deref() {
        None if Terminal::shows_output() => terminal.print(patch),
        file => terminal.print_to(file, patch),
    }
}

/// Writes every file that differs; answers which were left as they are, and why.
fn write(texts: &Texts) -> Vec<Problem> {
    let written = texts.changed().map(|(path, before, now)| {
        let left = target::write(path, before, now).err()?;
        Some(not_edited(path.to_owned(), &left.to_string()))
    });
    written.flatten().collect()
}

fn not_edited(path: PathBuf, why: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path),
        span: None,
        message: format!("not edited: {why}"),
        help: None,
    }
}

/// A note for each edit that was undone, and a problem for each file that was left alone.
fn unmade(undone: Vec<Undone>, left: BTreeMap<PathBuf, String>) -> impl Iterator<Item = Problem> {
    let undone = undone.into_iter().map(|Undone { plan: Plan { key, line, .. }, why }| Problem {
        kind: ProblemKind::Note,
        path: Some(key.path),
        span: None,
        message: format!("the edit of {} at line {line} was undone: {why}", key.code),
        help: None,
    });
    undone.chain(left.into_iter().map(|(path, why)| not_edited(path, &why)))
}

/// Says how much was edited, and what was left alone.
pub(super) fn write_fixed(fixed: &Fixed, verb: &str, out: &mut dyn Write) -> io::Result<()> {
    use super::summary::counted;
    let Fixed { findings, followed, files, more, not_named, of_system } = *fixed;
    if findings == 0 {
        writeln!(out, "{verb} nothing")?;
    } else {
        let what = counted(findings, "finding");
        let with_them = match followed {
            0 => String::new(),
            1 => ", and 1 that followed from them,".to_owned(),
            more => format!(", and {more} that followed from them,"),
        };
        writeln!(out, "{verb} {what}{with_them} in {}", counted(files, "file"))?;
    }
    if more > 0 {
        writeln!(out, "{more} more can be fixed with --unsafe-fixes, which changes the ABI")?;
    }
    let left = [(not_named, "files that were not named"), (of_system, "headers of the system")];
    for (count, whose) in left.into_iter().filter(|(count, _)| *count > 0) {
        writeln!(out, "left alone: {} in {whose}", counted(count, "edit"))?;
    }
    Ok(())
}
