//! The files of a module are brought up to date: what people wrote is never lost, and what did not
//! change is not written.

use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::render::{File, Ownership};
use super::stamp::{State, is_same, state};
use crate::{NewFile, read_below};
use ioctlkit_report::visible::ShownPath as _;

/// What is to be done about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is what would be written, or it is theirs.
    None,
    /// It is not there.
    Create,
    /// It is as it was made, from another definition or by another version.
    Update,
    /// Somebody has changed it, or another has made it.
    Edited,
}

/// A file, and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What would be written.
    pub file: File,
    /// Where.
    pub path: PathBuf,
    /// What is to be done.
    pub change: Change,
    /// What is there.
    pub found: Option<String>,
    /// The same, byte for byte.
    bytes: Option<Vec<u8>>,
}

impl Step {
    /// The lines that differ, as `diff -u` has them.
    pub fn diff(&self) -> String {
        let found = self.found.as_deref().unwrap_or_default();
        let old = if self.found.is_some() { self.path.as_path() } else { Path::new("/dev/null") };
        TextDiff::from_lines(found, &self.file.text)
            .unified_diff()
            .header(&old.shown(), &self.path.shown())
            .to_string()
    }
}

/// What is to be done about each file below `folder`.
///
/// # Errors
/// A file that is there and cannot be read, with the reason.
pub fn steps(folder: &Path, files: &[File]) -> Result<Vec<Step>, (PathBuf, io::Error)> {
    files.iter().map(|file| step(folder, file)).collect()
}

fn step(folder: &Path, file: &File) -> Result<Step, (PathBuf, io::Error)> {
    let path = folder.join(&file.path);
    let bytes = match read_below(folder, &path) {
        Ok(bytes) => bytes,
        Err(error) => return Err((path, error)),
    };
    // A file that is no text was not made here.
    let found = bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let change = match (&found, file.ownership) {
        (None, _) => Change::Create,
        (Some(_), Ownership::Once) => Change::None,
        (Some(text), Ownership::Generated) if *text == file.text || is_same(text, &file.text) => {
            Change::None
        }
        (Some(text), Ownership::Generated) => match state(text) {
            State::Untouched => Change::Update,
            State::Edited | State::Foreign => Change::Edited,
        },
    };
    Ok(Step { file: file.clone(), path, change, found, bytes })
}

impl Step {
    /// What is to be written.
    pub fn new_file(&self) -> NewFile<'_> {
        NewFile { path: &self.path, text: &self.file.text, replaces: self.bytes.as_deref() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::module::stamp::stamped;
    use crate::write_together;

    fn generated(body: &str) -> File {
        let text = stamped(&format!("{}\n{body}\n", crate::module::stamp::PLACEHOLDER));
        File { path: "gen/x.c".into(), ownership: Ownership::Generated, text }
    }

    fn change(folder: &Path, file: &File) -> Change {
        steps(folder, std::slice::from_ref(file)).unwrap()[0].change
    }

    #[test]
    fn a_generated_file_is_made_updated_and_refused_once_it_was_edited() {
        let folder = tempfile::tempdir().unwrap();
        let first = generated("int x;");
        assert_eq!(change(folder.path(), &first), Change::Create);
        let step = &steps(folder.path(), std::slice::from_ref(&first)).unwrap()[0];
        write_together(folder.path(), &[step.new_file()]).unwrap();
        assert_eq!(change(folder.path(), &first), Change::None);
        assert_eq!(change(folder.path(), &generated("int y;")), Change::Update);
        let path = folder.path().join("gen/x.c");
        fs::write(&path, first.text.replace("int x", "int z")).unwrap();
        assert_eq!(change(folder.path(), &first), Change::Edited);
        let steps = steps(folder.path(), &[first]).unwrap();
        assert!(steps[0].diff().contains("-int z;\n+int x;\n"), "{}", steps[0].diff());
    }

    #[test]
    fn a_file_that_is_made_once_is_never_touched_again() {
        let folder = tempfile::tempdir().unwrap();
        let file =
            File { path: "main.c".into(), ownership: Ownership::Once, text: "stubs\n".into() };
        assert_eq!(change(folder.path(), &file), Change::Create);
        fs::write(folder.path().join("main.c"), "work of months\n").unwrap();
        assert_eq!(change(folder.path(), &file), Change::None);
    }
}
