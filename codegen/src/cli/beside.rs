//! The project's own headers that a header includes: they go with its copy.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use ioctlkit_sources::reading::{self, limit};
use regex::Regex;

static INCLUDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]"#).ok());

/// Folders of headers that every kernel and every system has.
const OF_SYSTEM: [&str; 6] = ["linux", "asm", "asm-generic", "sys", "uapi", "bits"];

/// More than these is no project.
const MOST: usize = 256;

/// Each file that a header's text includes of its own project: where it goes below `include/uapi`, and its text.
///
/// # Errors
/// The file that cannot go along, and why.
pub(super) fn beside(
    header: &Path,
    text: &str,
    folders: &[PathBuf],
) -> Result<Vec<(String, String)>, (PathBuf, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut seen: HashSet<PathBuf> = header.canonicalize().into_iter().collect();
    let mut open = vec![(header.to_owned(), "linux".to_owned(), text.to_owned())];
    while let Some((includer, folder, text)) = open.pop() {
        for (is_quoted, name) in includes(&text) {
            let Some((path, place)) = located(&includer, &folder, is_quoted, &name, folders) else {
                continue;
            };
            if !path.canonicalize().is_ok_and(|path| seen.insert(path)) {
                continue;
            }
            if !is_plain(&place) {
                let message = format!(
                    "includes `{name}`, which has no place below the copy of this header: a name there \
                     has letters, digits and `_.-`, and no part that is `..`"
                );
                return Err((includer, message));
            }
            if found.len() == MOST {
                return Err((includer, format!("more than {MOST} headers would go along")));
            }
            let text = reading::read_text(&path, limit::SOURCE)
                .map_err(|error| (path.clone(), format!("cannot read: {error}")))?;
            let inside =
                place.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
            found.push((place, text.clone()));
            open.push((path, inside, text));
        }
    }
    found.sort();
    Ok(found)
}

/// The names behind `#include`, and whether they stand in quotes.
fn includes(text: &str) -> Vec<(bool, String)> {
    let Some(pattern) = &*INCLUDE else { return Vec::new() };
    pattern.captures_iter(text).map(|found| (&found[1] == "\"", found[2].to_owned())).collect()
}

/// The file of the project behind a name, and its place below `include/uapi`.
fn located(
    includer: &Path,
    folder: &str,
    is_quoted: bool,
    name: &str,
    folders: &[PathBuf],
) -> Option<(PathBuf, String)> {
    if is_quoted {
        let path = includer.with_file_name("").join(name);
        if path.is_file() {
            let place =
                if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            return Some((path, place));
        }
    }
    let first = name.split('/').next().filter(|_| name.contains('/'));
    if first.is_none_or(|first| OF_SYSTEM.contains(&first)) && !is_quoted {
        return None;
    }
    let path = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())?;
    let is_of_system = first.is_some_and(|first| OF_SYSTEM.contains(&first));
    (!is_of_system).then(|| (path, name.to_owned()))
}

fn is_plain(place: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    place.bytes().all(is_letter)
        && Path::new(place).components().all(|part| matches!(part, Component::Normal(_)))
}
