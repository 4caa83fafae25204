//! What an earlier attempt to read the same files has taught.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ioctlkit_model::{Problem, ProblemKind};

/// Files that are read with caution, or not at all. A path is that of the request, or one found below
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caution {
    /// One of these ended the process that read them: each is read by itself, and nothing beside it,
    /// so that it shows which one.
    pub alone: BTreeSet<PathBuf>,
    /// These did, and why they are left out.
    pub avoided: BTreeMap<PathBuf, String>,
}

impl Caution {
    /// Whether one file at a time is read.
    pub(crate) fn is_slow(&self) -> bool {
        !self.alone.is_empty()
    }

    /// Why a file is left out, if it is.
    pub(crate) fn avoids(&self, path: &Path) -> Option<Problem> {
        let reason = self.avoided.get(path)?;
        Some(Problem {
            kind: ProblemKind::Failure,
            path: Some(path.to_owned()),
            span: None,
            message: format!("{reason}; the file was left out"),
            help: Some("everything else was read without it".into()),
        })
    }
}
