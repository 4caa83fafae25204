//! The folder with the entries, and its files. Only what belongs to the user and nobody else can
//! write is read.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};

/// No entry is larger: the installed headers take 12 MB.
const LARGEST: u64 = 64 << 20;

/// All entries together; the oldest go.
const LARGEST_FOLDER: u64 = 256 << 20;

/// An entry and its length, if there is one.
pub(super) fn open(folder: &Path, name: &Path) -> Option<(File, u64)> {
    let folder = open_folder(folder)?;
    // A pipe in place of the file would be waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(&folder, name, flags, Mode::empty()).ok()?);
    let data = file.metadata().ok()?;
    let is_entry = data.is_file() && is_own(&data) && data.len() <= LARGEST;
    is_entry.then_some((file, data.len()))
}

/// Keeps an entry, or does not: a home that cannot be written to is no mistake.
pub(super) fn write(folder: &Path, name: &Path, bytes: &[u8]) {
    if bytes.len() as u64 <= LARGEST && make(folder).is_some() {
        let _ = write_whole(folder, name, bytes);
        make_room(folder);
    }
}

/// Readers see the old entry or the new one, and of two writers one after the other.
fn write_whole(folder: &Path, name: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(name))?;
    Ok(())
}

/// The folder, if it is the user's own and nobody else's.
fn open_folder(folder: &Path) -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = File::from(rustix::fs::open(folder, flags, Mode::empty()).ok()?);
    let data = folder.metadata().ok()?;
    let of_others = data.mode() & 0o077;
    (is_own(&data) && of_others == 0).then_some(folder)
}

fn make(folder: &Path) -> Option<()> {
    if open_folder(folder).is_none() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()?;
        open_folder(folder)?;
    }
    Some(())
}

fn is_own(data: &Metadata) -> bool {
    data.uid() == rustix::process::geteuid().as_raw() && data.mode() & 0o022 == 0
}

/// Takes the oldest files away until the others fit. Among them is what a writer that was killed
/// has left.
fn make_room(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some((data.modified().ok()?, data.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut sum: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if sum <= LARGEST_FOLDER {
            break;
        }
        let _ = fs::remove_file(path);
        sum -= size;
    }
}
