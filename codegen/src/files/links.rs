//! Symbolic links on the way to a file.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The first symbolic link on the way to `path` that whoever made the folder may have put there: at
/// or below `root`, or below the working folder. How a user comes to the latter is their own affair.
///
/// # Errors
/// The working folder that is gone.
pub(super) fn on_the_way(root: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    let here = env::current_dir()?;
    let mut ancestors: Vec<&Path> =
        path.ancestors().filter(|p| !p.as_os_str().is_empty()).collect();
    ancestors.reverse();
    let is_link = |path: &&&Path| fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
    let is_theirs = |link: &&&Path| link.starts_with(root) || is_below(link, &here);
    Ok(ancestors.iter().filter(is_link).find(is_theirs).map(|link| link.to_path_buf()))
}

fn is_below(link: &Path, here: &Path) -> bool {
    let folder = link.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
    folder.is_ok_and(|folder| folder.starts_with(here))
}
