//! Lists of numbers: files in any language that give names plain numbers, to be compared with the header
//! that defines the names.
//!
//! Read are the constants of Go, assignments of Python, columns of names and numbers, JSON, and C headers
//! that define nothing but numbers. Whatever else a file has is skipped: a value that is not a plain number
//! is kept with its place, as [not understood](ioctlkit_model::NotUnderstood), for whoever knows whether
//! its name is a command's.

mod c;
mod columns;
mod go;
mod json;
mod number;
mod python;

use std::ops::Range;
use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    FileId, Header, Interface, NotUnderstood, Problem, ProblemKind, RawNumber, Span, Variants,
};

use crate::reading::{self, limit};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// The ABIs to look at. A Go file may be for some of them alone.
    pub abis: AbiSet,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Go,
    Python,
    /// A name and a number in each line, with a comma, a semicolon, white space or the like between them.
    Columns,
    Json,
    C,
}

impl Format {
    fn by_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "go" => Some(Self::Go),
            "py" | "pyi" => Some(Self::Python),
            "csv" | "tsv" | "txt" => Some(Self::Columns),
            "json" => Some(Self::Json),
            "h" => Some(Self::C),
            _ => None,
        }
    }

    fn entries(self, text: &str) -> Result<Vec<Entry>, Broken> {
        match self {
            Self::Go => Ok(go::entries(text)),
            Self::Python => Ok(python::entries(text)),
            Self::Columns => Ok(columns::entries(text)),
            Self::Json => json::entries(text),
            Self::C => Ok(c::entries(text)),
        }
    }
}

/// A name and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    /// The bytes of the name.
    at: Range<usize>,
    /// The number, or why there is none.
    value: Result<u32, &'static str>,
}

/// Why a list could not be read at all.
#[derive(Debug, PartialEq, Eq)]
struct Broken {
    message: String,
    line: Option<usize>,
}

/// Whether a file's name says that it may be a list of numbers, and no C header.
pub fn is_list(path: &Path) -> bool {
    Format::by_name(path).is_some_and(|format| format != Format::C) && path.is_file()
}

/// Whether a file is a C header that defines numbers and nothing else.
pub fn is_header_of_numbers(path: &Path) -> bool {
    Format::by_name(path) == Some(Format::C)
        && reading::read_text(path, limit::SOURCE).is_ok_and(|text| c::has_numbers_alone(&text))
}

/// Reads lists of numbers.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    let mut interface = Interface { abis: request.abis, ..Interface::default() };
    let mut problems = Vec::new();
    for path in &request.paths {
        match read_file(path) {
            Ok((text, entries)) => add(&mut interface, request.abis, path, text, entries),
            Err(Broken { message, line }) => {
                let line = line.map_or(String::new(), |line| format!("line {line}: "));
                problems.push(Problem {
                    kind: ProblemKind::Failure,
                    path: Some(path.clone()),
                    span: None,
                    message: format!("{line}{message}"),
                    help: Some(
                        "a list has names and plain numbers: `const` of Go, assignments of Python, \
                         lines of `NAME,number`, a JSON object, or a list of objects with `name` and \
                         `number`"
                            .into(),
                    ),
                });
            }
        }
    }
    (interface, problems)
}

fn read_file(path: &Path) -> Result<(String, Vec<Entry>), Broken> {
    let broken = |message| Broken { message, line: None };
    let text = reading::read_text(path, limit::SOURCE)
        .map_err(|error| broken(format!("cannot read: {error}")))?;
    let format = Format::by_name(path)
        .ok_or_else(|| broken("a file of this kind is not a list of numbers".into()))?;
    let entries = format.entries(&text)?;
    if entries.iter().all(|entry| entry.value.is_err()) {
        return Err(broken("no name in it is given a plain number".into()));
    }
    Ok((text, entries))
}

fn add(interface: &mut Interface, abis: AbiSet, path: &Path, text: String, entries: Vec<Entry>) {
    let own =
        if Format::by_name(path) == Some(Format::Go) { go::abis(path, &text) } else { AbiSet::ALL };
    let abis = abis.intersection(own);
    let file: FileId = interface.sources.add_list(path.to_owned(), text.into());
    interface.headers.push(Header { file, abis, errors: Vec::new(), not_read: Vec::new() });
    if abis.is_empty() {
        return;
    }
    for Entry { name, at, value } in entries {
        let span = Span { file, start: at.start as u32, end: at.end as u32 };
        match value {
            Ok(number) => interface.raw_numbers.push(RawNumber {
                name,
                span,
                variants: Variants::one(abis, number),
                through: String::new(),
            }),
            Err(reason) => {
                interface.not_understood.push(NotUnderstood {
                    name,
                    span,
                    abis,
                    reason: reason.into(),
                });
            }
        }
    }
}

/// Whether a text is a name that C may have.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The bytes of a part of a text.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr()).min(text.len());
    start..(start + part.len()).min(text.len())
}

#[cfg(test)]
mod tests;
