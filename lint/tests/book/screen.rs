//! The picture in the README is what a terminal shows. `cargo xtask docs --write` draws it again.

use std::fs;
use std::process::Command;

use anstyle_svg::Term;

use crate::page::{Block, Page};
use crate::{LINT, root};

/// Set by `cargo xtask docs --write`.
const WRITE: &str = "IOCTLKIT_WRITE_SCREEN";

#[test]
fn the_picture_shows_what_a_terminal_shows() {
    let page = Page::read(&root().join("docs/start.md"));
    let file = page.blocks.iter().find_map(|block| match block {
        Block::File { name, text } => Some((name, text)),
        _ => None,
    });
    let (name, text) = file.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let mut check = Command::new(LINT);
    check.args(["check", "--color", "always", "--no-cache", name]).current_dir(folder.path());
    let output = check.env("COLUMNS", "100").output().unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    // The first finding; how long it took is another matter each time.
    let finding = said.split("\n\n").next().unwrap();
    let svg = Term::new().render_svg(&format!("$ ioctl-lint check {name}\n{finding}\n"));
    let path = root().join("docs/screen.svg");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, svg).unwrap();
    } else {
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == svg, "docs/screen.svg is another: run `cargo xtask docs --write`");
    }
}
