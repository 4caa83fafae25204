//! The files that edits are written to: which may be, and how.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use ioctlkit_sources::reading::{self, ReadError, limit};

use crate::files;

/// Why a file is left as it is.
#[derive(Debug)]
pub enum Left {
    /// It is a link, or lies behind one.
    Link(io::Error),
    /// Nobody may write to it.
    ReadOnly,
    /// It is no longer what was read.
    Changed,
    /// It cannot be read, or is no text.
    Unreadable(ReadError),
    /// It cannot be written.
    Failed(io::Error),
}

impl fmt::Display for Left {
    /// The end of a sentence: "not edited: …".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(error) => write!(f, "{error}"),
            Self::ReadOnly => f.write_str("the file is read-only"),
            Self::Changed => f.write_str("the file has changed since it was read"),
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::Failed(error) => f.write_str(&files::describe(error)),
        }
    }
}

/// Whether a file belongs to what the system's packages install.
pub fn is_of_system(path: &Path) -> bool {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    ["/usr/include", "/usr/lib", "/usr/lib64", "/lib"].iter().any(|folder| real.starts_with(folder))
}

/// Whether a file is what was read of it, and no link.
///
/// # Errors
/// Why an edit of `text` is none of this file.
pub fn check_unchanged(path: &Path, text: &str) -> Result<(), Left> {
    files::refuse_links(path).map_err(Left::Link)?;
    let now = reading::read_text(path, limit::SOURCE).map_err(Left::Unreadable)?;
    if now == text { Ok(()) } else { Err(Left::Changed) }
}

/// Whether a file may be written to.
///
/// # Errors
/// Why not.
pub fn check_writable(path: &Path) -> Result<(), Left> {
    // The superuser may write to every file, and should not because of that.
    if fs::metadata(path).map_err(Left::Failed)?.permissions().readonly() {
        return Err(Left::ReadOnly);
    }
    match fs::OpenOptions::new().write(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Left::ReadOnly),
        Err(error) => Err(Left::Failed(error)),
    }
}

/// Gives a file another text, as a whole, if it still has `before`.
///
/// # Errors
/// Why it was left as it is.
pub fn write(path: &Path, before: &str, now: &str) -> Result<(), Left> {
    check_unchanged(path, before)?;
    check_writable(path)?;
    files::write_atomically(path, |out| out.write_all(now.as_bytes())).map_err(Left::Failed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_is_no_longer_what_was_read_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h");
        fs::write(&path, "int b;\n").unwrap();
        let left = write(&path, "int a;\n", "int c;\n").unwrap_err();
        assert_eq!(left.to_string(), "the file has changed since it was read");
        assert_eq!(fs::read_to_string(&path).unwrap(), "int b;\n");
        write(&path, "int b;\n", "int c;\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "int c;\n");
    }

    #[test]
    fn a_file_that_is_read_only_or_no_text_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h");
        fs::write(&path, b"int \xff;\n").unwrap();
        assert!(matches!(write(&path, "", "int c;\n"), Err(Left::Unreadable(_))));
        fs::write(&path, "int a;\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(write(&path, "int a;\n", "int c;\n"), Err(Left::ReadOnly)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "int a;\n");
    }

    #[test]
    fn headers_of_packages_are_told_from_copies() {
        assert!(is_of_system(Path::new("/usr/include/linux/../linux/fs.h")));
        assert!(!is_of_system(Path::new("/tmp/usr/include/linux/fs.h")));
    }
}
