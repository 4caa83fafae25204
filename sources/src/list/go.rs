//! The constants of a Go file, and the architectures that it is for.

use std::path::Path;

use ioctlkit_abi::{Abi, AbiSet};

use super::number::{LeadingZero, NOT_A_NUMBER, parse};
use super::{Entry, is_name, place};

/// The constants: `const X = 1`, `const X uint = 1` and what `const ( … )` holds.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut is_in_block = false;
    let mut scanner = Scanner::default();
    for line in text.lines() {
        let starts_inside = scanner.is_inside();
        let code = scanner.code(line);
        if starts_inside {
            continue;
        }
        let mut code = code.trim();
        if !is_in_block {
            let Some(rest) = code.strip_prefix("const") else { continue };
            let rest = rest.trim_start();
            let Some(inner) = rest.strip_prefix('(') else {
                found.extend(specification(text, rest));
                continue;
            };
            is_in_block = true;
            code = inner.trim();
        }
        if let Some(before) = code.strip_suffix(')').filter(|before| !before.contains('(')) {
            is_in_block = false;
            code = before;
        }
        found.extend(code.split(';').filter_map(|one| specification(text, one.trim())));
    }
    found
}

/// `NAME = value` or `NAME type = value`; a name alone repeats the value before it, with another `iota`.
fn specification(text: &str, code: &str) -> Option<Entry> {
    let (names, value) = match code.split_once('=') {
        Some((names, value)) => (names, parse(value, LeadingZero::Octal)),
        None => (code, Err(NOT_A_NUMBER)),
    };
    let mut words = names.split_whitespace();
    let name = words.next()?.trim_end_matches(',');
    // Of several names at once none has a plain number.
    let value = if names.contains(',') || words.count() > 1 { Err(NOT_A_NUMBER) } else { value };
    is_name(name).then(|| Entry { name: name.to_owned(), at: place(text, name), value })
}

/// What of a line is no comment. Strings over several lines, and comments over several, are skipped.
#[derive(Debug, Default)]
struct Scanner {
    inside: Option<Inside>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Comment,
    RawString,
}

impl Scanner {
    fn is_inside(&self) -> bool {
        self.inside.is_some()
    }

    /// The code at the beginning of a line, up to its first comment or string.
    fn code<'t>(&mut self, line: &'t str) -> &'t str {
        let mut end = None;
        let mut rest = line;
        let mut at = 0;
        loop {
            let skipped = if let Some(inside) = self.inside {
                let mark = if inside == Inside::Comment { "*/" } else { "`" };
                let Some(found) = rest.find(mark) else { break };
                self.inside = None;
                found + mark.len()
            } else {
                let Some(found) = rest.find(['/', '"', '\'', '`']) else { break };
                let from = &rest[found..];
                if from.starts_with("//") {
                    end.get_or_insert(at + found);
                    break;
                }
                match from.as_bytes()[0] {
                    b'/' if !from.starts_with("/*") => found + 1,
                    b'/' => {
                        end.get_or_insert(at + found);
                        self.inside = Some(Inside::Comment);
                        found + 2
                    }
                    b'`' => {
                        self.inside = Some(Inside::RawString);
                        found + 1
                    }
                    quote => found + quoted(from, quote),
                }
            };
            at += skipped;
            rest = &rest[skipped..];
        }
        &line[..end.unwrap_or(line.len())]
    }
}

/// How many bytes a quoted text has, quotes included: up to the end of the line where it has no end.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The ABIs that a file is for: the architecture at the end of its name, `zerrors_linux_amd64.go`, and those
/// of its `//go:build` line.
pub(super) fn abis(path: &Path, text: &str) -> AbiSet {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let stem = stem.strip_suffix("_test").unwrap_or(stem);
    let by_name = stem.rsplit_once('_').and_then(|(_, last)| of_architecture(last));
    let mut head = text.lines().take_while(|line| !line.starts_with("package "));
    let by_line = head.find_map(|line| line.strip_prefix("//go:build ")).and_then(of_constraint);
    by_name.unwrap_or(AbiSet::ALL).intersection(by_line.unwrap_or(AbiSet::ALL))
}

/// The ABIs of the architectures that a constraint names; nothing where it names none, or excludes some.
fn of_constraint(constraint: &str) -> Option<AbiSet> {
    if constraint.contains('!') {
        return None;
    }
    let words = constraint.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let all: Vec<AbiSet> = words.filter_map(of_architecture).collect();
    (!all.is_empty()).then(|| all.into_iter().fold(AbiSet::EMPTY, AbiSet::union))
}

fn of_architecture(name: &str) -> Option<AbiSet> {
    let abis = AbiSet::of(|abi: &Abi| abi.go_arch() == Some(name));
    (!abis.is_empty()).then_some(abis)
}
