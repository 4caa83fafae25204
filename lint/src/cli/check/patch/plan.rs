//! What is read for a patch: as little as tells what it introduces.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctl_lint::patch::series::{Settled, Sides, Text};
use ioctlkit_sources::Overlay;

use super::super::Arguments;
use super::super::summary::counted;
use super::counted_are;
use super::neighbours::{Including, including, is_exported, speaks_of_ioctl};
use super::tree::Tree;

/// The files on both sides of a patch.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) before: Side,
    pub(super) after: Side,
    /// How many files of the patch are judged.
    judged: usize,
    /// How many are not: they have nothing to do with ioctls.
    others: usize,
    /// The headers that are read because they include one of the patch.
    including: Including,
    /// Whether somebody named headers to compare with.
    is_compared: bool,
    has_headers: bool,
}

/// The files on one side of a patch.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// The files of the patch that are there, and those that include them.
    pub(super) paths: Vec<PathBuf>,
    /// What is not so on disk.
    pub(super) overlay: Overlay,
}

impl Plan {
    pub(super) fn of(arguments: &Arguments, settled: &Settled, tree: &Tree, others: usize) -> Self {
        let changed = settled.files.iter().filter(|(_, sides)| sides.before != sides.after);
        let changed: Vec<(&PathBuf, &Sides)> = changed.collect();
        let is_header = |path: &Path| path.extension().is_some_and(|ending| ending == "h");
        let headers: BTreeSet<PathBuf> = changed
            .iter()
            .map(|(path, _)| (*path).clone())
            .filter(|path| is_header(path))
            .collect();
        let including = including(tree, &headers);
        let speaks = |text: &Text| text.as_deref().is_some_and(speaks_of_ioctl);
        // A header that defines no command may define what one carries that includes it.
        let is_wanted = |(path, sides): &&(&PathBuf, &Sides)| {
            speaks(&sides.before)
                || speaks(&sides.after)
                || (is_header(path) && (is_exported(path) || !including.headers.is_empty()))
                || path.extension().is_some_and(|ending| ending == "rs")
        };
        let wanted: Vec<&PathBuf> =
            changed.iter().filter(is_wanted).map(|(path, _)| *path).collect();
        let mut plan = Self {
            judged: wanted.len(),
            others: others + changed.len() - wanted.len(),
            has_headers: wanted.iter().any(|path| is_header(path)),
            ..Self::default()
        };
        for (path, Sides { before, after }) in &changed {
            let is_wanted = wanted.contains(path);
            for (side, text) in [(&mut plan.before, before), (&mut plan.after, after)] {
                side.take(&tree.shown(path), text, tree.on_disk(path), is_wanted);
            }
        }
        if wanted.is_empty() {
            return plan;
        }
        let compared = arguments.scope.paths.iter().filter(|path| !tree.is_root(path));
        let compared: Vec<PathBuf> = compared.map(|path| tree.respelled(path)).collect();
        plan.is_compared = !compared.is_empty();
        let more: Vec<PathBuf> = including.headers.iter().map(|path| tree.shown(path)).collect();
        plan.including = including;
        for side in [&mut plan.before, &mut plan.after] {
            side.paths.extend(more.iter().chain(&compared).cloned());
        }
        plan
    }

    /// Whether nothing in the patch is judged.
    pub(super) fn is_empty(&self) -> bool {
        self.judged == 0
    }

    /// What was read, and what was not, a sentence for each.
    pub(super) fn in_words(&self, patch: &[u8]) -> Vec<String> {
        if patch.trim_ascii().is_empty() {
            return vec!["the patch is empty".into()];
        }
        if self.is_empty() {
            return vec!["the patch changes no file that has to do with ioctls".into()];
        }
        let mut said = Vec::new();
        let files = counted(self.judged, "file");
        let including = match self.including.headers.len() {
            0 => String::new(),
            1 => ", with 1 header that includes what it changes".into(),
            count => format!(", with {count} headers that include what it changes"),
        };
        let others = match self.others {
            0 => String::new(),
            count => format!("; {} not about ioctls", counted_are(count, "other file")),
        };
        said.push(format!("judged {files} of the patch{including}{others}"));
        if self.including.is_partial {
            said.push(
                "the tree has too many headers to look for all that include what the patch changes"
                    .into(),
            );
        }
        if self.has_headers && !self.is_compared {
            said.push(
                "numbers were not compared with those of other headers; name a folder of headers to \
                 have it done"
                    .into(),
            );
        }
        said
    }
}

impl Side {
    fn take(&mut self, path: &Path, text: &Text, on_disk: Option<&Text>, is_wanted: bool) {
        if Some(text) != on_disk {
            match text {
                Some(text) => self.overlay.put(path, text.clone()),
                None => self.overlay.remove(path),
            }
        }
        if is_wanted && text.is_some() {
            self.paths.push(path.to_owned());
        }
    }
}
