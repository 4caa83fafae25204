//! Problems with the patch itself.

use std::path::{Path, PathBuf};

use ioctl_lint::patch::series::{Misfit, Why};
use ioctl_lint::patch::{Change, Mistake, PatchLine};
use ioctlkit_model::{Problem, ProblemKind};
use ioctlkit_report::visible::{self, ShownPath as _};

use super::super::standard_input::is_standard_input;
use super::tree::{Refused, Tree};

/// How many problems are listed; the rest is counted. A stranger's patch may have a million.
const MOST: usize = 50;

/// Problems with a patch, each with its place in it.
#[derive(Debug)]
pub(super) struct Said {
    /// None for standard input.
    file: Option<PathBuf>,
    problems: Vec<Problem>,
    more: usize,
}

impl Said {
    pub(super) fn of(file: &Path) -> Self {
        let file = (!is_standard_input(file)).then(|| file.to_owned());
        Self { file, problems: Vec::new(), more: 0 }
    }

    /// What the patch is called.
    pub(super) fn name(&self) -> String {
        self.file.as_ref().map_or_else(|| "standard input".into(), |file| file.shown())
    }

    fn say(&mut self, kind: ProblemKind, place: &PatchLine, message: &str, help: Option<&str>) {
        if self.problems.len() >= MOST {
            self.more += 1;
            return;
        }
        let of = match &self.file {
            Some(_) => "",
            None => " of standard input",
        };
        let mail = match &place.subject {
            Some(subject) => format!(" (“{}”)", visible::in_lines(&shortened(subject))),
            None => String::new(),
        };
        self.problems.push(Problem {
            kind,
            path: self.file.clone(),
            span: None,
            message: format!("{place}{of}{mail}: {message}"),
            help: help.map(str::to_owned),
        });
    }

    pub(super) fn mistakes(&mut self, mistakes: &[Mistake]) {
        for Mistake { place, message, help } in mistakes {
            self.say(ProblemKind::Failure, place, message, *help);
        }
    }

    pub(super) fn not_read(&mut self, change: &Change, what: &str) {
        let message = format!("{} {what}", written(change));
        self.say(ProblemKind::Incomplete, &change.place, &message, None);
    }

    pub(super) fn refused(&mut self, change: &Change, refused: Refused) {
        let message = format!("{} {}, and was not read", written(change), refused.words());
        self.say(ProblemKind::Failure, &change.place, &message, None);
    }

    pub(super) fn misfits(&mut self, misfits: &[Misfit], tree: &Tree) {
        for Misfit { place, path, why } in misfits {
            let name = tree.shown(path).shown();
            let message = match (tree.why_unread(path), why) {
                (Some(reason), _) => {
                    format!("cannot read {name}, which the patch changes: {reason}")
                }
                (None, Why::NoSuchLines) => format!(
                    "this hunk does not apply to {name}, which does not have it already either; it \
                     was left out"
                ),
                (None, Why::NoSuchFile) => {
                    format!("{name} is not in the tree; this change was left out")
                }
                (None, Why::Exists) => {
                    format!("{name} is in the tree with another text; this change was left out")
                }
                (None, Why::TooMuch) => {
                    format!(
                        "it took too long to find where this belongs in {name}; it was left out"
                    )
                }
            };
            let help = "check out the version that the patch is for, or name its folder as PATH";
            self.say(ProblemKind::Failure, place, &message, Some(help));
        }
    }

    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        if self.more > 0 {
            self.problems.push(Problem {
                kind: ProblemKind::Failure,
                path: self.file.clone(),
                span: None,
                message: format!("{} more places of the patch could not be used", self.more),
                help: None,
            });
        }
        self.problems
    }
}

/// The name of a change's file as the patch has it.
fn written(change: &Change) -> String {
    let name = change.new.as_ref().or(change.old.as_ref());
    name.map_or_else(String::new, |name| name.as_written().shown())
}

fn shortened(subject: &str) -> String {
    const LONGEST: usize = 60;
    match subject.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &subject[..at]),
        None => subject.to_owned(),
    }
}
