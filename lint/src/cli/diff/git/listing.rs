//! The files of a commit, and which of them are needed.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path};

use super::command::Git;
use crate::cli::failure::Failure;

/// A file of a commit.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) object: String,
    pub(super) path: String,
}

/// The regular files of a commit.
#[derive(Debug)]
pub(super) struct Listing {
    entries: Vec<Entry>,
    is_kernel: bool,
}

impl Listing {
    pub(super) fn of(git: &Git, commit: &str) -> Result<Self, Failure> {
        let listed = git.output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        // MODE SP TYPE SP OBJECT TAB PATH; links and other repositories are no regular files.
        let entries: Vec<Entry> = listed
            .split('\0')
            .filter_map(|line| {
                let (about, path) = line.split_once('\t')?;
                let mut about = about.split(' ');
                let is_file = about.next()?.starts_with("100") && about.next()? == "blob";
                let object = about.next()?.to_owned();
                (is_file && is_plain(path)).then(|| Entry { object, path: path.to_owned() })
            })
            .collect();
        let has = |folder: &str| entries.iter().any(|entry| entry.path.starts_with(folder));
        let is_kernel = has("include/uapi/linux/") && has("arch/");
        Ok(Self { entries, is_kernel })
    }

    pub(super) fn entry(&self, at: usize) -> &Entry {
        &self.entries[at]
    }

    /// Whether the commit has that folder, or that file.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.below(path).next().is_some()
    }

    /// Whether there is anything to read at a path: that file, or a source below that folder.
    pub(super) fn has_source(&self, path: &Path) -> bool {
        self.below(path).any(|at| {
            let own = &self.entries[at].path;
            Path::new(own) == path || self.is_read(own)
        })
    }

    fn below<'l>(&'l self, path: &'l Path) -> impl Iterator<Item = usize> + 'l {
        let all = self.entries.iter().enumerate();
        all.filter(move |(_, entry)| Path::new(&entry.path).starts_with(path)).map(|(at, _)| at)
    }

    /// Every file that front ends may read. Of a kernel tree these are the exported headers.
    pub(super) fn all(&self) -> BTreeSet<usize> {
        let all = self.entries.iter().enumerate();
        all.filter(|(_, entry)| self.is_read(&entry.path)).map(|(at, _)| at).collect()
    }

    /// The files that were named, or lie in a folder that was.
    pub(super) fn named(&self, paths: &[impl AsRef<Path>]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for path in paths {
            let path = path.as_ref();
            for at in self.below(path) {
                let own = &self.entries[at].path;
                if Path::new(own) == path || self.is_read(own) {
                    found.insert(at);
                }
            }
        }
        found
    }

    /// Whether nothing but the named files and what they include is needed to read them: C headers that
    /// belong to no tree of exported ones.
    pub(super) fn can_be_narrow(&self, named: &BTreeSet<usize>) -> bool {
        let ending = |at: &usize| Path::new(&self.entries[*at].path).extension();
        let is_header = |at: &usize| ending(at).is_some_and(|ending| ending == "h");
        let is_ioctl_h =
            |entry: &Entry| entry.path == "linux/ioctl.h" || entry.path.ends_with("/linux/ioctl.h");
        named.iter().all(is_header) && (self.is_kernel || !self.entries.iter().any(is_ioctl_h))
    }

    /// The folders that tell a kernel's sources from others, and its architectures.
    pub(super) fn landmarks(&self) -> BTreeSet<&str> {
        let folders = self.entries.iter().filter_map(|entry| {
            let (folder, _) = entry.path.rsplit_once('/')?;
            let is_of_arch = folder.starts_with("arch/") && folder.ends_with("/include/uapi/asm");
            (folder == "include/uapi/linux" || is_of_arch).then_some(folder)
        });
        if self.is_kernel { folders.collect() } else { BTreeSet::new() }
    }

    fn is_read(&self, path: &str) -> bool {
        if self.is_kernel { is_exported(path) } else { is_source(path) }
    }
}

/// Files by their names, to find what an include may mean.
pub(super) struct Names<'l> {
    listing: &'l Listing,
    by_name: HashMap<&'l str, Vec<usize>>,
    /// The folders that includes are looked for in besides.
    folders: &'l [String],
}

