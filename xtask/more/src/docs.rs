//! The rules' pages: written from the rules, or compared with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use xtask::run;

/// What to do with the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write them.
    Write,
    /// Fail where they are not what would be written.
    Check,
}

/// `--write` or `--check`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ModeArguments {
    /// Writes the pages.
    #[arg(long)]
    write: bool,
    /// Fails where a page is not what `--write` would write.
    #[arg(long)]
    check: bool,
}

impl ModeArguments {
    pub(crate) fn mode(&self) -> Mode {
        if self.write { Mode::Write } else { Mode::Check }
    }
}

/// Writes or checks `docs/rules/` and `docs/abis.md`, and writes the schema of a configuration and the README's picture.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let folder = run::root().join("docs/rules");
    let pages = ioctl_lint::docs::pages().into_iter().collect();
    match mode {
        Mode::Write => {
            let schema = run::root().join("schema/ioctl-lint.schema.json");
            fs::write(&schema, ioctl_lint::config_schema::text())
                .with_context(|| format!("cannot write {}", schema.display()))?;
            let abis = run::root().join("docs/abis.md");
            fs::write(&abis, ioctl_lint::docs::abis_page())
                .with_context(|| format!("cannot write {}", abis.display()))?;
            write(&folder, &pages)?;
            let mut screen = run::cargo();
            screen.args([
                "test",
                "--quiet",
                "--package",
                "ioctl-lint",
                "--test",
                "book",
                "--",
                "the_picture",
            ]);
            run::succeed(screen.env("IOCTLKIT_WRITE_SCREEN", "1"))
        }
        // A test of the linter compares the schema.
        Mode::Check => {
            let abis = fs::read_to_string(run::root().join("docs/abis.md")).unwrap_or_default();
            if abis != ioctl_lint::docs::abis_page() {
                bail!("run `cargo xtask docs --write`:\n  abis.md: differs from the table");
            }
            check(&folder, &pages)
        }
    }
}

fn write(folder: &Path, pages: &BTreeMap<String, String>) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for name in stale(folder, pages)? {
        fs::remove_file(folder.join(&name)).with_context(|| format!("cannot remove {name}"))?;
    }
    for (name, text) in pages {
        fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

fn check(folder: &Path, pages: &BTreeMap<String, String>) -> Result<()> {
    let mut wrong: Vec<String> =
        stale(folder, pages)?.into_iter().map(|name| format!("{name}: no such rule")).collect();
    for (name, text) in pages {
        match fs::read_to_string(folder.join(name)) {
            Ok(committed) if committed == *text => {}
            Ok(_) => wrong.push(format!("{name}: differs from the rule")),
            Err(_) => wrong.push(format!("{name}: missing")),
        }
    }
    if !wrong.is_empty() {
        bail!("run `cargo xtask docs --write`:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}

/// The pages in the folder that no rule has.
fn stale(folder: &Path, pages: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", folder.display()));
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !pages.contains_key(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pages_are_those_of_the_rules() {
        run(Mode::Check).unwrap();
    }

    #[test]
    fn what_was_written_passes_the_check_and_any_change_fails_it() {
        let folder = std::env::temp_dir().join(format!("xtask-docs-{}", std::process::id()));
        let pages = BTreeMap::from([("A.md".to_owned(), "a\n".to_owned())]);
        assert!(check(&folder, &pages).unwrap_err().to_string().contains("A.md: missing"));
        write(&folder, &pages).unwrap();
        check(&folder, &pages).unwrap();
        fs::write(folder.join("A.md"), "b\n").unwrap();
        fs::write(folder.join("B.md"), "").unwrap();
        let words = check(&folder, &pages).unwrap_err().to_string();
        assert!(words.contains("A.md: differs") && words.contains("B.md: no such rule"), "{words}");
        write(&folder, &pages).unwrap();
        check(&folder, &pages).unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}
