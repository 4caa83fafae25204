//! Where the new crate's `ioctlkit` comes from.

use std::fs;
use std::path::{Path, PathBuf};

use ioctlkit_sources::reading::{self, limit};

/// Where the new crate's `ioctlkit` comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependency {
    /// crates.io.
    Registry,
    /// This folder, which holds the crate; a file outside of version control tells cargo.
    Folder(PathBuf),
}

impl Dependency {
    /// The crate in `folder`, or in the folder `ioctlkit` of that.
    ///
    /// # Errors
    /// That neither holds the crate, or that cargo cannot be told its path; for people.
    pub fn in_folder(folder: &Path) -> Result<Self, String> {
        let folder = [folder.to_owned(), folder.join("ioctlkit")]
            .into_iter()
            .find(|folder| holds_ioctlkit(folder))
            .and_then(|folder| fs::canonicalize(folder).ok())
            .ok_or("neither this folder nor one `ioctlkit` in it holds that crate")?;
        match folder.to_str() {
            Some(text) if !text.contains(char::is_control) => Ok(Self::Folder(folder)),
            _ => Err("its path is not text that a manifest can hold".into()),
        }
    }

    /// The sources that this program was built from, if they are still there; crates.io otherwise.
    pub fn as_built() -> Self {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Self::in_folder(&beside).unwrap_or(Self::Registry)
    }
}

fn holds_ioctlkit(folder: &Path) -> bool {
    reading::read_text(&folder.join("Cargo.toml"), limit::SOURCE)
        .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == "name = \"ioctlkit\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_is_found_in_its_folder_and_in_the_one_above() {
        let root = tempfile::tempdir().unwrap();
        for name in ["ioctlkit", "ioctl-lint"] {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("Cargo.toml"), format!("[package]\nname = \"{name}\"\n"))
                .unwrap();
        }
        let found = Dependency::in_folder(root.path());
        assert!(matches!(&found, Ok(Dependency::Folder(path)) if path.ends_with("ioctlkit")));
        assert_eq!(found, Dependency::in_folder(&root.path().join("ioctlkit")));
        assert!(Dependency::in_folder(&root.path().join("ioctl-lint")).is_err());
        assert!(Dependency::in_folder(Path::new("/nowhere")).is_err());
    }
}