impl<'l> Names<'l> {
    pub(super) fn of(listing: &'l Listing, folders: &'l [String]) -> Self {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, entry) in listing.entries.iter().enumerate() {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            by_name.entry(name).or_default().push(at);
        }
        Self { listing, by_name, folders }
    }

    /// Every file that an include of that text, in the file of that path, may mean. Where it is looked for
    /// depends on options and on the tree, so that all files are taken whose paths end like this; of a
    /// kernel those that it exports, since its own are not read.
    pub(super) fn meant(&self, include: &str, from: &str) -> Vec<usize> {
        let tail = include.rsplit("../").next().unwrap_or(include).trim_start_matches("./");
        let generic = tail.strip_prefix("asm/").map(|name| format!("asm-generic/{name}"));
        let tails = [Some(tail.to_owned()), generic];
        let mut found = Vec::new();
        for tail in tails.into_iter().flatten() {
            let name = tail.rsplit('/').next().unwrap_or(&tail);
            for at in self.by_name.get(name).into_iter().flatten() {
                let path = &self.listing.entries[*at].path;
                if Path::new(path).ends_with(&tail) && self.is_possible(path, from) {
                    found.push(*at);
                }
            }
        }
        found
    }

    fn is_possible(&self, path: &str, from: &str) -> bool {
        let folder =
            |path: &str| path.rsplit_once('/').map_or(String::new(), |(it, _)| it.to_owned());
        !self.listing.is_kernel
            || is_exported(path)
            || folder(path) == folder(from)
            || self.folders.iter().any(|folder| Path::new(path).starts_with(folder))
    }
}

/// What a header includes, as far as its text says: what stands in quotation marks or angle brackets in
/// an `#include`, or in a macro that one may name.
pub(super) fn includes(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text);
    let directives = text.lines().map(str::trim_start).filter(|line| line.starts_with('#'));
    let mut found = BTreeSet::new();
    for line in directives {
        let line = line[1..].trim_start();
        if !line.starts_with("include")
            && !line.starts_with("define")
            && !line.starts_with("import")
        {
            continue;
        }
        let quoted = line.split('"').skip(1).step_by(2);
        let bracketed = line.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        let is_path = |name: &&str| !name.is_empty() && !name.contains([' ', '\\']);
        found.extend(quoted.chain(bracketed).filter(is_path).map(str::to_owned));
    }
    found
}

/// Whether a path stays where it is written below: git refuses others itself, and whoever made this tree
/// may not have used git.
fn is_plain(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn is_exported(path: &str) -> bool {
    path.starts_with("include/uapi/")
        || (path.starts_with("arch/") && path.contains("/include/uapi/"))
        || path == "Makefile"
}

fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    matches!(ending, Some("h" | "rs")) || matches!(name, "Cargo.toml" | "Cargo.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(paths: &[&str]) -> Listing {
        let entry = |path: &&str| Entry { object: String::new(), path: (*path).to_owned() };
        let entries: Vec<Entry> = paths.iter().map(entry).collect();
        let is_kernel = paths.iter().any(|path| path.starts_with("include/uapi/linux/"));
        Listing { entries, is_kernel }
    }

    #[test]
    fn includes_are_read_wherever_a_directive_has_them() {
        let text = b"#include <linux/a.h>\n # include \"b.h\" // c.h\n#define WHERE <d/e.h>\n\
            int x = 1 < 2; /* \"f.h\" */\n#include WHERE\n#if 0\n#include \"../g.h\"\n";
        let found: Vec<String> = includes(text).into_iter().collect();
        assert_eq!(found, ["../g.h", "b.h", "d/e.h", "linux/a.h"]);
    }

    #[test]
    fn an_include_means_every_file_that_it_may() {
        let listing = listing(&["a/x.h", "b/x.h", "b/c/y.h", "xx.h"]);
        let names = Names::of(&listing, &[]);
        assert_eq!(names.meant("x.h", "a/z.h"), [0, 1]);
        assert_eq!(names.meant("../c/y.h", "b/a/z.h"), [2]);
        assert_eq!(names.meant("d/y.h", "b/z.h"), [0_usize; 0]);
    }

    #[test]
    fn of_a_kernel_what_it_exports_is_meant() {
        let listing = listing(&[
            "include/uapi/linux/x.h",
            "include/linux/x.h",
            "arch/arm/include/uapi/asm/y.h",
            "arch/arm/include/asm/y.h",
            "include/uapi/asm-generic/y.h",
        ]);
        let names = Names::of(&listing, &[]);
        assert_eq!(names.meant("linux/x.h", "include/uapi/linux/z.h"), [0]);
        assert_eq!(names.meant("asm/y.h", "include/uapi/linux/z.h"), [2, 4]);
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_none() {
        for path in ["../a.h", "/a.h", "a/../b.h", "a/..", ".."] {
            assert!(!is_plain(path), "{path}");
        }
        for path in ["a.h", "a/b.h", "..a/b..h", "a/.b.h"] {
            assert!(is_plain(path), "{path}");
        }
    }
}
