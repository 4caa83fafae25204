//! What there is to say of one version of a text.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ioctlkit_model::{FileId, Finding, Interface, Problem, ProblemKind, SourceMap, Span};
use ioctlkit_sources::Overlay;

use super::lines::Lines;
use crate::cli::check::{Judged, Scope};

/// What was read of a text, and what the rules say of it.
#[derive(Default)]
pub(super) struct Analysis {
    pub(super) parts: Vec<Part>,
    /// Why nothing was read.
    pub(super) failed: Vec<Problem>,
    /// The texts that `failed` has places in.
    pub(super) sources: SourceMap,
    /// The files that were read, as absolute paths.
    files: BTreeSet<PathBuf>,
}

/// What was read in one language.
pub(super) struct Part {
    pub(super) interface: Interface,
    pub(super) findings: Vec<Finding>,
    pub(super) problems: Vec<Problem>,
    /// The document's own text, as often as it was read: a driver's is read by several front ends.
    own: BTreeSet<FileId>,
}

impl Analysis {
    /// Judges a file by its configuration, with texts that are not on disk. A rule that panics costs this one
    /// version of this one text.
    pub(super) fn of(scope: &Scope, path: &Path, overlay: &Overlay) -> Self {
        let judged = catch_unwind(AssertUnwindSafe(|| Self::judge(scope, path, overlay)));
        judged.unwrap_or_else(|_| {
            let problem = Problem {
                kind: ProblemKind::Failure,
                path: Some(path.to_owned()),
                span: None,
                message: "ioctl-lint failed on this text, and has nothing to say of it".into(),
                help: Some("please report it with the text".into()),
            };
            Self { failed: vec![problem], ..Self::default() }
        })
    }

    fn judge(scope: &Scope, path: &Path, overlay: &Overlay) -> Self {
        match scope.judge(path, overlay) {
            Ok(judged) => {
                let parts: Vec<Part> =
                    judged.into_iter().map(|judged| Part::of(judged, path)).collect();
                let files = parts.iter().flat_map(|part| part.interface.sources.iter());
                let files = files.map(|(_, file)| file.path.clone()).collect();
                Self { parts, files, ..Self::default() }
            }
            Err(failure) => {
                let (failed, sources) = failure.into_problems();
                Self { failed, sources, ..Self::default() }
            }
        }
    }

    /// Whether a file was read for this.
    pub(super) fn has_read(&self, path: &Path) -> bool {
        self.files.contains(path)
    }
}

impl Part {
    fn of(judged: Judged, path: &Path) -> Self {
        let Judged { interface, checked, problems, .. } = judged;
        let own = interface.sources.iter().filter(|(_, file)| file.path == path);
        let own = own.map(|(id, _)| id).collect();
        Self { findings: checked.findings, problems, own, interface }
    }

    /// Whether a place is in the document.
    pub(super) fn owns(&self, span: Span) -> bool {
        self.own.contains(&span.file)
    }
}

/// Places in the texts of a map, as editors count them.
pub(super) struct Places<'a> {
    sources: &'a SourceMap,
    lines: BTreeMap<FileId, Lines>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a SourceMap) -> Self {
        Self { sources, lines: BTreeMap::new() }
    }

    /// The file of a span, and the range in it.
    pub(super) fn of(&mut self, span: Span) -> (&'a Path, lsp_types::Range) {
        let file = self.sources.file(span.file);
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::of(&file.text));
        (&file.path, lines.range(&file.text, span.start as usize..span.end as usize))
    }
}
