//! The headers that include what a patch changes: their commands may carry its structures.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use ioctlkit_sources::c::is_kernel_root;
use ioctlkit_sources::reading::{limit, read_bytes};
use memchr::memmem;

use super::tree::Tree;

/// How many headers of a tree are looked through for those that include another.
const MOST: usize = 20_000;

/// Headers that a patch does not change, and what they say may change by it.
#[derive(Debug, Default)]
pub(super) struct Including {
    /// Those that include a changed header, on whatever way, and have to do with ioctls.
    pub(super) headers: BTreeSet<PathBuf>,
    /// Whether the tree has too many headers to look through all.
    pub(super) is_partial: bool,
}

/// Looks through the headers that may include the changed ones.
pub(super) fn including(tree: &Tree, changed: &BTreeSet<PathBuf>) -> Including {
    let mut found = Including::default();
    let (exported, own): (Vec<&PathBuf>, Vec<&PathBuf>) =
        changed.iter().partition(|path| is_exported(path));
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    if is_kernel_root(tree.root()) {
        if !exported.is_empty() {
            folders.insert("include/uapi".into());
            folders.extend(architectures(tree));
        }
        // A driver's headers lie side by side.
        folders.extend(own.iter().filter_map(|path| Some(path.parent()?.to_owned())));
    } else if !changed.is_empty() {
        folders.insert(PathBuf::new());
    }
    let mut headers = Vec::new();
    for folder in &folders {
        let is_deep =
            !own.iter().any(|path| path.parent() == Some(folder)) || !is_kernel_root(tree.root());
        found.is_partial |= !collect(tree.root(), folder, is_deep, &mut headers);
    }
    headers.sort();
    headers.dedup();
    found.headers = closure(tree.root(), &headers, changed);
    let speaks = |path: &PathBuf| {
        read_bytes(&tree.root().join(path), limit::SOURCE).is_ok_and(|text| speaks_of_ioctl(&text))
    };
    found.headers.retain(|path| !changed.contains(path) && speaks(path));
    found
}

/// Whether a kernel exports a header to programs.
pub(super) fn is_exported(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "uapi")
}

fn architectures(tree: &Tree) -> Vec<PathBuf> {
    let entries = fs::read_dir(tree.root().join("arch")).into_iter().flatten().flatten();
    let folders =
        entries.map(|entry| Path::new("arch").join(entry.file_name()).join("include/uapi"));
    folders.filter(|folder| tree.root().join(folder).is_dir()).collect()
}

/// Collects the headers of a folder, below the root; answers whether all of them. Links are not followed.
fn collect(root: &Path, folder: &Path, is_deep: bool, headers: &mut Vec<PathBuf>) -> bool {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && is_deep && !is_hidden {
                if !root.join(&path).join("CACHEDIR.TAG").is_file() {
                    open.push(path);
                }
            } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "h") {
                if headers.len() == MOST {
                    return false;
                }
                headers.push(path);
            }
        }
    }
    true
}

fn closure(root: &Path, headers: &[PathBuf], changed: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    // Who includes a file of that name, with all that it says of the path.
    let mut by_name: HashMap<String, Vec<(String, &PathBuf)>> = HashMap::new();
    for header in headers {
        let Ok(text) = read_bytes(&root.join(header), limit::SOURCE) else { continue };
        for include in includes(&text) {
            let name = include.rsplit('/').next().unwrap_or(&include).to_owned();
            by_name.entry(name).or_default().push((include, header));
        }
    }
    let mut open: Vec<&PathBuf> = changed.iter().collect();
    let mut seen: HashSet<&PathBuf> = open.iter().copied().collect();
    let mut found = BTreeSet::new();
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for (include, header) in by_name.get(&*name).into_iter().flatten() {
            let tail = include.rsplit("../").next().unwrap_or(include);
            if path.ends_with(tail.trim_start_matches("./")) && seen.insert(header) {
                found.insert((*header).clone());
                open.push(header);
            }
        }
    }
    found
}

/// What a header includes, as far as its directives say.
fn includes(text: &[u8]) -> BTreeSet<String> {
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| {
        let directive = line.trim_ascii_start().strip_prefix(b"#")?.trim_ascii_start();
        let rest = directive.strip_prefix(b"include")?.trim_ascii_start();
        let end = match rest.first()? {
            b'<' => b'>',
            b'"' => b'"',
            _ => return None,
        };
        let length = rest[1..].iter().position(|byte| *byte == end)?;
        std::str::from_utf8(&rest[1..=length]).ok().map(str::to_owned)
    });
    lines.collect()
}

/// Whether a text has one of the words that no source about ioctls is without.
pub(super) fn speaks_of_ioctl(text: &[u8]) -> bool {
    [&b"_IO"[..], b"ioctl", b"IOCTL"].iter().any(|word| memmem::find(text, word).is_some())
}
