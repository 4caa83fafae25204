//! Links of Markdown: where they are, and which lead nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A link, and where its destination is in the text.
pub(super) struct Link {
    pub(super) destination: String,
    pub(super) at: Range<usize>,
}

fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter()
}

/// The links and pictures of a page whose destinations stand in the text.
pub(super) fn of(text: &str) -> Vec<Link> {
    events(text)
        .filter_map(|(event, range)| {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                return None;
            };
            let at = range.start + text[range].rfind(&*dest_url)?;
            Some(Link { at: at..at + dest_url.len(), destination: dest_url.into_string() })
        })
        .collect()
}

/// The names that links use for the headings of a page, as mdBook and GitHub make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    for (event, _) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some(words) = heading.take() else { continue };
                let letters = words.to_lowercase();
                let letters = letters.chars().filter_map(|c| match c {
                    c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
                    c if c.is_whitespace() => Some('-'),
                    _ => None,
                });
                let name: String = letters.collect();
                let count = counts.entry(name.clone()).or_default();
                anchors.insert(if *count == 0 { name } else { format!("{name}-{count}") });
                *count += 1;
            }
            _ => {}
        }
    }
    anchors
}

/// Every page below a folder, but for what is built and what tests read.
pub(super) fn pages(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        let entries = fs::read_dir(&at).with_context(|| format!("cannot read {}", at.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_page = Path::new(&name).extension().is_some_and(|end| end == "md");
            if entry.file_type()?.is_dir() {
                if !matches!(&*name, "target" | "fixtures" | "kmod-template" | "corpus")
                    && !name.starts_with('.')
                {
                    open.push(entry.path());
                }
            } else if is_page {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The links that lead nowhere, each with its page: to files that are not there, and to headings that a page lacks.
pub(super) fn broken(folder: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for page in pages(folder)? {
        let text =
            fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        for Link { destination, .. } in of(&text) {
            if is_elsewhere(&destination) {
                continue;
            }
            let (path, anchor) = destination.split_once('#').unwrap_or((&destination, ""));
            let parent = page.parent().unwrap_or(folder);
            let target = if path.is_empty() { page.clone() } else { parent.join(path) };
            let leads = target.exists()
                && (anchor.is_empty() || anchors(&fs::read_to_string(&target)?).contains(anchor));
            if !leads {
                let shown = page.strip_prefix(folder).unwrap_or(&page).display();
                broken.push(format!("{shown}: {destination}"));
            }
        }
    }
    Ok(broken)
}

/// Whether a link leads to another site.
pub(super) fn is_elsewhere(destination: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| destination.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_places_and_not_in_code() {
        let text = "see [a](x.md#y), `[b](no.md)` and ![c](d.svg)\n\n```text\n[e](f.md)\n```\n";
        let links = of(text);
        let found: Vec<&str> = links.iter().map(|link| &text[link.at.clone()]).collect();
        assert_eq!(found, ["x.md#y", "d.svg"]);
    }

    #[test]
    fn headings_have_the_names_that_links_use() {
        let names = anchors("# The `Ioctl` derive, 2nd\n\n## Speed\n\n## Speed\n");
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(names, ["speed", "speed-1", "the-ioctl-derive-2nd"]);
    }

    #[test]
    fn a_link_to_no_file_or_no_heading_is_broken() {
        let folder = std::env::temp_dir().join(format!("xtask-links-{}", std::process::id()));
        fs::create_dir_all(folder.join("fixtures")).unwrap();
        fs::write(folder.join("a.md"), "# A\n[1](b.md) [2](b.md#b) [3](#a) [4](https://x.org/)\n")
            .unwrap();
        fs::write(folder.join("b.md"), "# B\n[1](c.md) [2](a.md#c) [3](#c)\n").unwrap();
        fs::write(folder.join("fixtures/c.md"), "[1](c)\n").unwrap();
        assert_eq!(broken(&folder).unwrap(), ["b.md: c.md", "b.md: a.md#c", "b.md: #c"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
