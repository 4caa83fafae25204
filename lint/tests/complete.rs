//! No command of headers and drivers goes unnoticed: what a plain search of the text finds, the
//! front end lists, or says why not.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ioctlkit_oracle::kernel::{Kernel, drivers};
use ioctlkit_sources::c::{Request, read};

/// What the search finds and nobody can use.
const EXPLAINED: [(&str, &str); 3] = [
    ("BLKELVGET", "linux/fs.h has it under `#if 0`"),
    ("BLKELVSET", "linux/fs.h has it under `#if 0`"),
    ("COMPAT_ATM_ADDPARTY", "linux/atmdev.h has it under `#ifdef CONFIG_COMPAT`, for the kernel"),
];

#[test]
fn every_define_of_the_installed_headers_is_listed() {
    let folder = Path::new("/usr/include/linux");
    assert!(folder.is_dir(), "no kernel headers: install linux-libc-dev (`cargo xtask setup`)");
    assert_complete(folder, 1500);
}

#[test]
fn every_define_of_a_kernels_headers_is_listed() {
    let kernel = Kernel::unpacked(&cache()).unwrap();
    assert_complete(&kernel.root(), 2200);
}

/// Private headers and sources of drivers, of which the search finds what has no other home.
#[test]
fn every_define_of_drivers_is_listed() {
    // Unpacking them takes a minute and more than a gigabyte.
    if !std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full") {
        return;
    }
    let sources = drivers(&cache()).unwrap();
    for (folder, least) in
        [("drivers/char", 20), ("drivers/misc", 10), ("drivers/scsi", 15), ("drivers/usb", 15)]
    {
        assert_complete(&sources.join(folder), least);
    }
}

/// Where the oracle keeps what it unpacks.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle")
}

/// Fails with each definition of a command that a search of the text finds, and that the front end
/// neither lists nor reports.
fn assert_complete(folder: &Path, least: usize) {
    let (interface, problems) =
        read(&Request { paths: vec![folder.to_owned()], ..Request::default() });
    let mut known: HashSet<&str> = HashSet::new();
    known.extend(interface.commands.iter().map(|command| command.name.as_str()));
    known.extend(interface.families.iter().map(|family| family.name.as_str()));
    known.extend(EXPLAINED.iter().map(|(name, _)| *name));
    let reported =
        |name: &str| problems.iter().any(|problem| problem.message.contains(&format!("`{name}`")));
    known.extend(interface.not_understood.iter().map(|unknown| unknown.name.as_str()));
    let mut searched = 0;
    let mut missing = Vec::new();
    for file in c_files(folder) {
        // Files of another encoding are reported as such.
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for line in without_comments(&text).replace("\\\n", " ").lines() {
            let Some(name) = defined_with_io(line) else { continue };
            searched += 1;
            if !known.contains(name) && !reported(name) {
                missing.push(format!("{}: {line}", file.display()));
            }
        }
    }
    assert!(searched >= least, "the search itself finds only {searched} in {}", folder.display());
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What the front end may look at: of a kernel the headers for programs, of a driver everything.
fn c_files(folder: &Path) -> Vec<PathBuf> {
    let is_kernel = folder.join("include/uapi/linux").is_dir();
    let files = walkdir::WalkDir::new(folder).follow_links(true).into_iter().flatten();
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ext| ext == "h" || ext == "c"))
        .filter(|path| {
            let below = path.strip_prefix(folder).unwrap_or(path);
            // The kernel's own tools have copies of its headers.
            !is_kernel || below.starts_with("include/uapi")
        })
        .collect()
}

/// The text with a blank for each comment.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("/*") {
        kept += before;
        kept.push(' ');
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    kept + rest
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
