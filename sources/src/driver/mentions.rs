//! Which C files name a command, besides those whose handlers were followed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::DriverCode;
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Request;
use super::find::{Found, text_of};
use crate::c::is_kernel_root;
use crate::c::lex::names::{hash, hashed_words};
use crate::c::lex::scan::{Define, Scan, Token, scan, tokens};
use crate::overlay;
use crate::walk::{Step, is_hidden, walk};

/// For each command that is defined in the headers and sources of a request, and that no handler is known
/// for: the first file and line of C source that names it, other than to define it.
pub(super) fn mentions(
    request: &Request,
    found: &[Found],
    code: &DriverCode,
    declared_in: &[PathBuf],
) -> BTreeMap<String, String> {
    let defined = |path: &PathBuf| Some(defined_in(&text_of(path).ok()?));
    let of_headers: Vec<String> = headers(request, declared_in)
        .par_iter()
        .filter_map(overlay::carried(defined))
        .flatten_iter()
        .collect();
    let of_sources = found.iter().flat_map(|file| &file.commands).cloned();
    let handled: BTreeSet<&str> = code
        .handlers
        .iter()
        .flat_map(|handler| &handler.commands)
        .map(|command| command.name.as_str())
        .collect();
    let open = of_headers.into_iter().chain(of_sources);
    let open = Open::of(open.filter(|name| !handled.contains(name.as_str())));
    let sources: Vec<&Path> =
        found.iter().filter(|file| file.speaks_of_ioctl).map(|file| file.path.as_path()).collect();
    let named: Vec<Vec<(&String, String)>> = sources
        .into_par_iter()
        .map(overlay::carried(|path: &Path| named_in(path, &open)))
        .collect();
    let mut mentions = BTreeMap::new();
    for (name, place) in named.into_iter().flatten() {
        mentions.entry(name.clone()).or_insert(place);
    }
    mentions
}

/// The commands that are looked for.
struct Open {
    by_hash: FxHashMap<u64, String>,
    /// A bit for what the hash of a name ends in: nearly all words of a text are none of them.
    endings: Vec<u64>,
}

impl Open {
    const BITS: u64 = 1 << 16;

    fn of(names: impl Iterator<Item = String>) -> Self {
        let by_hash: FxHashMap<u64, String> = names.map(|name| (hash(&name), name)).collect();
        let mut endings = vec![0; (Self::BITS / 64) as usize];
        for hash in by_hash.keys() {
            endings[(hash % Self::BITS / 64) as usize] |= 1 << (hash % 64);
        }
        Self { by_hash, endings }
    }

    fn get(&self, hash: u64) -> Option<&String> {
        let is_possible = self.endings[(hash % Self::BITS / 64) as usize] >> (hash % 64) & 1 == 1;
        is_possible.then(|| self.by_hash.get(&hash)).flatten()
    }
}

/// Which of some commands a file names, and where.
fn named_in<'n>(path: &Path, open: &'n Open) -> Vec<(&'n String, String)> {
    let Ok(text) = text_of(path) else { return Vec::new() };
    let wanted: BTreeSet<&String> =
        hashed_words(text.as_bytes()).filter_map(|word| open.get(word)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let scanned = scan(&text);
    let place = |name: &'n String| {
        scanned.identifiers.binary_search(&hash(name)).ok()?;
        let line = named_at(&text, &scanned, name)?;
        Some((name, format!("{}:{line}", path.display())))
    };
    wanted.into_iter().filter_map(place).collect()
}

