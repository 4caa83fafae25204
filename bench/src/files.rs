//! Files: written wholly or left as they were.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::Error;

/// Writes the file at `path`: into a temporary file beside it, which then takes its place.
///
/// # Errors
/// [`Error::File`]; the file is then as it was.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    replaced(path, text).map_err(wrong(path))
}

/// Reads a file of text.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(wrong(path))
}

fn wrong(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |error| Error::File { path, why: error.to_string() }
}

fn replaced(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Said of the folder, not of a temporary file that nobody knows.
    fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    // The umask takes off what the user does not want.
    builder.prefix(".ioctl-bench-").permissions(fs::Permissions::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&target)?;
    Ok(())
}
