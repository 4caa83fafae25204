//! Everything below a folder, in the order of names. A link is followed where it stays within reach,
//! and each folder that links lead to once.

use std::collections::HashSet;
use std::fs;
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
        let Some(path) = entries.next() else {
            open.pop();
            continue;
        };
        let is_link = match path.symlink_metadata() {
            Ok(data) => data.is_symlink(),
            Err(error) => {
                meets(Step::Fails(&path, error))?;
                continue;
            }
        };
        if is_link && let Err(outside) = reach.check(&path) {
            meets(Step::LeadsOut(&path, outside))?;
            continue;
        }
        match path.metadata() {
            Ok(data) if data.is_file() => meets(Step::File(&path))?,
            Ok(data) if data.is_dir() && enters(&path) => {
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

fn entries(folder: &Path) -> io::Result<std::vec::IntoIter<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort_unstable_by(|one, other| one.file_name().cmp(&other.file_name()));
    Ok(paths.into_iter())
}
