//! Which C files name a command, besides those whose handlers were followed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::DriverCode;
use memchr::memmem;
use rayon::prelude::*;

use super::Request;
use super::find::{Found, text_of};
use crate::c::is_kernel_root;
use crate::c::lex::scan::{Scan, hash, scan};
use crate::overlay;
use crate::walk::{Step, walk};

/// For each command that is defined in the headers and sources of a request, and that no handler is known
/// for: the first file and line of C source that names it, other than to define it.
pub(super) fn mentions(
    request: &Request,
    found: &[Found],
    code: &DriverCode,
) -> BTreeMap<String, String> {
    let sources: Vec<&Path> =
        found.iter().filter(|file| file.speaks_of_ioctl).map(|file| file.path.as_path()).collect();
    let mut names: HashMap<u64, String> = headers(request, code)
        .par_iter()
        .filter_map(overlay::carried(|path: &PathBuf| text_of(path).ok()))
        .map(|text| defined(&text, &scan(&text)))
        .reduce(HashMap::new, joined);
    let looked: Vec<Looked<'_>> =
        sources.into_par_iter().filter_map(overlay::carried(Looked::at)).collect();
    names.extend(looked.iter().flat_map(|it| it.defines.clone()));
    let handled: BTreeSet<&str> = code
        .handlers
        .iter()
        .flat_map(|handler| &handler.commands)
        .map(|command| command.name.as_str())
        .collect();
    names.retain(|_, name| !handled.contains(name.as_str()));
    let mut mentions = BTreeMap::new();
    for Looked { path, identifiers, .. } in &looked {
        let wanted: Vec<&String> = identifiers
            .iter()
            .filter_map(|word| names.get(word))
            .filter(|name| !mentions.contains_key(*name))
            .collect();
        // The texts of a whole kernel are not kept: the few that are needed are read once more.
        let Some(text) = (!wanted.is_empty()).then(|| text_of(path).ok()).flatten() else {
            continue;
        };
        let scanned = scan(&text);
        let found = wanted.into_iter().filter_map(|name| {
            let line = named_at(&text, &scanned, name)?;
            Some((name.clone(), format!("{}:{line}", path.display())))
        });
        let found: Vec<(String, String)> = found.collect();
        mentions.extend(found);
    }
    mentions
}

/// What is kept of a file that was looked through.
struct Looked<'f> {
    path: &'f Path,
    /// The commands that it may define, by their hashed names.
    defines: HashMap<u64, String>,
    /// Every identifier outside comments and strings, hashed.
    identifiers: Vec<u64>,
}

impl<'f> Looked<'f> {
    fn at(path: &'f Path) -> Option<Self> {
        let text = text_of(path).ok()?;
        let scanned = scan(&text);
        Some(Self { path, defines: defined(&text, &scanned), identifiers: scanned.identifiers })
    }
}

/// Headers that may define commands: of a kernel those for programs, of a driver all of its own.
fn headers(request: &Request, code: &DriverCode) -> Vec<PathBuf> {
    let reach = request.reach();
    let mut headers: BTreeSet<PathBuf> = code.declared_in.iter().cloned().collect();
    for path in request.paths.iter().filter(|path| path.is_dir()) {
        let is_kernel = is_kernel_root(path);
        let _ = walk(
            path,
            &reach,
            |_| true,
            |step| {
                if let Step::File(file) = step
                    && file.extension().is_some_and(|extension| extension == "h")
                    && (!is_kernel || file.components().any(|part| part.as_os_str() == "uapi"))
                {
                    headers.insert(file.to_owned());
                }
                ControlFlow::Continue(())
            },
        );
    }
    headers.into_iter().collect()
}

fn joined(mut one: HashMap<u64, String>, other: HashMap<u64, String>) -> HashMap<u64, String> {
    one.extend(other);
    one
}

/// The macros and enumerators whose text speaks of `_IO`, as the numbers of commands do.
fn defined(text: &str, scanned: &Scan) -> HashMap<u64, String> {
    let is_number = |body: &str| body.contains("IO");
    scanned
        .defines
        .iter()
        .chain(&scanned.enumerators)
        .filter(|define| define.parameters.is_none())
        .filter(|define| {
            let body = define.body.start as usize..define.body.end as usize;
            text.get(body).is_some_and(is_number)
        })
        .map(|define| (hash(&define.name), define.name.clone()))
        .collect()
}

/// The first line, counted from 1, on which a name stands outside comments and definitions of it.
fn named_at(text: &str, scanned: &Scan, name: &str) -> Option<usize> {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    let definitions = || scanned.defines.iter().chain(&scanned.enumerators);
    let at = memmem::find_iter(bytes, name).find(|at| {
        let place = *at as u32;
        let is_whole = !is_word(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !is_word(bytes.get(at + name.len()));
        let is_comment = || {
            let next = scanned.comments.partition_point(|comment| comment.end <= place);
            scanned.comments.get(next).is_some_and(|comment| comment.contains(&place))
        };
        is_whole && !is_comment() && !definitions().any(|define| define.at.start == place)
    })?;
    Some(memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_where_it_is_neither_defined_nor_in_a_comment_nor_a_part_of_another() {
        let text = "#define FOO _IO('f', 1)\n/* FOO */ int FOO_2;\nenum { BAR = _IO('f', 2) };\n\
                    int x = sizeof(FOO);\n";
        let scanned = scan(text);
        assert_eq!(named_at(text, &scanned, "FOO"), Some(4));
        assert_eq!(named_at(text, &scanned, "BAR"), None);
        let mut names: Vec<String> = defined(text, &scanned).into_values().collect();
        names.sort();
        assert_eq!(names, ["BAR", "FOO"]);
    }
}
