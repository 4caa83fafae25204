//! `ioctl-lint check --patch`: what a patch introduces, whether the tree has it already or not.
//!
//! The files of the patch are read twice, without it and with it. One version is on disk, an overlay holds the
//! other, and nothing is written.

mod judge;
mod neighbours;
mod older;
mod plan;
mod said;
mod tree;

use std::path::{Path, PathBuf};
use std::time::Instant;

use ioctl_lint::patch::series::{Step, settle};
use ioctl_lint::patch::{self, Change, Content, Kind, Patch};
use ioctlkit_report::visible::ShownPath as _;
use ioctlkit_sources::reading::{self, limit};

use super::standard_input::{self, is_standard_input};
use super::summary::counted;
use super::{Arguments, report};
use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;
use plan::Plan;
use said::Said;
use tree::{Refused, Tree};

pub(super) fn run(
    arguments: &Arguments,
    file: &Path,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let text = text_of(file)?;
    let patch = patch::read(&text);
    let mut said = Said::of(file);
    said.mistakes(&patch.mistakes);
    if patch.diffs == 0 && patch.mistakes.is_empty() && !text.trim_ascii().is_empty() {
        return Err(Failure::new(format!("there is no diff in {}", said.name())).help(
            "give what `git diff`, `git format-patch` or `diff -u` print, or an mbox of patches",
        ));
    }
    let mut tree = Tree::around(arguments.scope.paths.first().map(PathBuf::as_path))?;
    let (steps, others) = steps(&patch, &tree, &mut said);
    let settled = settle(&steps, &mut |path| tree.text(path));
    said.misfits(&settled.misfits, &tree);
    let plan = Plan::of(arguments, &settled, &tree, others);
    let mut judged = judge::judge(arguments, &plan, &tree)?;
    let whole = &mut judged.whole;
    whole.report.problems.splice(0..0, said.into_problems());
    if !arguments.findings.is_for_people() {
        let root = tree.shown_root();
        whole.name_files(|path| path.strip_prefix(root).unwrap_or(path).to_owned());
    }
    whole.summary.seconds = started.elapsed().as_secs_f64();
    report(arguments, whole, terminal)?;
    if arguments.findings.has_summary() {
        let lines = plan.in_words(&text).into_iter().chain(judged.in_words());
        lines.for_each(|line| terminal.say(|out, _| writeln!(out, "{line}")));
    }
    Ok(judged.whole.outcome())
}

fn text_of(file: &Path) -> Result<Vec<u8>, Failure> {
    if is_standard_input(file) {
        return standard_input::read(limit::SOURCE);
    }
    reading::read_bytes(file, limit::SOURCE)
        .map_err(|error| Failure::new(format!("cannot read the patch {}: {error}", file.shown())))
}

/// What the patch does to files that may have to do with ioctls, and how many others it changes.
fn steps<'p>(patch: &'p Patch, tree: &Tree, said: &mut Said) -> (Vec<Step<'p>>, usize) {
    let mut steps = Vec::new();
    let mut others = 0;
    for change in &patch.changes {
        let names = || change.old.iter().chain(&change.new);
        if !names().any(|name| is_source(name.as_written())) {
            others += 1;
            continue;
        }
        match &change.content {
            Content::Hunks(_) => {}
            Content::Binary => {
                said.not_read(change, "is changed by a binary patch, which is not read");
                continue;
            }
            Content::NoFile => {
                said.not_read(change, "is a symbolic link or a submodule, which is not read");
                continue;
            }
        }
        match step(change, tree) {
            Ok(step) => steps.push(step),
            Err(refused) => said.refused(change, refused),
        }
    }
    (steps, others)
}

/// Whether front ends read files of that name.
fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["c", "h", "rs"].iter().any(|known| ending == *known))
}

fn step<'p>(change: &'p Change, tree: &Tree) -> Result<Step<'p>, Refused> {
    let file = |name: &Option<patch::Name>| name.as_ref().map(|name| tree.file(name)).transpose();
    let (old, new) = match (change.kind, &change.old, &change.new) {
        (Kind::Modified, Some(old), Some(new)) => {
            let both = tree.one_of(new, old)?;
            (Some(both.clone()), Some(both))
        }
        (_, old, new) => (file(old)?, file(new)?),
    };
    Ok(Step { change, old, new })
}

/// `1 finding is`, `2 findings are`.
fn counted_are(count: usize, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}
