//! What the front end asks of the file system. Where somebody wants to know later whether the
//! answers still hold, every question is put on record.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::overlay::{self, Entry};
use crate::reading::{self, ReadError, limit};

thread_local! {
    static RECORD: RefCell<Option<Looked>> = const { RefCell::new(None) };
}

/// Paths that were asked for, with what was there.
pub(crate) type Looked = BTreeMap<PathBuf, Option<Stamp>>;

/// What tells one state of a file or folder from another without reading it. A file that is
/// written, replaced or renamed, and a folder that gains or loses an entry, has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) mode: u32,
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    /// Seconds and nanoseconds.
    pub(crate) modified: (i64, i64),
    /// When anything of it changed, which no program can set.
    pub(crate) changed: (i64, i64),
}

impl Stamp {
    /// Of what a path leads to; nothing where nothing can be seen there.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::from)
    }
}

impl From<&Metadata> for Stamp {
    fn from(data: &Metadata) -> Self {
        Self {
            mode: data.mode(),
            device: data.dev(),
            inode: data.ino(),
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        }
    }
}

/// Does something, and tells what was asked meanwhile. Questions of other threads are not on
/// record: what they read has to be noted by this one.
pub(crate) fn recording<T>(work: impl FnOnce() -> T) -> (T, Looked) {
    RECORD.set(Some(Looked::new()));
    let done = work();
    (done, RECORD.take().unwrap_or_default())
}

/// Puts a path on record that is about to be read.
pub(crate) fn note(path: &Path) {
    RECORD.with_borrow_mut(|record| {
        if let Some(looked) = record
            && !looked.contains_key(path)
        {
            looked.insert(path.to_owned(), Stamp::of(path));
        }
    });
}

pub(crate) fn is_file(path: &Path) -> bool {
    note(path);
    overlay::is_file(path)
}

/// Whether there is anything but a folder: a compiler would open it.
pub(crate) fn is_there(path: &Path) -> bool {
    note(path);
    match overlay::at(path) {
        Some(Entry::Text(_)) => true,
        Some(Entry::Gone) => false,
        None => path.metadata().is_ok_and(|data| !data.is_dir()),
    }
}

pub(crate) fn is_dir(path: &Path) -> bool {
    note(path);
    path.is_dir()
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    File,
    /// A pipe, a socket or a device.
    Other,
}

pub(crate) fn kind(path: &Path) -> io::Result<Kind> {
    note(path);
    match overlay::at(path) {
        Some(Entry::Text(_)) => return Ok(Kind::File),
        Some(Entry::Gone) => return Err(overlay::missing()),
        None => {}
    }
    let data = fs::metadata(path)?;
    Ok(match data.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    })
}

pub(crate) fn read_dir(path: &Path) -> io::Result<fs::ReadDir> {
    note(path);
    fs::read_dir(path)
}

pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    note(path);
    reading::read_bytes(path, limit::SOURCE).map_err(|error| match error {
        ReadError::System(error) => error,
        other => io::Error::other(other.to_string()),
    })
}

/// The text of a file, with a `?` for each byte that is not UTF-8.
pub(crate) fn read_lossy(path: &Path) -> io::Result<String> {
    read(path).map(|bytes| reading::decode(bytes).0)
}
