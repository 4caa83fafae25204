//! A kernel's source tree, which is a stranger's: little of it is read, no link in it is followed, and
//! nothing in it is run.

use std::fs;
use std::path::{Path, PathBuf};

use super::kept::refuse_changed_by_mail;
use super::refusal::Refusal;
use crate::{describe, read_below};

/// The root of a kernel's source tree.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree at a path.
    ///
    /// # Errors
    /// A folder that is not there, or holds no kernel.
    pub fn at(path: &Path) -> Result<Self, Refusal> {
        let found = path.canonicalize();
        let root = found.map_err(|error| Refusal::of(path, describe(&error)))?;
        let is_file = |name: &&str| root.join(name).is_file();
        match ["MAINTAINERS", "Kbuild", "include/uapi/linux/ioctl.h"].iter().find(|n| !is_file(n)) {
            None => Ok(Self { root }),
            Some(missing) => {
                Err(Refusal::of(path, format!("is no kernel's source: {missing} is missing"))
                    .help("name the folder that holds the kernel's MAINTAINERS and Kbuild"))
            }
        }
    }

    /// The tree's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file that the series changes.
    pub(super) fn read(&self, path: &str) -> Result<String, Refusal> {
        let full = self.root.join(path);
        let bytes = read_below(&self.root, &full)
            .map_err(|error| Refusal::of(&full, format!("cannot read: {}", describe(&error))))?;
        let bytes = bytes.ok_or_else(|| Refusal::of(&full, "is missing: the series changes it"))?;
        let text = String::from_utf8(bytes).map_err(|_| Refusal::of(&full, "is not UTF-8"))?;
        refuse_changed_by_mail(&full, &text)?;
        Ok(text)
    }

    /// Refuses a file or folder that is there already.
    pub(super) fn refuse_existing(&self, path: &str) -> Result<(), Refusal> {
        let full = self.root.join(path);
        let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
        if is_there(&full) {
            return Err(Refusal::of(&full, "is there already: nothing was made")
                .help("give the driver another name with `--name`, or remove what is there"));
        }
        // A link further up would lead the new file elsewhere.
        let above = full.ancestors().skip(1).take_while(|above| above.starts_with(&self.root));
        for folder in above.filter(|folder| is_there(folder)) {
            if !fs::symlink_metadata(folder).is_ok_and(|data| data.is_dir()) {
                return Err(Refusal::of(folder, "is no folder, and no link is followed"));
            }
        }
        Ok(())
    }
}
