//! What comes with the programs, and archives that are the same for the same files.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::programs::{self, Programs};
use xtask::run;

/// Where completions go below `share`, for each shell.
pub(super) struct Completions {
    pub(super) bash: &'static str,
    pub(super) fish: &'static str,
    pub(super) zsh: &'static str,
}

/// Fills a folder with `bin`, and `share` with manual pages and completions.
pub(super) fn lay_out(prefix: &Path, programs: &Programs, at: &Completions) -> Result<()> {
    for name in programs::names() {
        let program = prefix.join("bin").join(name);
        copy(&programs.path(name), &program)?;
        // A wheel is unpacked without its files' modes.
        fs::set_permissions(&program, Permissions::from_mode(0o755))?;
        let share = prefix.join("share");
        write(&share.join(format!("man/man1/{name}.1")), &programs::says(name, &["man"])?)?;
        for (shell, file) in [
            ("bash", format!("{}/{name}", at.bash)),
            ("fish", format!("{}/{name}.fish", at.fish)),
            ("zsh", format!("{}/_{name}", at.zsh)),
        ] {
            write(&share.join(file), &programs::says(name, &["completions", shell])?)?;
        }
    }
    Ok(())
}

/// Copies a file of the repository or of the build; its folder is made.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// Writes a file; its folder is made.
pub(super) fn write(to: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
    fs::write(to, text).with_context(|| format!("cannot write {}", to.display()))
}

/// When the last commit was made, in seconds since 1970: what is made of the same commit is the same.
pub(super) fn time_of_commit() -> Result<String> {
    let root = run::root().display().to_string();
    let time = run::output("git", &["-C", &root, "log", "-1", "--format=%ct"]);
    Ok(time.context("this is no git repository")?.trim().to_owned())
}

/// Packs a folder below `parent` with xz.
pub(super) fn pack(parent: &Path, folder: &str, archive: &Path) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.arg("--directory").arg(parent);
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go+r-w"]);
    tar.arg(format!("--mtime=@{}", time_of_commit()?));
    tar.arg("--create").arg("--xz").arg("--file").arg(archive).arg(folder);
    run::succeed(&mut tar)
}
