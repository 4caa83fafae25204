//! Judges both sides of a patch, and keeps what is new.

use std::path::{Path, PathBuf};

use ioctl_lint::config::FailOn;
use ioctl_lint::diff::{self, Versions};
use ioctl_lint::engine::Checked;
use ioctl_lint::{Baseline, Levels};
use ioctlkit_model::{Interface, Problem, ProblemKind};
use ioctlkit_report::Format;

use super::super::summary::counted;
use super::super::{Arguments, Whole};
use super::counted_are;
use super::older::Older;
use super::plan::{Plan, Side};
use super::tree::Tree;
use crate::cli::diff::side::{self, Read};
use crate::cli::failure::Failure;
use crate::cli::reading::RawNumbers;

/// What a patch introduces.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) whole: Whole,
    /// Findings that were there before.
    older: usize,
    /// Findings that the patch removes.
    removed: usize,
}

impl Judged {
    /// What is not reported, in sentences.
    pub(super) fn in_words(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.older > 0 {
            said.push(format!(
                "{} older than the patch and not shown",
                counted_are(self.older, "finding")
            ));
        }
        if self.removed > 0 {
            said.push(format!("the patch removes {}", counted(self.removed, "finding")));
        }
        said
    }
}

pub(super) fn judge(arguments: &Arguments, plan: &Plan, tree: &Tree) -> Result<Judged, Failure> {
    if plan.is_empty() {
        return Ok(Judged::default());
    }
    let ((before, after), changed) = rayon::join(
        || rayon::join(|| check(arguments, &plan.before), || check(arguments, &plan.after)),
        || Changed::between(arguments, plan, tree),
    );
    let (before, OneSide { mut whole, baselines, fail_on }) = (before?.whole, after?);
    let mut known = Older::of(&before.report.findings);
    let older = known.absorb(&mut whole.report.findings);
    if let Some(changed) = changed? {
        changed.add_to(&mut whole);
    }
    for mut baseline in baselines {
        whole.summary.accepted += baseline.absorb(&mut whole.report.findings);
    }
    let fails = |severity| fail_on.iter().any(|from| from.fails(severity));
    whole.failed = whole.report.findings.iter().any(|finding| fails(finding.severity));
    whole.report.problems.extend(of_before(&before.report.problems, &whole.report.problems));
    Ok(Judged { older, removed: known.len(), whole })
}

/// One side of the patch, checked as if it was all there is.
struct OneSide {
    whole: Whole,
    /// The baselines that hold, which have not been looked at.
    baselines: Vec<Baseline>,
    /// What the configurations and the command line say of failing.
    fail_on: Vec<FailOn>,
}

fn check(arguments: &Arguments, side: &Side) -> Result<OneSide, Failure> {
    let mut whole = Whole::for_report(&arguments.findings);
    let named = arguments.findings.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut baselines: Vec<Baseline> = named.into_iter().collect();
    let of_command_line = !baselines.is_empty();
    let mut fail_on = Vec::new();
    for mut group in arguments.scope.prepare(&side.paths)? {
        group.group.lay_over(&side.overlay);
        if !of_command_line {
            group.read_baseline()?;
            baselines.extend(group.baseline.take());
        }
        fail_on.push(arguments.findings.fail_on.unwrap_or(group.fail_on));
        whole.take_in(&mut group, &arguments.scope, None);
    }
    Ok(OneSide { whole, baselines, fail_on })
}

/// What could not be read without the patch and can be with it: what is found there may not be new.
fn of_before(before: &[Problem], after: &[Problem]) -> Vec<Problem> {
    let is_failure = |problem: &&Problem| problem.kind == ProblemKind::Failure;
    let is_known = |problem: &Problem| {
        after.iter().any(|it| it.message == problem.message && it.path == problem.path)
    };
    let only_before = before.iter().filter(is_failure).filter(|problem| !is_known(problem));
    let told = only_before.map(|problem| Problem {
        span: None,
        message: format!("without the patch: {}", problem.message),
        ..problem.clone()
    });
    told.collect()
}

/// What the patch changes of commands that are there already.
struct Changed {
    versions: Versions,
    checked: Checked,
}

impl Changed {
    /// Compares both sides as `ioctl-lint diff` does; nothing where there is nothing to compare, or where one
    /// side cannot be read, which the check reports. What C source defines is for the driver alone.
    fn between(arguments: &Arguments, plan: &Plan, tree: &Tree) -> Result<Option<Self>, Failure> {
        let is_shared = |path: &&PathBuf| path.extension().is_none_or(|ending| ending != "c");
        let shared = |side: &Side| -> Vec<PathBuf> {
            side.paths.iter().filter(is_shared).cloned().collect()
        };
        let (before, after) = (shared(&plan.before), shared(&plan.after));
        if before.is_empty() {
            return Ok(None);
        }
        let configured = after.first().or(before.first());
        let configured = configured.map_or(Path::new("."), PathBuf::as_path);
        let roots = vec![tree.shown_root().to_owned()];
        let read = |paths: &[PathBuf], side: &Side| -> Result<Option<Read>, Failure> {
            let options = &arguments.scope.reading;
            if paths.is_empty() {
                return side::nothing(options, configured, RawNumbers::Wanted).map(Some);
            }
            let mut group = options.group_as(configured, paths, RawNumbers::Wanted)?;
            group.lay_over(&side.overlay);
            // Patches of a series, and of a day, are often for the same headers.
            group.read_through(arguments.scope.cache.cache());
            Ok(side::read(group, roots.clone(), None).ok())
        };
        let (old, new) = rayon::join(|| read(&before, &plan.before), || read(&after, &plan.after));
        let (Some(mut old), Some(new)) = (old?, new?) else { return Ok(None) };
        let selection = arguments.scope.selection()?;
        let levels = match new.config.or(old.config) {
            Some(config) => Levels::new(&config, selection)?,
            None => Levels::of_selection(selection),
        };
        // Patches call the old files so.
        let prefix = name_of_old(tree.root());
        old.version.interface.sources.rename(|path| match path.strip_prefix(tree.shown_root()) {
            Ok(below) if below.is_relative() => Path::new(prefix).join(below),
            _ => path.to_owned(),
        });
        old.version.roots = vec![prefix.into()];
        let mut versions = Versions::new(old.version, new.version);
        let mut checked = diff::check_introduced(&versions, &levels);
        let format = arguments.findings.format;
        if matches!(format, Format::Sarif | Format::Github | Format::Gitlab) {
            versions.move_into_new(&mut checked.findings, &format!("{prefix}/"));
        }
        Ok(Some(Self { versions, checked }))
    }

    fn add_to(self, whole: &mut Whole) {
        let Self { versions, checked } = self;
        let Interface { sources, .. } = versions.into_new();
        whole.sources.append(sources);
        whole.report.findings.extend(checked.findings);
        whole.summary.suppressed += checked.suppressed;
        whole.report.rules.extend(checked.rules);
    }
}

/// The first of the names for the old files' folder that no folder of the tree has.
fn name_of_old(root: &Path) -> &'static str {
    let names = ["a", "old", "without-the-patch"];
    names.into_iter().find(|name| !root.join(name).exists()).unwrap_or("without-this-patch")
}