/// Headers that may define commands: of a kernel those for programs, of a driver all of its own.
fn headers(request: &Request, declared_in: &[PathBuf]) -> Vec<PathBuf> {
    let reach = request.reach();
    let mut headers: BTreeSet<PathBuf> = declared_in.iter().cloned().collect();
    for path in request.paths.iter().filter(|path| path.is_dir()) {
        let is_kernel = is_kernel_root(path);
        let _ = walk(
            path,
            &reach,
            |folder| !is_hidden(folder),
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

/// Whether a text may define a command: that is much less than to read its definitions.
pub(super) fn may_define_commands(text: &str) -> bool {
    let bytes = text.as_bytes();
    stretches(bytes, b"define", end_of_directive).any(|line| speaks(line) || opens_comment(line))
        || stretches(bytes, b"const", |rest| memchr::memchr(b';', rest)).any(speaks)
        || may_enumerate_commands(text)
}

fn speaks(text: &[u8]) -> bool {
    memmem::find(text, b"IO").is_some()
}

/// Where the line ends that a directive begins with, continued lines included.
fn end_of_directive(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', text)
        .find(|end| !(text[..*end].ends_with(b"\\") || text[..*end].ends_with(b"\\\r")))
}

/// Whether a comment begins in a line that does not end there: what is behind it belongs to the directive.
fn opens_comment(line: &[u8]) -> bool {
    memmem::rfind(line, b"/*").is_some_and(|at| memmem::find(&line[at..], b"*/").is_none())
}

/// Whether a text may have commands among its enumerators.
fn may_enumerate_commands(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), b"enum") {
        rest = &rest[at + "enum".len()..];
        match end_of_enumeration(rest) {
            Some(end) if speaks(&rest.as_bytes()[..end]) => return true,
            Some(end) => rest = &rest[end..],
            None => return true,
        }
    }
    false
}

/// Where an enumeration ends whose first word is in front of a text; nothing where directives come before its
/// enumerators.
fn end_of_enumeration(behind: &str) -> Option<usize> {
    let mut open: u32 = 0;
    for (at, token) in tokens(behind) {
        match token {
            Token::Punctuation("{") => open += 1,
            Token::Punctuation("}") if open > 1 => open -= 1,
            Token::Punctuation("#") if open == 0 => return None,
            Token::Word(_) => {}
            Token::Punctuation("}") => return Some(at),
            _ if open == 0 => return Some(at),
            _ => {}
        }
    }
    Some(behind.len())
}

/// What stands between a word and where that ends. No byte is in two of them, however often a text has the
/// word.
fn stretches<'b>(
    bytes: &'b [u8],
    word: &'b [u8],
    end: impl Fn(&[u8]) -> Option<usize>,
) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let from = &rest[memmem::find(rest, word)?..];
        let (found, behind) = from.split_at(end(from).unwrap_or(from.len()));
        rest = behind;
        Some(found)
    })
}

/// The macros, enumerators and constants of a text whose own text speaks of `_IO`, as the numbers of commands do.
pub(super) fn defined_in(text: &str) -> Vec<String> {
    let Scan { defines, enumerators, .. } = scan(text);
    let is_number = |define: &Define| {
        let body = define.body.start as usize..define.body.end as usize;
        define.parameters.is_none() && text.get(body).is_some_and(|body| body.contains("IO"))
    };
    defines.into_iter().chain(enumerators).filter(is_number).map(|define| define.name).collect()
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
    fn what_defines_commands_is_not_passed_over() {
        for text in [
            "#define FOO _IO('f', 1)",
            "# define FOO \\\n\t_IO('f', 1)",
            "#define FOO \\\r\n\t_IO('f', 1)",
            "#define FOO /* of\n * two lines */ _IO('f', 1)\n",
            "enum a;\nenum /* } */ b {\n#if defined(X)\n\tA = (1), /* } */\n#endif\n\tFOO = _IO('f', 1) };",
            "enum\n#if X\n#endif\n{\n\tFOO = _IO('f', 1) };",
            "enum {\n\tFOO = _IO('f', 1),\n};",
            "#define A 1\n#define FOO SIOCPRIVATE\n",
            "static const unsigned int FOO =\n\t_IO('f', 1);",
        ] {
            assert_eq!(defined_in(text), ["FOO"], "{text}");
            assert!(may_define_commands(text), "{text}");
        }
        for text in [
            "#define A 1\nint ioctl = _IO('f', 1);\n",
            "#define A(x) \\\n\tf(x)\nint ioctl = _IO('f', 1);\n",
            "enum a f(enum b c);\nenum d { E, F };\nint ioctl = _IO('f', 1);\n",
        ] {
            assert!(!may_define_commands(text), "{text}");
        }
    }

    #[test]
    fn enumerations_without_end_are_looked_through_in_time_that_grows_with_them() {
        assert!(!may_define_commands(&"enum {".repeat(1 << 18)));
        assert!(!may_define_commands(&"enum ".repeat(1 << 18)));
    }

    #[test]
    fn a_name_counts_where_it_is_neither_defined_nor_in_a_comment_nor_a_part_of_another() {
        let text = "#define FOO _IO('f', 1)\n/* FOO */ int FOO_2;\nenum { BAR = _IO('f', 2) };\n\
                    int x = sizeof(FOO);\n";
        let scanned = scan(text);
        assert_eq!(named_at(text, &scanned, "FOO"), Some(4));
        assert_eq!(named_at(text, &scanned, "BAR"), None);
        assert_eq!(defined_in(text), ["FOO", "BAR"]);
    }
}
