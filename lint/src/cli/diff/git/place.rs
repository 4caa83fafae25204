//! Where a repository is, and that it is its own: what is compared must not come from another one that
//! a stranger's files lead to.

use std::path::{Path, PathBuf};

use ioctlkit_sources::reading;

use super::command::Git;
use crate::cli::failure::Failure;

/// Files of a repository that may not be links out of it.
const OWN: [&str; 6] = ["HEAD", "commondir", "config", "objects", "packed-refs", "refs"];

/// The most bytes of a file that holds one path.
const PATH_FILE: u64 = 64 << 10;

/// The folder of the work tree that a folder belongs to.
pub(super) fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let git = Git::at(folder);
    let question = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"];
    let answer = git
        .output(&question)
        .map_err(|error| error.help("`--rev` needs a git repository at the path or above it"))?;
    let [root, kept, common] = answer.lines().map(Path::new).collect::<Vec<_>>()[..] else {
        return Err(Failure::new("the path of the repository has a line break"));
    };
    // Relative to the folder where git was asked.
    if is_own(root, kept, &folder.join(common)) {
        return Ok(root.to_owned());
    }
    Err(Failure::new(format!(
        "the repository of {} is kept in {}, which does not know of it",
        root.display(),
        kept.display()
    ))
    .help("name two folders instead; `git worktree repair` mends a work tree that was moved"))
}

/// Whether what git found at `root` is kept there, or knows that it is a work tree of it.
fn is_own(root: &Path, kept: &Path, common: &Path) -> bool {
    let at = root.join(".git");
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    let inside = |folder: &Path| {
        OWN.iter()
            .map(|name| folder.join(name))
            .all(|path| path.symlink_metadata().is_err() || reading::stays_in_folder(&path).is_ok())
    };
    let Ok(entry) = at.symlink_metadata() else { return false };
    if entry.is_dir() {
        return same(&at, kept) && same(common, kept) && inside(kept);
    }
    if !entry.is_file() {
        return false;
    }
    // `git worktree add`: the repository has the path of this file.
    let names_it = reading::read_text(&kept.join("gitdir"), PATH_FILE)
        .is_ok_and(|path| same(&kept.join(path.trim_end()), &at));
    let of_repository = kept.parent().and_then(Path::parent);
    let is_worktree = names_it && of_repository.is_some_and(|folder| same(folder, common));
    // A submodule: its configuration has the path of the work tree.
    let config = kept.join("config").display().to_string();
    let question = ["config", "--no-includes", "--file", &config, "--get", "core.worktree"];
    let is_submodule = same(common, kept)
        && Git::at(root)
            .output(&question)
            .is_ok_and(|path| same(&kept.join(path.trim_end_matches('\n')), root));
    (is_worktree || is_submodule) && inside(kept) && inside(common)
}
