//! Files that are there already, in a folder of a stranger's making.

use std::io;
use std::path::Path;

use ioctlkit_sources::reading::{self, ReadError, limit};

use super::links;
use ioctlkit_report::visible::ShownPath as _;

/// What the file at `path`, at or below `root`, holds; `None` where there is none.
///
/// # Errors
/// A symbolic link on the way, what is no regular file, or more than 64 MiB; and what the file system says.
pub fn read_below(root: &Path, path: &Path) -> io::Result<Option<Vec<u8>>> {
    if let Some(link) = links::on_the_way(root, path)? {
        let message = format!("{} is a symbolic link, which is not followed", link.shown());
        return Err(io::Error::other(message));
    }
    match reading::read_bytes(path, limit::SOURCE) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::System(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(ReadError::System(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}
