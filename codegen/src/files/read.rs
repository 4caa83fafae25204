//! Files that are there already, in a folder of a stranger's making.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::links;

/// The largest file that is read, in bytes: generated ones have some thousand.
const LARGEST: u64 = 64 << 20;

/// What the file at `path`, at or below `root`, holds; `None` where there is none.
///
/// # Errors
/// A symbolic link on the way, what is no file, or more than 64 MiB; and what the file system says.
pub fn read_below(root: &Path, path: &Path) -> io::Result<Option<Vec<u8>>> {
    if let Some(link) = links::on_the_way(root, path)? {
        let message = format!("{} is a symbolic link, which is not followed", link.display());
        return Err(io::Error::other(message));
    }
    // Asked before it is opened: opening a pipe would wait for its other end.
    match fs::metadata(path) {
        Ok(data) if data.is_file() => {}
        Ok(_) => return Err(io::Error::other("it is no regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it has more than 64 MiB"));
    }
    Ok(Some(bytes))
}
