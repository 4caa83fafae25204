//! No command of the installed headers goes unnoticed: what a plain search of the text finds, the
//! front end lists, or says why not.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::HashSet;
use std::path::Path;

use ioctlkit_model::Subject;
use ioctlkit_sources::c::{Request, read};

/// What the search finds and nobody can use.
const EXPLAINED: [(&str, &str); 3] = [
    ("BLKELVGET", "linux/fs.h has it under `#if 0`"),
    ("BLKELVSET", "linux/fs.h has it under `#if 0`"),
    ("COMPAT_ATM_ADDPARTY", "linux/atmdev.h has it under `#ifdef CONFIG_COMPAT`, for the kernel"),
];

#[test]
fn every_define_that_a_text_search_finds_is_listed() {
    let folder = Path::new("/usr/include/linux");
    assert!(folder.is_dir(), "no kernel headers: install linux-libc-dev (`cargo xtask setup`)");
    let (interface, problems) =
        read(&Request { paths: vec![folder.to_owned()], ..Request::default() });
    let mut known: HashSet<&str> = HashSet::new();
    known.extend(interface.commands.iter().map(|command| command.name.as_str()));
    known.extend(interface.families.iter().map(|family| family.name.as_str()));
    known.extend(EXPLAINED.iter().map(|(name, _)| *name));
    let spoken_of =
        |name: &str| problems.iter().any(|problem| problem.message.contains(&format!("`{name}`")));
    known.extend(interface.not_understood.iter().filter_map(|unknown| match &unknown.subject {
        Subject::Command(name) => Some(name.as_str()),
        Subject::Record(_) | Subject::File => None,
    }));
    let mut searched = 0;
    let mut missing = Vec::new();
    for header in &interface.headers {
        let file = interface.sources.file(header.file);
        for line in file.text.replace("\\\n", " ").lines() {
            let Some(name) = defined_with_io(line) else { continue };
            searched += 1;
            if !known.contains(name) && !spoken_of(name) {
                missing.push(format!("{}: {line}", file.path.display()));
            }
        }
    }
    assert!(searched > 1500, "the search itself finds only {searched}");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The name in `#define NAME … _IO(`, `_IOR(`, `_IOW(`, `_IOWR(` or `_IOC(`.
fn defined_with_io(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, text) = rest.split_at(end);
    // A function-like macro wraps commands, or is a family.
    if text.starts_with('(') {
        return None;
    }
    let uses = |name: &str| {
        let at = text.find(name)?;
        let before = text[..at].chars().next_back();
        let alone = !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        (alone && text[at + name.len()..].trim_start().starts_with('(')).then_some(())
    };
    ["_IO", "_IOR", "_IOW", "_IOWR", "_IOC"].into_iter().find_map(uses)?;
    // The definitions of the macros themselves.
    (!name.starts_with("_IO") && !name.starts_with("_SIO")).then_some(name)
}
