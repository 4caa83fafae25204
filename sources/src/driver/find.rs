//! Which files of C have handlers, and which file defines a function.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::Problem;
use memchr::memmem::{self, Finder};
use rayon::iter::Either;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Request, failure, mentions};
use crate::c::lex::names::hash;
use crate::c::{is_kept, is_kernel_root};
use crate::overlay;
use crate::reach::Reach;
use crate::reading::{decode, limit, read_bytes};
use crate::walk::{Step, walk};

/// A file of C.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Whether it makes a function a handler.
    pub(super) has_handlers: bool,
    /// Whether it has to do with ioctls, by a word in it.
    pub(super) speaks_of_ioctl: bool,
    /// The commands that it may define.
    pub(super) commands: Vec<String>,
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
        let is_tree = is_kernel_root(path);
        let enters = |folder: &Path| {
            let is_top = folder.parent() == Some(path);
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            is_kept(folder) && !(is_tree && is_top && NOT_KERNEL.contains(&name))
        };
        let _ = walk(path, reach, enters, |step| {
            problems.extend(step.unread(is_source).map(|(path, why)| failure(path, why)));
            if let Step::File(file) = step
                && is_source(file)
            {
                paths.push((file.to_owned(), Named::InFolder));
            }
            ControlFlow::Continue(())
        });
    }
    let mut seen = BTreeSet::new();
    paths.retain(|(path, _)| seen.insert(path.clone()));
    let look = overlay::carried(|(path, named)| look(path, named));
    let (unread, found): (Vec<Problem>, Vec<Found>) =
        paths.into_par_iter().map(look).partition_map(Either::from);
    problems.extend(unread);
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
    let has_handlers = named == Named::Itself || makes_handlers(&bytes);
    let speaks_of_ioctl = speaks_of_ioctl(&bytes);
    let defines = defined(&bytes);
    let commands = if speaks_of_ioctl { commands_of(&decode(bytes).0) } else { Vec::new() };
    Ok(Found { path, has_handlers, speaks_of_ioctl, commands, defines })
}

fn commands_of(text: &str) -> Vec<String> {
    if mentions::may_define_commands(text) { mentions::defined_in(text) } else { Vec::new() }
}

fn speaks_of_ioctl(bytes: &[u8]) -> bool {
    [&b"ioctl"[..], b"IOC"].iter().any(|word| memmem::find(bytes, word).is_some())
}

/// The text of a file. What is not UTF-8, such as a name in a comment, is replaced byte by byte.
pub(super) fn text_of(path: &Path) -> Result<String, Problem> {
    let bytes = read_bytes(path, limit::SOURCE)
        .map_err(|error| failure(path, format!("cannot read: {error}")))?;
    Ok(decode(bytes).0)
}

/// Members for handlers whose names do not say so.
const MEMBERS: [&[u8]; 2] = [b".ndo_siocdevprivate", b".ndo_siocwandev"];

/// What a row of a table of commands begins with, and the system call itself.
const ROWS: [&[u8]; 7] = [
    b"SYSCALL_DEFINE3(ioctl,",
    b"snd_ctl_register_ioctl",
    b"IOCTL_DEF",
    b"IOCTL_INFO(",
    b"MEDIA_IOC(",
    b"IOCTL_OP(",
    b"[_IOC_NR(",
];

/// Whether a file of C makes a function a handler, as far as its text alone says.
///
/// # Errors
/// Why it cannot be read.
pub fn has_handlers(path: &Path) -> Result<bool, Problem> {
    let bytes = read_bytes(path, limit::SOURCE)
        .map_err(|error| failure(path, format!("cannot read: {error}")))?;
    Ok(makes_handlers(&bytes))
}

/// Whether a member whose name speaks of ioctl is given a value, or a table has a row for a command. Each
/// byte is looked at once.
fn makes_handlers(bytes: &[u8]) -> bool {
    let has = |row: &[u8]| memmem::find(bytes, row).is_some();
    // Most files of a kernel have none of the words that the others hold.
    (speaks_of_ioctl(bytes) && (gives_a_member(bytes) || ROWS.iter().any(|row| has(row))))
        || MEMBERS.iter().any(|member| has(member))
}

