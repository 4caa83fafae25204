//! Everything below a folder, in the order of names. A link is followed where it stays within reach,
//! and each folder that links lead to once.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::reach::{Outside, Reach};

/// What is met on the way.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A file, or a link to one.
    File(&'a Path),
    /// A link that is not followed, and where it leads.
    LeadsOut(&'a Path, Outside),
    /// A link to a folder above it.
    LeadsBack(&'a Path),
    /// What cannot be looked at.
    Fails(&'a Path, io::Error),
}

impl Step<'_> {
    /// What of the wanted files cannot be read, or may not be, and the reason.
    pub(crate) fn unread(&self, is_wanted: impl Fn(&Path) -> bool) -> Option<(&Path, String)> {
        match self {
            Self::LeadsOut(link, outside) if is_wanted(link) => {
                Some((link, format!("not read: it {outside}")))
            }
            Self::Fails(path, error) => Some((path, format!("cannot read: {error}"))),
            _ => None,
        }
    }
}

/// Whether a folder's name hides it: `.git`, `.pc`.
pub(crate) fn is_hidden(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Walks until somebody has seen enough. `enters` says of each folder below whether it is of interest.
pub(crate) fn walk(
    folder: &Path,
    reach: &Reach,
    mut enters: impl FnMut(&Path) -> bool,
    mut meets: impl FnMut(Step<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut linked: HashSet<PathBuf> = HashSet::new();
    let mut open = Vec::new();
    match entries(folder) {
        Ok(entries) => open.push(entries),
        Err(error) => meets(Step::Fails(folder, error))?,
    }
    while let Some(entries) = open.last_mut() {
        let Some((path, kind)) = entries.next() else {
            open.pop();
            continue;
        };
        let kind = match kind {
            Ok(kind) => kind,
            Err(error) => {
                meets(Step::Fails(&path, error))?;
                continue;
            }
        };
        let is_link = kind.is_symlink();
        if is_link && let Err(outside) = reach.check(&path) {
            meets(Step::LeadsOut(&path, outside))?;
            continue;
        }
        // The folder has said of everything but links what it is: to ask again takes as long as all the rest.
        let kind = if is_link { path.metadata().map(|data| data.file_type()) } else { Ok(kind) };
        match kind {
            Ok(kind) if kind.is_file() => meets(Step::File(&path))?,
            Ok(kind) if kind.is_dir() && enters(&path) => {
                if is_link {
                    let target = fs::canonicalize(&path).unwrap_or_default();
                    let around = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
                    if around.is_some_and(|around| around.starts_with(&target)) {
                        meets(Step::LeadsBack(&path))?;
                        continue;
                    }
                    if !linked.insert(target) {
                        continue;
                    }
                }
                match self::entries(&path) {
                    Ok(entries) => open.push(entries),
                    Err(error) => meets(Step::Fails(&path, error))?,
                }
            }
            // Pipes, sockets and devices hold no text.
            Ok(_) => {}
            Err(error) => meets(Step::Fails(&path, error))?,
        }
    }
    ControlFlow::Continue(())
}

/// The entries of one folder, in the order of their names.
struct Entries {
    folder: PathBuf,
    named: std::vec::IntoIter<(OsString, io::Result<FileType>)>,
}

impl Iterator for Entries {
    type Item = (PathBuf, io::Result<FileType>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, kind) = self.named.next()?;
        Some((self.folder.join(name), kind))
    }
}

fn entries(folder: &Path) -> io::Result<Entries> {
    let named = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name(), entry.file_type()))
    };
    let mut named = fs::read_dir(folder)?.map(named).collect::<io::Result<Vec<_>>>()?;
    named.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Entries { folder: folder.to_owned(), named: named.into_iter() })
}
