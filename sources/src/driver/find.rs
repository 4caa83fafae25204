//! Which files of C have handlers, and which file defines a function.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::Problem;
use memchr::memmem::Finder;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Request, failure};
use crate::c::lex::scan::hash;
use crate::reach::Reach;
use crate::reading::{limit, read_bytes};
use crate::walk::{Step, walk};

/// A file of C.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Whether it makes a function a handler.
    pub(super) has_handlers: bool,
    /// The names of what may be functions that it defines, hashed.
    defines: Vec<u64>,
}

/// Folders of a kernel tree without any code of the kernel.
const NOT_KERNEL: [&str; 4] = ["Documentation", "scripts", "tools", "usr"];

/// Whether a path is C source, or a folder that has some which handles commands.
pub fn holds_driver(path: &Path) -> bool {
    if !path.is_dir() {
        return is_source(path);
    }
    let reach = Reach::of(&[path.to_owned()], &[]);
    let met = walk(
        path,
        &reach,
        |_| true,
        |step| match step {
            Step::File(file) if is_source(file) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        },
    );
    met.is_break()
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "c")
}

/// Every file that the request means, looked at, and what could not be read.
pub(super) fn find(request: &Request, reach: &Reach) -> (Vec<Found>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut paths: Vec<(PathBuf, Named)> = Vec::new();
    for path in &request.paths {
        if !path.is_dir() {
            paths.push((path.clone(), Named::Itself));
            continue;
        }
        let is_tree = path.join("Kconfig").is_file() && path.join("arch").is_dir();
        let enters = |folder: &Path| {
            let is_top = folder.parent() == Some(path);
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name != ".git" && !(is_tree && is_top && NOT_KERNEL.contains(&name))
        };
        let _ = walk(path, reach, enters, |step| {
            match step {
                Step::File(file) if is_source(file) => {
                    paths.push((file.to_owned(), Named::InFolder));
                }
                Step::LeadsOut(link, outside) if is_source(link) => {
                    problems.push(failure(link, format!("not read: it {outside}")));
                }
                Step::Fails(file, error) => {
                    problems.push(failure(file, format!("cannot read: {error}")));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
    }
    let mut seen = BTreeSet::new();
    paths.retain(|(path, _)| seen.insert(path.clone()));
    let looked: Vec<Result<Found, Problem>> =
        paths.into_par_iter().map(|(path, named)| look(path, named)).collect();
    let mut found = Vec::new();
    for one in looked {
        match one {
            Ok(file) => found.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
}

/// How a file came to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// By its own name: it is parsed whatever it holds.
    Itself,
    /// In a folder.
    InFolder,
}

fn look(path: PathBuf, named: Named) -> Result<Found, Problem> {
    let bytes = read_bytes(&path, limit::SOURCE)
        .map_err(|error| failure(&path, format!("cannot read: {error}")))?;
    let has_handlers = named == Named::Itself || has_handlers(&bytes);
    Ok(Found { path, has_handlers, defines: defined(&bytes) })
}

/// The text of a file. What is not UTF-8, such as a name in a comment, is replaced byte by byte.
pub(super) fn text_of(path: &Path) -> Result<String, Problem> {
    let bytes = read_bytes(path, limit::SOURCE)
        .map_err(|error| failure(path, format!("cannot read: {error}")))?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut bytes = error.into_bytes();
        for byte in &mut bytes {
            if !byte.is_ascii() {
                *byte = b'?';
            }
        }
        String::from_utf8(bytes).unwrap_or_default()
    }))
}

/// Whether a member whose name speaks of ioctl is given a value, or a table has a row for a command.
fn has_handlers(bytes: &[u8]) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let finder = Finder::new(b"ioctl");
    let of_member = |at: usize| {
        let before = bytes[..at].iter().rev().take_while(|byte| is_word(**byte)).count();
        let begin = at - before;
        let is_member = begin > 0
            && (bytes[begin - 1] == b'.' || begin > 1 && bytes[begin - 2..begin] == *b"->");
        let behind = &bytes[at..];
        let end = behind.iter().position(|byte| !is_word(*byte)).unwrap_or(behind.len());
        let next = behind[end..].iter().position(|byte| !byte.is_ascii_whitespace());
        is_member
            && next.is_some_and(|next| {
                behind[end + next] == b'=' && behind.get(end + next + 1) != Some(&b'=')
            })
    };
    finder.find_iter(bytes).any(of_member)
        || [
            &b".ndo_siocdevprivate"[..],
            b".ndo_siocwandev",
            b"IOCTL_DEF",
            b"IOCTL_INFO(",
            b"MEDIA_IOC(",
            b"IOCTL_OP(",
            b"[_IOC_NR(",
        ]
        .iter()
        .any(|row| memchr::memmem::find(bytes, row).is_some())
}

/// The names in front of a parenthesis in lines that begin with a word: definitions of functions, and
/// their like. Hashed and sorted.
fn defined(bytes: &[u8]) -> Vec<u64> {
    let mut names = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let begins = line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        if !begins || line.last() == Some(&b';') {
            continue;
        }
        let Some(open) = memchr::memchr(b'(', line) else { continue };
        let before = line[..open].trim_ascii_end();
        let begin = before
            .iter()
            .rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
            .map_or(0, |at| at + 1);
        if let Ok(name) = std::str::from_utf8(&before[begin..])
            && !name.is_empty()
        {
            names.push(hash(name));
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Which files define a name.
#[derive(Debug)]
pub(super) struct Index<'f> {
    files: &'f [Found],
    by_name: FxHashMap<u64, Vec<u32>>,
}

/// A name that so many files define is not looked for elsewhere.
const AMBIGUOUS: usize = 8;

impl<'f> Index<'f> {
    pub(super) fn of(files: &'f [Found]) -> Self {
        let mut by_name: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for (place, file) in files.iter().enumerate() {
            for name in &file.defines {
                by_name.entry(*name).or_default().push(place as u32);
            }
        }
        Self { files, by_name }
    }

    /// The files that may define a function: those in folders that are read already, where there are
    /// several.
    pub(super) fn defining(&self, name: &str, folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let places = self.by_name.get(&hash(name)).map(Vec::as_slice).unwrap_or_default();
        let paths = places.iter().map(|place| &self.files[*place as usize].path);
        if places.len() <= 1 {
            return paths.cloned().collect();
        }
        let near: Vec<PathBuf> = paths
            .clone()
            .filter(|path| path.parent().is_some_and(|folder| folders.contains(folder)))
            .cloned()
            .collect();
        if !near.is_empty() && near.len() <= AMBIGUOUS {
            return near;
        }
        if places.len() <= AMBIGUOUS { paths.cloned().collect() } else { Vec::new() }
    }
}
