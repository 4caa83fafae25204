//! The book: the pages in `docs/`, and those elsewhere that its summary names, made by mdBook.

mod links;
mod source;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use xtask::run;

/// The version that makes the book.
const MDBOOK: &str = "0.5.4";

const SETTINGS: &str = r#"[book]
title = "ioctlkit"
description = "Linux ioctl interfaces that are right on every architecture"
language = "en"
src = "src"

[output.html]
git-repository-url = "https://github.com/ioctlkit/ioctlkit"
no-section-label = true

[output.html.print]
enable = false

[output.html.fold]
enable = true
level = 0

[output.html.search]
limit-results = 20
"#;

/// Makes the book in `target/book`; no link in it may be broken.
pub(crate) fn run() -> Result<()> {
    let folder = run::target()?.join("book");
    let _ = fs::remove_dir_all(&folder);
    let pages = source::write(run::root(), &folder.join("src"))?;
    let broken = links::broken(&folder.join("src"))?;
    if !broken.is_empty() {
        bail!("links of the book lead nowhere:\n  {}", broken.join("\n  "));
    }
    fs::write(folder.join("book.toml"), SETTINGS)?;
    let mdbook = installed()?;
    run::succeed(
        Command::new(mdbook).arg("build").arg(&folder).arg("--dest-dir").arg(folder.join("html")),
    )?;
    println!("{pages} pages: {}", folder.join("html/index.html").display());
    Ok(())
}

/// mdBook, installed into the target folder if it is not there.
fn installed() -> Result<PathBuf> {
    let root = run::target()?.join("tools");
    let program = root.join("bin/mdbook");
    let version = run::output(&program.display().to_string(), &["--version"]).unwrap_or_default();
    if !version.contains(MDBOOK) {
        let mut install = run::cargo();
        install.args(["install", "--locked", "--force", "mdbook", "--version", MDBOOK, "--root"]);
        run::succeed(install.arg(&root).current_dir(Path::new("/")))?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_between_pages_of_the_repository_is_broken() {
        let broken = links::broken(run::root()).unwrap();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    #[test]
    fn the_summary_names_every_page_and_no_link_of_the_book_is_broken() {
        let folder = std::env::temp_dir().join(format!("xtask-book-{}", std::process::id()));
        let pages = source::write(run::root(), &folder).unwrap();
        assert!(pages > 100, "{pages}");
        let broken = links::broken(&folder).unwrap();
        assert!(broken.is_empty(), "{broken:#?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
