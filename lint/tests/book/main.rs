//! What the pages show is what the linter prints.
//!
//! A block of code with a name behind its language (`c foo.h`) is a file; the commands of a `console` block with
//! output are run beside the files above it on the page. `…` stands for any text in a line, and on a line of its own
//! for any lines. A block that cannot be run everywhere has a comment above it: `<!-- not run: the reason -->`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod page;
mod screen;

use std::path::{Path, PathBuf};
use std::process::Command;

use page::{Block, Page};

const LINT: &str = env!("CARGO_BIN_EXE_ioctl-lint");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The README, and the pages that people wrote.
fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// What a line of shell prints in a folder, where `ioctl-lint` is the one that was built.
fn printed(line: &str, folder: &Path, cache: &Path) -> String {
    let own = Path::new(LINT).parent().unwrap().display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    // Messages for people go to standard error.
    shell.args(["-c", &format!("{{ {line}\n}} 2>&1")]).current_dir(folder);
    shell.env("PATH", path).env("XDG_CACHE_HOME", cache).env("COLUMNS", "100");
    shell.env_remove("CLICOLOR_FORCE").env_remove("IOCTL_LINT_OPTIONS");
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

#[test]
fn examples_print_what_the_pages_show() {
    let mut run = 0;
    let mut wrong = Vec::new();
    let cache = tempfile::tempdir().unwrap();
    for path in pages() {
        let page = Page::read(&path);
        let folder = tempfile::tempdir().unwrap();
        for block in &page.blocks {
            match block {
                Block::File { name, text } => {
                    std::fs::write(folder.path().join(name), text).unwrap();
                }
                Block::Session(commands) => {
                    for (line, expected) in commands {
                        let said = printed(line, folder.path(), cache.path());
                        run += 1;
                        if !page::fits(expected, &said) {
                            let page = path.display();
                            wrong.push(format!("{page}: $ {line}\n{said}"));
                        }
                    }
                }
                Block::NotRun { .. } => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run >= 5, "{run}");
}

#[test]
fn what_is_not_run_says_why() {
    for path in pages() {
        for block in Page::read(&path).blocks {
            if let Block::NotRun { reason } = block {
                assert!(reason.len() > 10, "{}: {reason}", path.display());
            }
        }
    }
}

#[test]
fn dots_stand_for_any_text_and_any_lines() {
    let text = "a 12 b\nc\nd\ne\n";
    assert!(page::fits("a … b\n…\ne\n", text));
    assert!(page::fits("…\ne\n", text));
    assert!(page::fits("a 12 b\n…", text));
    assert!(!page::fits("a … c\n…\n", text));
    assert!(!page::fits("a 12 b\nc\n", text));
    assert!(!page::fits("…\nc\n", text));
    assert!(page::fits("a … b\nc\nd\n…\ne", text));
}
