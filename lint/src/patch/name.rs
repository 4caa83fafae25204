//! How patches spell the names of files.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// A file's name as a patch has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    path: PathBuf,
    /// How many folders in front of it are not the tree's.
    pub strip: Strip,
}

/// How many of a name's first folders are not the tree's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strip {
    /// None: git says so itself.
    Nothing,
    /// One, as git's `a/` and `b/`.
    One,
    /// Whoever made the diff knows.
    Unknown,
}

impl Name {
    pub(super) fn new(bytes: &[u8], strip: Strip) -> Self {
        Self { path: PathBuf::from(OsStr::from_bytes(bytes)), strip }
    }

    /// As the patch has it.
    pub fn as_written(&self) -> &Path {
        &self.path
    }

    /// What it may be called in the tree, the likeliest first. A name that is no path below the tree has none.
    pub fn candidates(&self) -> Vec<PathBuf> {
        let parts: Option<Vec<&OsStr>> = self
            .path
            .components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| match part {
                Component::Normal(name) => Some(name),
                _ => None,
            })
            .collect();
        let Some(parts) = parts else { return Vec::new() };
        let without = |count: usize| -> Option<PathBuf> {
            let rest = parts.get(count..)?;
            (!rest.is_empty()).then(|| rest.iter().collect())
        };
        let counts: &[usize] = match self.strip {
            Strip::Nothing => &[0],
            Strip::One => &[1],
            Strip::Unknown => &[1, 0, 2, 3],
        };
        counts.iter().filter_map(|count| without(*count)).collect()
    }
}

/// A name behind `---`, `+++`, `rename from` and their like: in quotation marks where it has characters that
/// need them, else up to a tab. Nothing where it stands for no file.
pub(super) fn parse(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end();
    let name = match unquoted(text) {
        Some((name, _)) => name,
        None => text.split(|byte| *byte == b'\t').next().unwrap_or(text).to_vec(),
    };
    (name != b"/dev/null" && !name.is_empty()).then_some(name)
}

/// A name in quotation marks, as C spells a string, and what follows it.
fn unquoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (first, behind) = rest.split_first()?;
        rest = behind;
        match first {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (escaped, behind) = rest.split_first()?;
                rest = behind;
                name.push(match escaped {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => *escaped,
                    b'0'..=b'3' => {
                        let (digits, behind) = rest.split_at_checked(2)?;
                        rest = behind;
                        let digit = |byte: u8| (b'0'..=b'7').contains(&byte).then(|| byte - b'0');
                        digit(*escaped)? << 6 | digit(digits[0])? << 3 | digit(digits[1])?
                    }
                    _ => return None,
                });
            }
            other => name.push(*other),
        }
    }
}

/// The two names of a line `diff --git`, which both are the same file's: those of a new name have lines of
/// their own. Nothing where it cannot be told where the first ends.
pub(super) fn of_git_line(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let text = text.trim_ascii_end();
    if let Some((old, rest)) = unquoted(text) {
        let rest = rest.strip_prefix(b" ")?;
        let new = unquoted(rest).map_or_else(|| rest.to_vec(), |(name, _)| name);
        return Some((old, new));
    }
    if text.ends_with(b"\"") {
        let at = text.windows(2).position(|two| two == b" \"")?;
        return Some((text[..at].to_vec(), unquoted(&text[at + 1..])?.0));
    }
    // Both have the same length.
    let middle = text.len() / 2;
    let (old, new) = (text.get(..middle)?, text.get(middle + 1..)?);
    let is_same =
        text.get(middle) == Some(&b' ') && (old == new || behind_first(old) == behind_first(new));
    is_same.then(|| (old.to_vec(), new.to_vec()))
}

fn behind_first(name: &[u8]) -> Option<&[u8]> {
    let at = name.iter().position(|byte| *byte == b'/')?;
    name.get(at + 1..)
}

/// How many folders in front of two names of git's are not the tree's: `a/` and `b/` differ, and without
/// them the names are the same.
pub(super) fn strip_of(old: &[u8], new: &[u8]) -> Strip {
    match (old == new, behind_first(old), behind_first(new)) {
        (true, ..) => Strip::Nothing,
        (false, Some(one), Some(other)) if one == other => Strip::One,
        _ => Strip::Unknown,
    }
}
