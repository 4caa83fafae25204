//! Structures that a command names and that no file of the run defines: another header of the tree
//! does, and programs include both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::c::discover::Tree;
use crate::c::driver::overlay;
use crate::c::files::{Files, Loaded};
use crate::c::lex::scan::{Token, hash, tokens};
use crate::c::look;
use crate::c::macros::{CandidateKind, Macros};

/// The tags of structures and unions in commands that nothing that was read defines.
pub(crate) fn undefined(files: &Files, macros: &Macros) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for candidate in macros.candidates.iter().filter(|it| it.kind == CandidateKind::Command) {
        let own = &files.loaded[candidate.file];
        for tag in tags(own.slice(&candidate.define(files).body)) {
            let of_others = || {
                let mentioning = files.loaded.iter().filter(|file| file.scan.mentions(hash(tag)));
                mentioning.into_iter().any(|file| defines(&file.text, tag))
            };
            let is_of_libc = overlay::libc_header_of(tag).is_some();
            if !is_of_libc && !found.contains(tag) && !defines(&own.text, tag) && !of_others() {
                found.insert(tag.to_owned());
            }
        }
    }
    found
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
fn tags(text: &str) -> Vec<&str> {
    let words: Vec<&str> = tokens(text).map(|(_, token)| token.text()).collect();
    let is_tagged = |pair: &&[&str]| matches!(pair[0], "struct" | "union");
    words.windows(2).filter(is_tagged).map(|pair| pair[1]).collect()
}

/// Whether a text has the definition of that tag. Comments may look like one; then a file is read
/// that helps nobody.
fn defines(text: &str, tag: &str) -> bool {
    text.match_indices(tag).any(|(at, _)| {
        let before = text[..at].trim_end();
        let behind = text[at + tag.len()..].trim_start();
        let is_whole = text[..at].ends_with(char::is_whitespace);
        is_whole
            && behind.starts_with('{')
            && (before.ends_with("struct") || before.ends_with("union"))
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
        let Ok(text) = look::read_to_string(&header) else { continue };
        let before = left.len();
        left.retain(|tag| !defines(&text, tag));
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
        assert!(defines("struct sock_fprog {", "sock_fprog"));
        assert!(defines("union\tx\n{", "x"));
        for text in
            ["struct sock_fprog;", "struct sock_fprog_kern {", "my_struct x{", "struct x *f() {"]
        {
            assert!(!defines(text, "sock_fprog"), "{text}");
        }
    }

    #[test]
    fn tags_are_found_in_a_macro() {
        let text = "_IOWR('x', 1, struct a) + sizeof(union b)";
        assert_eq!(tags(text), ["a", "b"]);
    }
}
