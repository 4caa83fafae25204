//! Structures that a command names and that no file of the run defines: another header of the tree
//! does, and programs include both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::c::discover::Tree;
use crate::c::driver::overlay;
use crate::c::files::{Files, Loaded};
use crate::c::lex::names::hash;
use crate::c::lex::scan::{Token, tokens};
use crate::c::look;
use crate::c::macros::{CandidateKind, Macros};

/// The tags of structures and unions in commands that nothing that was read defines.
pub(crate) fn undefined(files: &Files, macros: &Macros) -> BTreeSet<String> {
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for candidate in macros.candidates.iter().filter(|it| it.kind == CandidateKind::Command) {
        let text = files.loaded[candidate.file].slice(&candidate.define(files).body);
        wanted.extend(tags(text).filter(|tag| overlay::libc_header_of(tag).is_none()));
    }
    for file in &files.loaded {
        if !wanted.is_empty() {
            let of_code = |tag: &&str| file.scan.mentions(hash(tag));
            for tag in defined(&file.text).filter(of_code) {
                wanted.remove(tag);
            }
        }
    }
    wanted.into_iter().map(str::to_owned).collect()
}

/// The stand-ins for libc's headers that define what commands name, so far as none was read.
pub(crate) fn stand_ins(files: &Files, macros: &Macros) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for candidate in &macros.candidates {
        let own: &Loaded = &files.loaded[candidate.file];
        for (_, token) in tokens(own.slice(&candidate.define(files).body)) {
            let Token::Word(word) = token else { continue };
            let Some(header) = overlay::libc_header_of(word) else { continue };
            let path = Path::new(overlay::LIBC).join(header);
            if files.by_path(&path).is_none() {
                found.insert(path);
            }
        }
    }
    found
}

/// `x` of each `struct x` and `union x`.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let mut before = "";
    tokens(text).filter_map(move |(_, token)| {
        let is_tagged = matches!(before, "struct" | "union");
        before = token.text();
        is_tagged.then_some(before)
    })
}

/// The tags of the structures and unions that a text defines. Comments may look like one; then a file
/// is read that helps nobody.
fn defined(text: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'{', text.as_bytes()).filter_map(|brace| {
        let head = text[..brace].trim_end();
        let start = head.rfind(|c: char| c.is_whitespace() || c == '{')?;
        let tag = head[start..].trim_start();
        let before = head[..start].trim_end();
        (before.ends_with("struct") || before.ends_with("union")).then_some(tag)
    })
}

/// The headers of the tree that define them.
pub(crate) fn definers(tree: &Tree, tags: &BTreeSet<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left: BTreeSet<&str> = tags.iter().map(String::as_str).collect();
    for header in tree.exported() {
        if left.is_empty() {
            break;
        }
        let Ok(text) = look::read_lossy(&header) else { continue };
        let before = left.len();
        for tag in defined(&text) {
            left.remove(tag);
        }
        if left.len() < before {
            found.push(header);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_told_from_uses() {
        assert_eq!(defined("struct sock_fprog {").collect::<Vec<_>>(), ["sock_fprog"]);
        assert_eq!(defined("union\tx\n{ struct y { struct\n").collect::<Vec<_>>(), ["x", "y"]);
        for text in
            ["struct sock_fprog;", "struct sock_fprog_kern {", "my_struct x{", "struct x *f() {"]
        {
            assert!(defined(text).all(|tag| tag != "sock_fprog"), "{text}");
        }
    }

    #[test]
    fn tags_are_found_in_a_macro() {
        let text = "_IOWR('x', 1, struct a) + sizeof(union b)";
        assert_eq!(tags(text).collect::<Vec<_>>(), ["a", "b"]);
    }
}
