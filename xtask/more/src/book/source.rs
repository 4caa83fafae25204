//! The pages as mdBook reads them: all in one folder, with links that lead from one to another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::links::{self, Link};

/// Where what is no page of the book is read.
const REPOSITORY: &str = "https://github.com/ioctlkit/ioctlkit/blob/main";

/// Writes the book's source, and says how many pages it has.
pub(super) fn write(repository: &Path, to: &Path) -> Result<usize> {
    let docs = repository.join("docs");
    let summary =
        fs::read_to_string(docs.join("SUMMARY.md")).context("cannot read docs/SUMMARY.md")?;
    let book = Book::of(&summary, repository)?;
    for (page, name) in &book.names {
        let text = fs::read_to_string(repository.join(page))
            .with_context(|| format!("cannot read {}", page.display()))?;
        let text = book.linked(page, name, &text);
        write_below(to, name, &text)?;
    }
    for picture in fs::read_dir(&docs)?.collect::<std::io::Result<Vec<_>>>()? {
        if picture.path().extension().is_some_and(|end| end == "svg") {
            fs::copy(picture.path(), to.join(picture.file_name()))?;
        }
    }
    let summary = book.linked(Path::new("docs/SUMMARY.md"), Path::new("SUMMARY.md"), &summary);
    write_below(to, Path::new("SUMMARY.md"), &with_rules(&summary, &docs.join("rules"))?)?;
    Ok(book.names.len())
}

fn write_below(folder: &Path, name: &Path, text: &str) -> Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().context("a page is in a folder")?)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The pages by their paths in the repository, with their paths in the book.
struct Book {
    names: BTreeMap<PathBuf, PathBuf>,
}

impl Book {
    /// Those that the summary names, and the rules' pages. Every page of `docs` has to be among them.
    fn of(summary: &str, repository: &Path) -> Result<Self> {
        let linked =
            links::of(summary).into_iter().map(|link| Path::new("docs").join(link.destination));
        let mut names: BTreeMap<PathBuf, PathBuf> =
            linked.map(|path| resolved(&path)).map(|path| (path.clone(), name_of(&path))).collect();
        for page in links::pages(&repository.join("docs/rules"))? {
            let path = page.strip_prefix(repository)?.to_owned();
            let name = name_of(&path);
            names.insert(path, name);
        }
        let distinct: BTreeSet<&PathBuf> = names.values().collect();
        ensure!(distinct.len() == names.len(), "two pages of the book have one name");
        for page in links::pages(&repository.join("docs"))? {
            let path = page.strip_prefix(repository)?;
            let is_known = names.contains_key(path) || path.ends_with("SUMMARY.md");
            ensure!(is_known, "docs/SUMMARY.md does not name {}", path.display());
        }
        Ok(Self { names })
    }

    /// A page's text with links as they are in the book.
    fn linked(&self, page: &Path, name: &Path, text: &str) -> String {
        let mut out = text.to_owned();
        let depth = name.components().count() - 1;
        for Link { destination, at } in links::of(text).into_iter().rev() {
            if links::is_elsewhere(&destination) || destination.starts_with('#') {
                continue;
            }
            let (path, anchor) = match destination.find('#') {
                Some(at) => destination.split_at(at),
                None => (&*destination, ""),
            };
            let target = resolved(&page.parent().unwrap_or(Path::new("")).join(path));
            // A folder is read by its page.
            let of_folder = target.join("README.md");
            let known = self.names.get(&target).or_else(|| self.names.get(&of_folder));
            let new = match known {
                Some(known) => format!("{}{}{anchor}", "../".repeat(depth), known.display()),
                None if target.extension().is_some_and(|end| end == "svg") => continue,
                None => format!("{REPOSITORY}/{}{anchor}", target.display()),
            };
            out.replace_range(at, &new);
        }
        out
    }
}

/// What a page is called in the book: `docs` is its root, and `codegen/README.md` is `codegen.md`.
fn name_of(path: &Path) -> PathBuf {
    if let Ok(inside) = path.strip_prefix("docs") {
        return inside.to_owned();
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let name =
        if path.ends_with("README.md") { parent.with_extension("md") } else { path.to_owned() };
    PathBuf::from(name.to_string_lossy().to_lowercase().replace('/', "-"))
}

/// A path without `..` and `.`.
fn resolved(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The summary with a line for each rule below that of all rules.
fn with_rules(summary: &str, rules: &Path) -> Result<String> {
    let mut out = String::new();
    for line in summary.lines() {
        let _ = writeln!(out, "{line}");
        if !line.ends_with("](rules/README.md)") {
            continue;
        }
        for page in links::pages(rules)? {
            let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&page)?;
            let title = text.lines().next().and_then(|line| line.strip_prefix("# "));
            if let Some(title) = title.filter(|_| name != "README.md") {
                let _ = writeln!(out, "  - [{title}](rules/{name})");
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_of_the_book_or_else_to_the_repository() {
        let names = [
            ("docs/a.md", "a.md"),
            ("docs/rules/L1.md", "rules/L1.md"),
            ("codegen/README.md", "codegen.md"),
        ];
        let names = names.map(|(page, name)| (PathBuf::from(page), PathBuf::from(name)));
        let book = Book { names: BTreeMap::from(names) };
        let linked = |page: &str, name: &str, text: &str| {
            book.linked(Path::new(page), Path::new(name), text)
        };
        assert_eq!(
            linked(
                "docs/rules/L1.md",
                "rules/L1.md",
                "[a](../a.md#b) [c](../../codegen/README.md) [d](#d)"
            ),
            "[a](../a.md#b) [c](../codegen.md) [d](#d)"
        );
        assert_eq!(
            linked(
                "docs/a.md",
                "a.md",
                "[a](../codegen) [b](../lint/src/x.rs) [c](https://x.org) ![d](d.svg)"
            ),
            format!(
                "[a](codegen.md) [b]({REPOSITORY}/lint/src/x.rs) [c](https://x.org) ![d](d.svg)"
            )
        );
    }

    #[test]
    fn pages_outside_of_docs_have_names_in_its_root() {
        assert_eq!(name_of(Path::new("docs/rules/L001.md")), Path::new("rules/L001.md"));
        assert_eq!(name_of(Path::new("ARCHITECTURE.md")), Path::new("architecture.md"));
        assert_eq!(name_of(Path::new("codegen/README.md")), Path::new("codegen.md"));
    }
}
