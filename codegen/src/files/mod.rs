//! Files: a set of them is written as a whole or not at all, and an error says what went wrong.
//!
//! What is generated may be of a stranger's making, and so may the folder that it goes to. A file
//! is never written through a symbolic link, which a pull request can commit, and never over what
//! is not as the caller saw it.

mod links;
mod read;
mod signals;
mod together;

use std::io;

pub use read::read_below;
pub(crate) use signals::Signals;
pub use together::{NewFile, WriteError, write_alone, write_together};

/// What the file system says, in a few words.
pub fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        io::ErrorKind::StorageFull => "no space is left".into(),
        io::ErrorKind::FileTooLarge => "it would be larger than files may be".into(),
        _ => error.to_string(),
    }
}
