//! The contents of files, asked of git one by one.

use std::io::{BufRead, BufReader, Read, Write};

use ioctlkit_sources::programs::Running;
use ioctlkit_sources::reading::{Size, limit};

use super::command::{self, Git};
use crate::cli::failure::Failure;

/// What a revision's files may come to, in bytes. All headers and sources of a kernel come to 1.3 GiB.
const MOST: u64 = 4 << 30;

const ASKED: [&str; 2] = ["cat-file", "--batch"];

/// A run of git that answers with objects.
pub(super) struct Objects {
    running: Running,
    asked: Option<Box<dyn Write + Send>>,
    answered: Box<dyn BufRead + Send>,
    /// The bytes that are left.
    left: u64,
}

/// Why a file has no contents.
pub(super) enum NoContents {
    /// The system's word.
    System(std::io::Error),
    /// The repository lacks it, or git's answer is none.
    Missing,
    /// It is too large, as a sentence.
    TooLarge(String),
}

impl From<std::io::Error> for NoContents {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}

impl From<NoContents> for Failure {
    fn from(error: NoContents) -> Self {
        match error {
            NoContents::System(error) => Self::of_io("cannot read from git", &error),
            NoContents::Missing => Self::new("git could not read its objects").help(
                "nothing is fetched here that a partial clone lacks: fetch it with git, or name two \
                 folders instead",
            ),
            NoContents::TooLarge(what) => Self::new(what).help("name two folders instead"),
        }
    }
}

impl Objects {
    /// Starts git.
    pub(super) fn of(git: &Git) -> Result<Self, Failure> {
        let mut running = git.start(&ASKED)?;
        let (Some(asked), Some(answered)) = (running.stdin(), running.stdout()) else {
            return Err(Failure::new("cannot talk to git"));
        };
        Ok(Self {
            running,
            asked: Some(Box::new(asked)),
            answered: Box::new(BufReader::new(answered)),
            left: MOST,
        })
    }

    /// The contents of an object, which is what `path` has.
    pub(super) fn contents(&mut self, object: &str, path: &str) -> Result<Vec<u8>, NoContents> {
        // One question has one answer, so that neither waits for the other.
        let Some(asked) = &mut self.asked else { return Err(NoContents::Missing) };
        asked.write_all(format!("{object}\n").as_bytes())?;
        asked.flush()?;
        // OBJECT SP TYPE SP SIZE LF CONTENTS LF, or OBJECT SP "missing" LF.
        let mut head = String::new();
        self.answered.by_ref().take(1 << 10).read_line(&mut head)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
        let size: u64 = size.ok_or(NoContents::Missing)?;
        if size > limit::SOURCE {
            let most = Size(limit::SOURCE);
            return Err(NoContents::TooLarge(format!("{path} is larger than {most}")));
        }
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            NoContents::TooLarge(format!("the revision has more than {} of source", Size(MOST)))
        })?;
        let mut text = Vec::new();
        self.answered.by_ref().take(size).read_to_end(&mut text)?;
        let mut end = [0];
        self.answered.read_exact(&mut end)?;
        Ok(text)
    }

    /// Lets git end.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.asked = None;
        let status = self.running.finish().map_err(|error| command::failed(&ASKED, error))?;
        if status.success() { Ok(()) } else { Err(NoContents::Missing.into()) }
    }
}
