//! What was read of headers, kept for the next run: most of the time that it takes to look a
//! command up goes into reading the same headers again.
//!
//! An entry is found by how it was made ([`key`]) and counts as long as every file and folder that
//! was looked at is what it was. Nothing of an entry is believed before that: one that is damaged,
//! of another version, or somebody else's is made anew, and not spoken of.

mod entry;
mod folder;
mod key;

use std::path::PathBuf;
use std::time::SystemTime;

use ioctlkit_model::{Interface, Problem, ProblemKind};

use super::{Request, look};

/// The version of the entries' format.
const FORMAT: u32 = 11;

/// Reads what no entry has.
pub(crate) trait Read:
    FnOnce(&Request) -> ((Interface, Vec<Problem>), look::Looked)
{
}

impl<T: FnOnce(&Request) -> ((Interface, Vec<Problem>), look::Looked)> Read for T {}

/// A folder with entries.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A folder, which need not exist; the one above it does, or is made.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// `$XDG_CACHE_HOME/ioctlkit/headers`, or that below `~/.cache`; none for a user without a home.
    pub fn of_user() -> Option<Self> {
        let absolute =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
        Some(Self::at(folder.join("ioctlkit/headers")))
    }

    /// Reads what the request names, as [`read`](super::read) does, or takes it from an entry.
    pub fn read(&self, request: &Request) -> (Interface, Vec<Problem>) {
        self.read_at(request, SystemTime::now())
    }

    /// As [`Cache::read`], at that time.
    pub fn read_at(&self, request: &Request, now: SystemTime) -> (Interface, Vec<Problem>) {
        self.read_by_at(request, now, |request| look::recording(|| super::read(request)))
    }

    /// As [`Cache::read`], where somebody else reads what no entry has, and says what was looked at.
    #[cfg(feature = "worker")]
    pub(crate) fn read_by(&self, request: &Request, read: impl Read) -> (Interface, Vec<Problem>) {
        self.read_by_at(request, SystemTime::now(), read)
    }

    fn read_by_at(
        &self,
        request: &Request,
        now: SystemTime,
        read: impl Read,
    ) -> (Interface, Vec<Problem>) {
        let Some(key) = key::of(request) else { return read(request).0 };
        let name = key::name(&key);
        if let Some((mut file, length)) = folder::open(&self.folder, &name)
            && let Some(known) = entry::parse(&mut file, length, &key)
        {
            return known;
        }
        let ((interface, problems), looked) = read(request);
        // What failed may not fail again.
        let failed = problems.iter().any(|problem| problem.kind == ProblemKind::Failure);
        if !failed
            && entry::is_settled(&looked, now)
            && !entry::asks_the_compiler(&interface)
            && let Some(bytes) = entry::of(&key, &looked, &interface, &problems)
        {
            folder::write(&self.folder, &name, &bytes);
        }
        (interface, problems)
    }
}

#[cfg(test)]
mod tests;
