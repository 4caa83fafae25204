//! The files of the workspace that may define something, by their text alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctlkit_model::Language;
use ioctlkit_sources::reading;
use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::counterpart::Subject;

/// How many files and folders are walked through: twice those of Linux.
const MOST_ENTRIES: usize = 200_000;

/// The size of a file that is looked at, in bytes. What is larger is a list of registers.
const LARGEST: u64 = 1 << 20;

/// How many files are worth reading as source.
const MOST_CANDIDATES: usize = 8;

/// How deep folders are looked into.
const DEEPEST: usize = 40;

/// How likely a file defines it, the likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likelihood {
    /// It has the name.
    SameName,
    /// It has the end of the name: a prefix may be stated elsewhere.
    EndOfName,
    /// It has commands of the same type letter.
    SameLetter,
}

/// The files below some folders that may define the subject in the other language, the likeliest first.
///
/// No link is followed, and nothing that a build or a version control makes is looked at.
pub(super) fn candidates(folders: &[PathBuf], subject: &Subject) -> Vec<PathBuf> {
    let wanted = |path: &Path| {
        let ending = path.extension().and_then(|it| it.to_str());
        match subject.language {
            Language::Rust => matches!(ending, Some("h")),
            _ => matches!(ending, Some("rs")),
        }
    };
    let entries = folders.iter().flat_map(|folder| {
        let walk = WalkDir::new(folder).follow_links(false).max_depth(DEEPEST).sort_by_file_name();
        walk.into_iter().filter_entry(is_source).filter_map(Result::ok)
    });
    let files = entries.take(MOST_ENTRIES).filter(|entry| entry.file_type().is_file());
    let (first, others): (Vec<PathBuf>, Vec<PathBuf>) =
        files.map(DirEntry::into_path).filter(|path| wanted(path)).partition(|path| is_uapi(path));
    let mut found: BTreeSet<(Likelihood, PathBuf)> = BTreeSet::new();
    for files in [first, others] {
        // Where a kernel's headers for programs have the name, no other file is meant.
        if found.first().is_none_or(|(likelihood, _)| *likelihood != Likelihood::SameName) {
            found.par_extend(files.into_par_iter().filter_map(|path| {
                let text = reading::read_bytes(&path, LARGEST).ok()?;
                Some((likelihood(&String::from_utf8_lossy(&text), subject)?, path))
            }));
        }
    }
    found.into_iter().map(|(_, path)| path).take(MOST_CANDIDATES).collect()
}

fn is_uapi(path: &Path) -> bool {
    path.components().any(|component| component.as_os_str() == "uapi")
}

/// What is no source of the workspace's own.
fn is_source(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_made = entry.file_type().is_dir() && (name == "target" || name == "node_modules");
    entry.depth() == 0 || !(is_made || name.starts_with('.'))
}

fn likelihood(text: &str, subject: &Subject) -> Option<Likelihood> {
    /// A shorter end of a name is in every file.
    const SHORTEST_END: usize = 4;
    let names: Vec<String> = subject.names.iter().map(|name| folded(name).collect()).collect();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let mut has_end = false;
    let has_name = words.filter(|word| !word.is_empty()).any(|word| {
        let has = |name: &String| {
            has_end |= word.len() >= SHORTEST_END && ends_with(name, word);
            folded(word).eq(name.chars())
        };
        names.iter().any(has)
    });
    let has_letter = || {
        subject.letters.iter().any(|letter| {
            let number = u32::from(*letter);
            let spellings =
                [format!("'{letter}'"), format!("{number:#04x}"), format!("0x{number:02X}")];
            spellings.iter().any(|spelling| text.contains(spelling))
        })
    };
    let has_commands = || text.contains("_IO") || text.contains("ioctl");
    if has_name {
        Some(Likelihood::SameName)
    } else if has_end && has_commands() {
        Some(Likelihood::EndOfName)
    } else if has_commands() && has_letter() {
        Some(Likelihood::SameLetter)
    } else {
        None
    }
}

/// A name without what the languages' conventions change.
fn folded(name: &str) -> impl DoubleEndedIterator<Item = char> {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase())
}

/// Whether a folded name ends with a word, or the word with the name.
fn ends_with(name: &str, word: &str) -> bool {
    name.chars().rev().zip(folded(word).rev()).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn subject(language: Language, names: &[&str]) -> Subject {
        Subject {
            language,
            word: names[0].into(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            letters: vec!['x'],
        }
    }

    #[test]
    fn the_likeliest_files_come_first_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("a/letter.h", "#define OTHER _IO('x', 1)\n");
        write("b/same.h", "#define FOO_GET _IO('y', 1)\n");
        write("c/none.h", "int x;\n");
        write("c/large.h", &format!("/* FOO_GET */\n{}", "x\n".repeat(1 << 20)));
        write("b/same.rs", "FOO_GET");
        write(".git/same.h", "FOO_GET\n");
        write("target/same.h", "FOO_GET\n");
        std::fs::write(outside.path().join("secret.h"), "FOO_GET\n").unwrap();
        symlink(outside.path(), folder.path().join("linked")).unwrap();
        symlink(outside.path().join("secret.h"), folder.path().join("linked.h")).unwrap();
        symlink(folder.path(), folder.path().join("b/again")).unwrap();
        let found = candidates(&[folder.path().into()], &subject(Language::Rust, &["FooGet"]));
        let expected = ["b/same.h", "a/letter.h"].map(|name| folder.path().join(name));
        assert_eq!(found, expected);
        let found = candidates(&[folder.path().into()], &subject(Language::C, &["FOO_GET"]));
        assert_eq!(found, [folder.path().join("b/same.rs")]);
        assert!(candidates(&[], &subject(Language::C, &["FOO_GET"])).is_empty());
    }

    #[test]
    fn a_kernels_headers_for_programs_come_before_all_others() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["drivers/a.h", "include/uapi/linux/b.h"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "FOO_GET").unwrap();
        }
        let found = candidates(&[folder.path().into()], &subject(Language::Rust, &["FooGet"]));
        assert_eq!(found, [folder.path().join("include/uapi/linux/b.h")]);
    }

    #[test]
    fn a_prefix_may_be_stated_elsewhere() {
        let rust = "#[ioctl(prefix = \"ECHO_\")] enum E { GetFeatures }";
        let of = |text| likelihood(text, &subject(Language::C, &["ECHO_GET_FEATURES"]));
        assert_eq!(of(rust), Some(Likelihood::EndOfName));
        assert_eq!(of("fn get() {}"), None);
    }
}
