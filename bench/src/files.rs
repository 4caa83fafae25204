//! Files: written wholly or left as they were.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::Error;

/// The largest file that is read, in bytes: the results of a long run have a few MiB.
const LARGEST: u64 = 256 << 20;

/// Writes the file at `path`: into a temporary file beside it, which then takes its place. A symbolic link
/// is not followed.
///
/// # Errors
/// [`Error::File`]; the file is then as it was.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    replaced(path, text).map_err(wrong(path))
}

/// Reads a regular file of text, of at most 256 MiB.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    read_whole(path).map_err(wrong(path))
}

fn wrong(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |error| Error::File { path, why: error.to_string() }
}

fn read_whole(path: &Path) -> io::Result<String> {
    // Opening a device may already do something, so its kind is checked first; and once more after
    // opening, which does not wait for a pipe that has taken the file's place by then.
    refuse_irregular(&fs::metadata(path)?)?;
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    refuse_irregular(&file.metadata()?)?;
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::other("is larger than 256 MiB"));
    }
    Ok(text)
}

fn refuse_irregular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(io::Error::other("is no regular file")) }
}

/// Refuses what is no regular file, and what a link leads to: the working folder may be a stranger's.
fn refuse_others(path: &Path) -> io::Result<()> {
    let ancestors = path.ancestors().filter(|part| !part.as_os_str().is_empty());
    let is_named_from_here = path.is_relative();
    for part in ancestors.take(if is_named_from_here { usize::MAX } else { 1 }) {
        let Ok(data) = fs::symlink_metadata(part) else { continue };
        if data.is_symlink() {
            let link = part.display();
            return Err(io::Error::other(format!(
                "{link} is a symbolic link, which is not followed"
            )));
        }
        if part == path {
            refuse_irregular(&data)?;
        }
    }
    Ok(())
}

fn replaced(path: &Path, text: &str) -> io::Result<()> {
    refuse_others(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Said of the folder, not of a temporary file that nobody knows.
    fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    // The umask takes off what the user does not want.
    builder.prefix(".ioctl-bench-").permissions(fs::Permissions::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
