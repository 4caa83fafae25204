//! One edit, tried in memory before an editor makes it.

use std::path::{Path, PathBuf};

use ioctl_lint::fixes::proof::violations;
use ioctl_lint::fixes::{Plan, Texts, Touched, Touching};
use ioctlkit_sources::Overlay;

use super::session::State;
use crate::cli::check::{Scope, Whole};
use crate::cli::failure::Failure;

impl Scope {
    /// What an edit in the file at `path`, or in what that includes, would do that it must not, as a clause: "it
    /// would …". None where it does what it promises.
    ///
    /// # Errors
    /// What is wrong with the configuration or its baseline.
    pub(in crate::cli) fn objection(
        &self,
        path: &Path,
        overlay: &Overlay,
        plan: &Plan,
    ) -> Result<Option<String>, Failure> {
        let before = self.state(path, overlay)?;
        let mut edited = overlay.clone();
        let texts = Texts::default().with(std::slice::from_ref(plan), |path| before.text(path));
        for (path, _, now) in texts.changed() {
            edited.put(path, now);
        }
        let after = self.state(path, &edited)?;
        let touching: Vec<Touching<'_>> =
            before.parts.iter().map(|part| Touching::of(&part.interface)).collect();
        let touched = Touched::by(plan, &touching);
        let found = violations(&before.reading(), &after.reading(), &[(plan, &touched)]);
        Ok(found.into_iter().next().map(|violation| violation.message))
    }

    fn state(&self, path: &Path, overlay: &Overlay) -> Result<State, Failure> {
        let paths: [PathBuf; 1] = [path.to_owned()];
        let mut whole = Whole::default();
        // What a file is depends on its text.
        for mut prepared in overlay.during(|| self.prepare(&paths))? {
            prepared.read_baseline()?;
            prepared.group.lay_over(overlay);
            whole.take_in(&mut prepared, self, None);
        }
        Ok(State { whole, parts: self.read_with_all_definitions(&paths, overlay)? })
    }
}