fn gives_a_member(bytes: &[u8]) -> bool {
    let finder = Finder::new(b"ioctl");
    let mut from = 0;
    while let Some(found) = finder.find(&bytes[from..]) {
        let at = from + found;
        let begin =
            bytes[from..at].iter().rposition(|byte| !is_word(*byte)).map(|it| from + it + 1);
        let begin = begin.unwrap_or(from);
        let end =
            bytes[at..].iter().position(|byte| !is_word(*byte)).map_or(bytes.len(), |it| at + it);
        let is_member = bytes[..begin].ends_with(b".") || bytes[..begin].ends_with(b"->");
        if is_member && is_given(&bytes[end..]) {
            return true;
        }
        from = end;
    }
    false
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `=`, and not `==`, follows.
fn is_given(behind: &[u8]) -> bool {
    let behind = behind.trim_ascii_start();
    behind.first() == Some(&b'=') && behind.get(1) != Some(&b'=')
}

/// The names in front of a parenthesis in lines that begin with a word: definitions of functions, and
/// their like. Hashed and sorted.
fn defined(bytes: &[u8]) -> Vec<u64> {
    let mut names = Vec::new();
    for line in lines(bytes) {
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

/// The lines of a text, without what ends them.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// A name that so many files define is not looked for elsewhere.
const AMBIGUOUS: usize = 8;

/// The files that may define some functions: of each, those in folders that are read already, where there are
/// several.
pub(super) fn defining(
    names: &[String],
    files: &[Found],
    folders: &BTreeSet<PathBuf>,
) -> BTreeSet<PathBuf> {
    let wanted: FxHashSet<u64> = names.iter().map(|name| hash(name)).collect();
    // A kernel defines a million names, of which a few hundred are asked for.
    let of_file = |(place, file): (usize, &Found)| -> Vec<(u64, usize)> {
        file.defines.iter().filter(|it| wanted.contains(*it)).map(|it| (*it, place)).collect()
    };
    let found: Vec<Vec<(u64, usize)>> = files.par_iter().enumerate().map(of_file).collect();
    let mut by_name: FxHashMap<u64, Vec<&Path>> = FxHashMap::default();
    for (name, place) in found.into_iter().flatten() {
        by_name.entry(name).or_default().push(&files[place].path);
    }
    by_name.into_values().flat_map(|paths| chosen(&paths, folders)).collect()
}

/// Which of the files that define one name are read.
fn chosen(paths: &[&Path], folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let is_of_an_architecture = |path: &&Path| path.iter().any(|folder| folder == "arch");
    let all = || paths.iter().map(|path| path.to_path_buf()).collect();
    if paths.len() <= 1 || paths.len() <= AMBIGUOUS && paths.iter().all(is_of_an_architecture) {
        return all();
    }
    let is_near = |path: &&&Path| path.parent().is_some_and(|folder| folders.contains(folder));
    let near: Vec<PathBuf> = paths.iter().filter(is_near).map(|path| path.to_path_buf()).collect();
    if !near.is_empty() && near.len() <= AMBIGUOUS {
        return near;
    }
    if paths.len() <= AMBIGUOUS { all() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_speaks_of_ioctl_and_is_given_a_value_makes_a_handler() {
        for text in [
            "\t.unlocked_ioctl = foo,",
            "ops->ndo_eth_ioctl\n=foo;",
            "x.ioctl_y_ioctl =f",
            ".compat_ioctl=f",
            ".ndo_siocwandev = f",
            "DRM_IOCTL_DEF_DRV(FOO, foo, 0)",
        ] {
            assert!(makes_handlers(text.as_bytes()), "{text}");
        }
        for text in [
            "if (ops->ioctl == foo)",
            "ret = ops->unlocked_ioctl(file, cmd, arg);",
            "int ioctl = 3;",
            "ioctl",
            ".ioctl",
            "",
        ] {
            assert!(!makes_handlers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_megabyte_of_one_word_and_one_of_blanks_are_looked_at_once() {
        // Quadratic, either would take hours.
        assert!(!makes_handlers("ioctl".repeat(1 << 18).as_bytes()));
        assert!(!makes_handlers(".ioctl ".repeat(1 << 18).as_bytes()));
        assert!(!makes_handlers(format!(".ioctl{}", " ".repeat(1 << 20)).as_bytes()));
    }
}
