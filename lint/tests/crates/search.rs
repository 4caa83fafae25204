//! A plain search of text for definitions of commands, which knows nothing of Rust but comments,
//! strings and braces. It is what the linter's reading is compared with.

use std::path::{Path, PathBuf};

/// Macros that define one command each, and name it first.
const NAMING: [&str; 19] = [
    "ioctl_none",
    "ioctl_read",
    "ioctl_write_ptr",
    "ioctl_write_int",
    "ioctl_readwrite",
    "ioctl_read_buf",
    "ioctl_write_buf",
    "ioctl_readwrite_buf",
    "ioctl_none_bad",
    "ioctl_read_bad",
    "ioctl_write_ptr_bad",
    "ioctl_write_int_bad",
    "ioctl_readwrite_bad",
    "ioctl_io_nr",
    "ioctl_ior_nr",
    "ioctl_iow_nr",
    "ioctl_iowr_nr",
    "ioctl_ioc_nr",
    "ioctl",
];

/// Macros and functions that yield a command's number, which what is around them names.
const YIELDING: [&str; 15] = [
    "_IO",
    "_IOR",
    "_IOW",
    "_IOWR",
    "_IOC",
    "request_code_none",
    "request_code_read",
    "request_code_write",
    "request_code_write_int",
    "request_code_readwrite",
    "ior",
    "iow",
    "iorw",
    "io",
    "ioctl_expr",
];

/// A definition that the search found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Definition {
    /// The file, below the crate's folder.
    pub(crate) file: PathBuf,
    /// The name: of the macro's first word, or of the constant or function around it.
    pub(crate) name: String,
    /// Whether it is a whole number, as `ioctl_*_bad!` takes.
    pub(crate) whole: bool,
}

/// The definitions in a crate's source and examples, in order.
pub(crate) fn definitions(folder: &Path) -> Vec<Definition> {
    let mut found = Vec::new();
    for part in ["src", "examples"] {
        let part = folder.join(part);
        for file in files(&part) {
            let text = std::fs::read_to_string(&file).unwrap();
            let file = file.strip_prefix(folder).unwrap().to_owned();
            for (name, whole) in in_text(&text) {
                found.push(Definition { file: file.clone(), name, whole });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn in_text(text: &str) -> Vec<(String, bool)> {
    let words = words(&bare(text));
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let next = |offset: usize| words.get(at + offset).map_or("", String::as_str);
        if next(0) == "macro_rules" && next(1) == "!" {
            // What a macro is made of is no use of it.
            at = end_of_group(&words, at + 3);
            continue;
        }
        let is_use = next(1) == "!" && matches!(next(2), "(" | "{" | "[");
        let is_call = next(1) == "(" || next(1) == ":" && next(2) == ":" && next(3) == "<";
        let defined = at > 0 && words[at - 1] == "fn";
        if is_use && NAMING.contains(&next(0)) {
            let name = first_name(&words, at + 3);
            found.extend(name.map(|name| (name, next(0).ends_with("_bad"))));
            at = end_of_group(&words, at + 2);
            continue;
        } else if (is_use || is_call) && !defined && YIELDING.contains(&next(0)) {
            found.extend(name_around(&words, at).map(|name| (name, false)));
        } else if next(0) == "const" && next(2) == ":" && next(3) == "Ioctl" && next(4) == "<" {
            found.push((next(1).to_owned(), false));
        }
        at += 1;
    }
    found
}

/// The first name behind attributes.
fn first_name(words: &[String], mut at: usize) -> Option<String> {
    while words.get(at)? == "#" {
        at = end_of_group(words, at + 1);
    }
    if words.get(at)? == "r" && words.get(at + 1)? == "#" {
        at += 2;
    }
    let name = words.get(at)?;
    name.starts_with(|c: char| c.is_alphabetic() || c == '_').then(|| name.clone())
}

/// The constant of the same statement, or the function that the place is in.
fn name_around(words: &[String], at: usize) -> Option<String> {
    let statement = words[..at].iter().rposition(|word| word == ";" || word == "}").unwrap_or(0);
    let is_constant =
        |at: &usize| words[*at] == "const" && words[at + 1] != "fn" && words[at - 1] != "*";
    let constant = (statement + 1..at).rev().find(is_constant);
    let keyword = match constant {
        Some(constant) => Some(constant),
        _ => words[..at].iter().rposition(|word| word == "fn"),
    };
    words.get(keyword? + 1).cloned()
}

/// Behind the group that begins at or soon after a place.
fn end_of_group(words: &[String], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(word) = words.get(at) {
        at += 1;
        match word.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    at
}

/// The names, numbers and signs of a text.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let part = c.is_alphanumeric() || c == '_';
        match found.last_mut() {
            Some(word) if part && open => word.push(c),
            _ if !c.is_whitespace() => found.push(c.to_string()),
            _ => {}
        }
        open = part;
    }
    found
}

/// The text without comments, and with nothing in its strings.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            end_of_string(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push(' ');
        rest = &rest[skipped..];
    }
    out
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

#[test]
fn the_search_finds_what_is_defined_and_not_what_is_talked_of() {
    let text = r#"
        // ioctl_read!(in_a_comment, b'x', 1, u32);
        macro_rules! mine { ($name:ident) => { ioctl_read!($name, b'x', 1, u32); } }
        nix::ioctl_read!(#[cfg(unix)] first, b'x', 1, u32);
        ioctl_read_bad! { second, 0x5401, u32 }
        const THIRD: u32 = _IOR::<u32>(b'x', 3);
        fn fourth() { libc::ioctl(0, request_code_none!(b'x', 4), "ioctl_read!(no, 1, 2, u8)"); }
        const FIFTH: Ioctl<Write, &u32> = GROUP.write(5);
    "#;
    let names = [("first", false), ("second", true), ("THIRD", false), ("fourth", false)];
    let mut expected: Vec<(String, bool)> =
        names.map(|(name, whole)| (name.to_owned(), whole)).into();
    expected.push(("FIFTH".into(), false));
    assert_eq!(in_text(text), expected);
}
