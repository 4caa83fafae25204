//! Paths as programs that read a report know them: from the root of the repository.

use std::path::{Path, PathBuf};

use ioctl_lint::{config, files};

/// Names files by their paths from the root of the repository that the run is in, wherever it was started;
/// without a repository, from the folder of its configuration, else from the current folder. What lies
/// elsewhere has an absolute path.
pub(super) struct FromRoot {
    here: PathBuf,
    root: PathBuf,
}

impl FromRoot {
    /// Of the current folder; none where that is gone.
    pub(super) fn of_current_folder() -> Option<Self> {
        let here = std::env::current_dir().ok()?;
        Some(Self { root: root_around(&here), here })
    }

    /// The path of a file that is named from the current folder.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        below(path, &self.here, &self.root)
    }
}

fn root_around(here: &Path) -> PathBuf {
    let repository = here.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok());
    let configured = || config::find(here).and_then(|file| Some(file.parent()?.to_owned()));
    repository.map(Path::to_owned).or_else(configured).unwrap_or_else(|| here.to_owned())
}

fn below(path: &Path, here: &Path, root: &Path) -> PathBuf {
    let absolute = files::normalised(&here.join(path));
    match absolute.strip_prefix(root) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
        _ if path.is_absolute() => path.to_owned(),
        _ => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_wherever_the_run_was_started() {
        let of = |path: &str, here: &str| {
            below(Path::new(path), Path::new(here), Path::new("/r")).display().to_string()
        };
        assert_eq!(of("include/a.h", "/r"), "include/a.h");
        assert_eq!(of("./include/../include/a.h", "/r"), "include/a.h");
        assert_eq!(of("a.h", "/r/include"), "include/a.h");
        assert_eq!(of("../b.h", "/r/include"), "b.h");
        assert_eq!(of("/r/include/a.h", "/r/include"), "include/a.h");
        assert_eq!(of("/usr/include/a.h", "/r"), "/usr/include/a.h");
        assert_eq!(of("../../other/a.h", "/r/include"), "/other/a.h");
    }
}
