//! Patches as text: unified diffs, alone or in mails, and what they make of files.
//!
//! Nothing here opens a file. [`read`] takes a patch apart, and [`series::settle`] works out, with whoever
//! knows the files, what these were before and are after it.

mod fit;
mod mail;
mod name;
pub mod series;
mod unified;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

pub use mail::Body;
pub use name::{Name, Strip};

/// What a patch says.
#[derive(Debug, Default)]
pub struct Patch {
    /// In the order in which the patch has them: a series may change a file more than once.
    pub changes: Vec<Change>,
    /// How many files have a diff, whatever it says of them.
    pub diffs: usize,
    /// What could not be read.
    pub mistakes: Vec<Mistake>,
}

/// Something in a patch that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub place: PatchLine,
    /// What is wrong, in a sentence that follows on the place.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
}

/// A line of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchLine {
    /// Counted from 1, in the patch as it was given.
    pub line: usize,
    /// The line behind that one, counted from 1, of a mail's decoded text.
    pub decoded: Option<usize>,
    /// The subject of the mail, where it is in one.
    pub subject: Option<Arc<str>>,
}

impl std::fmt::Display for PatchLine {
    /// `line 12`, or `line 3 of the text that is encoded from line 12`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.decoded {
            None => write!(f, "line {}", self.line),
            Some(decoded) => {
                write!(f, "line {decoded} of the text that is encoded from line {}", self.line)
            }
        }
    }
}

/// What a patch says of one file.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where it begins.
    pub place: PatchLine,
    /// What the file was called; none if it is new.
    pub old: Option<Name>,
    /// What it is called; none if it is deleted.
    pub new: Option<Name>,
    /// What becomes of the old file.
    pub kind: Kind,
    /// How the text changes.
    pub content: Content,
    /// The text that the lines of hunks are in.
    text: Arc<[u8]>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its text changes.
    Modified,
    /// There was none.
    New,
    /// It is deleted.
    Deleted,
    /// It is called otherwise.
    Renamed,
    /// There is another one like it.
    Copied,
}

/// How a file's text changes.
#[derive(Debug, Clone)]
pub enum Content {
    /// By these hunks: none where it stays as it is.
    Hunks(Vec<Hunk>),
    /// It is no text.
    Binary,
    /// It is a symbolic link or a submodule.
    NoFile,
}

/// A piece of a file that changes, with lines around.
#[derive(Debug, Clone)]
pub struct Hunk {
    /// Its `@@` line.
    pub place: PatchLine,
    /// Where it begins in the old and in the new file, counted from 1; where it has no lines of one, the
    /// line before.
    starts: [usize; 2],
    lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Debug, Clone)]
struct Line {
    sign: Sign,
    /// Without the line end.
    at: Range<usize>,
    /// Whether no line end follows it in the file.
    is_unended: bool,
}

/// Which of the two files has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Both,
    Old,
    New,
}

/// One of the two files that a change is between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    fn has(self, sign: Sign) -> bool {
        match sign {
            Sign::Both => true,
            Sign::Old => self == Self::Old,
            Sign::New => self == Self::New,
        }
    }
}

/// Takes a patch apart: a diff, a mail with one, or an mbox of such mails.
pub fn read(patch: &[u8]) -> Patch {
    let mut all = Patch::default();
    let (bodies, mistakes) = mail::bodies(patch);
    all.mistakes.extend(mistakes);
    for body in bodies {
        unified::read(&body, &mut all);
    }
    all
}
