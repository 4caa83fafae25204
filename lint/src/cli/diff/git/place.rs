//! Where a repository is, and that it is its own: what is compared must not come from another one that
//! a stranger's files lead to.

use std::path::{Path, PathBuf};

use ioctlkit_sources::reading;

use super::command::Git;
use crate::cli::failure::Failure;
use ioctlkit_report::visible::ShownPath as _;

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

/// Whether a folder is a repository without a work tree. One that lies in a tree with a repository of its
/// own is what that brought along, and not to be trusted.
pub(super) fn is_bare(folder: &Path) -> bool {
    let is_file =
        |name: &str| folder.join(name).symlink_metadata().is_ok_and(|data| data.is_file());
    let is_folder =
        |name: &str| folder.join(name).symlink_metadata().is_ok_and(|data| data.is_dir());
    let is_inside = || {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        folder.ancestors().any(|above| above.join(".git").symlink_metadata().is_ok())
    };
    is_file("HEAD")
        && is_file("config")
        && is_folder("objects")
        && is_folder("refs")
        && !is_inside()
}

/// The folder of a repository without a work tree.
pub(super) fn bare_root(folder: &Path) -> Result<PathBuf, Failure> {
    let question = ["rev-parse", "--is-bare-repository", "--absolute-git-dir", "--git-common-dir"];
    let answer = Git::at_bare(folder).output(&question)?;
    let [is_bare, kept, common] = answer.lines().collect::<Vec<_>>()[..] else {
        return Err(Failure::new("the path of the repository has a line break"));
    };
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    let is_own = same(folder, Path::new(kept)) && same(folder, &folder.join(common));
    if is_bare == "true" && is_own && stays_inside(folder) {
        return folder.canonicalize().map_err(|error| Failure::of_io("cannot find it", &error));
    }
    Err(Failure::new(format!("{} is kept elsewhere, or has a work tree", folder.shown()))
        .help("name a path in its work tree, or two folders instead"))
}

/// Whether no link leads out of what git keeps.
fn stays_inside(folder: &Path) -> bool {
    OWN.iter()
        .map(|name| folder.join(name))
        .all(|path| path.symlink_metadata().is_err() || reading::stays_in_folder(&path).is_ok())
}

/// Whether what git found at `root` is kept there, or knows that it is a work tree of it.
fn is_own(root: &Path, kept: &Path, common: &Path) -> bool {
    let at = root.join(".git");
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    let Ok(entry) = at.symlink_metadata() else { return false };
    if entry.is_dir() {
        return same(&at, kept) && same(common, kept) && stays_inside(kept);
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
    (is_worktree || is_submodule) && stays_inside(kept) && stays_inside(common)
}
