//! All files of a set, or none.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use super::signals::Signals;
use super::{describe, links};
use ioctlkit_report::visible::ShownPath as _;

/// A file to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Where.
    pub path: &'a Path,
    /// What.
    pub text: &'a str,
    /// What is there, and is replaced; nothing where the file is new.
    pub replaces: Option<&'a [u8]>,
}

/// Why nothing was written.
#[derive(Debug)]
pub enum WriteError {
    /// A symbolic link, at that path, is on the way.
    Link(PathBuf),
    /// Somebody wrote the file after it was looked at.
    Changed(PathBuf),
    /// The file system refused a file or folder.
    Io(PathBuf, io::Error),
    /// A signal asked to stop.
    Interrupted,
    /// Some could not be put back as they were.
    NotUndone {
        /// Files and folders, the last first.
        paths: Vec<PathBuf>,
        /// The folder with copies of what they replaced, where they replaced something.
        copies: Option<PathBuf>,
        /// Why it was to be undone.
        why: Box<WriteError>,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason();
        match self {
            Self::Link(_) | Self::Io(..) => f.write_str(&reason),
            Self::Changed(_) | Self::Interrupted => write!(f, "{reason}: nothing was written"),
            Self::NotUndone { paths, copies, .. } => {
                let paths: Vec<String> = paths.iter().map(|path| path.shown()).collect();
                write!(f, "{reason}; could not be put back as it was: {}", paths.join(", "))?;
                match copies {
                    Some(copies) => write!(f, "; what it was is kept in {}", copies.shown()),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for WriteError {}

impl WriteError {
    /// The file or folder that it is about, if it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Link(path) | Self::Changed(path) | Self::Io(path, _) => Some(path),
            Self::Interrupted => None,
            Self::NotUndone { why, .. } => why.path(),
        }
    }

    /// Whether a signal asked to stop, whatever came of it.
    pub fn is_interruption(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::NotUndone { why, .. } => why.is_interruption(),
            Self::Link(_) | Self::Changed(_) | Self::Io(..) => false,
        }
    }

    /// What happened, without what became of the files.
    fn reason(&self) -> String {
        match self {
            Self::Link(link) => format!(
                "{} is a symbolic link, which is not followed: name the folder it leads to",
                link.shown()
            ),
            Self::Changed(path) => format!("{} has changed in the meantime", path.shown()),
            Self::Io(_, error) => format!("cannot write: {}", describe(error)),
            Self::Interrupted => "interrupted".into(),
            Self::NotUndone { why, .. } => why.reason(),
        }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io(path, error)
    }
}

/// Writes the files, all of which are below `root`, and the folders above them: into a temporary
/// folder beside them first, from which each takes its place. A signal that asks to stop leaves
/// everything as it was.
///
/// # Errors
/// [`WriteError`]; then every file is as it was, but for those that [`WriteError::NotUndone`] names.
pub fn write_together(root: &Path, files: &[NewFile<'_>]) -> Result<(), WriteError> {
    write(root, root, files)
}

/// Writes one file, into a folder that is there.
///
/// # Errors
/// [`WriteError`]; then the file is as it was.
pub fn write_alone(file: NewFile<'_>) -> Result<(), WriteError> {
    let folder = file.path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Said of the folder, which is not made.
    fs::metadata(folder).map_err(WriteError::io(file.path))?;
    write(file.path, folder, &[file])
}

/// Writes what is at or below `root`, by way of a temporary folder in `beside`.
fn write(root: &Path, beside: &Path, files: &[NewFile<'_>]) -> Result<(), WriteError> {
    let signals = Signals::listen().map_err(WriteError::io(root))?;
    write_until(root, beside, files, &|| signals.came())
}

/// Asked before each step: whether to stop and put everything back.
type IsStopped<'a> = &'a dyn Fn() -> bool;

fn write_until(
    root: &Path,
    beside: &Path,
    files: &[NewFile<'_>],
    is_stopped: IsStopped<'_>,
) -> Result<(), WriteError> {
    for file in files {
        if let Some(link) = links::on_the_way(root, file.path).map_err(WriteError::io(root))? {
            return Err(WriteError::Link(link));
        }
    }
    let mut work = Work { made: Vec::new(), placed: Vec::new(), staged: None, is_stopped };
    match work.all(beside, files) {
        Ok(()) => Ok(()),
        Err(why) => Err(work.undone(why)),
    }
}

/// What has been done so far.
struct Work<'a> {
    /// Folders that were not there, the outer first.
    made: Vec<PathBuf>,
    /// Files in their places, with a copy of what they replaced.
    placed: Vec<(PathBuf, Option<PathBuf>)>,
    /// Where files are before that. It goes with this.
    staged: Option<TempDir>,
    is_stopped: IsStopped<'a>,
}

impl Work<'_> {
    fn all(&mut self, beside: &Path, files: &[NewFile<'_>]) -> Result<(), WriteError> {
        self.folders(beside)?;
        let staged = tempfile::Builder::new().prefix(".ioctl-gen-").tempdir_in(beside);
        let staged = self.staged.insert(staged.map_err(WriteError::io(beside))?).path().to_owned();
        for (index, file) in files.iter().enumerate() {
            self.check()?;
            stage(file, &staged.join(format!("{index}.new"))).map_err(WriteError::io(file.path))?;
        }
        for (index, file) in files.iter().enumerate() {
            self.check()?;
            if let Some(folder) = file.path.parent() {
                self.folders(folder)?;
            }
            self.place(file, &staged, index)?;
        }
        self.check()
    }

    fn check(&self) -> Result<(), WriteError> {
        if (self.is_stopped)() { Err(WriteError::Interrupted) } else { Ok(()) }
    }

    /// Makes a folder and those above it.
    fn folders(&mut self, folder: &Path) -> Result<(), WriteError> {
        let missing = folder.ancestors().take_while(|folder| {
            !folder.as_os_str().is_empty() && fs::symlink_metadata(folder).is_err()
        });
        let mut missing: Vec<&Path> = missing.collect();
        missing.reverse();
        for folder in missing {
            fs::create_dir(folder).map_err(WriteError::io(folder))?;
            self.made.push(folder.to_owned());
        }
        Ok(())
    }

    fn place(&mut self, file: &NewFile<'_>, staged: &Path, index: usize) -> Result<(), WriteError> {
        let new = staged.join(format!("{index}.new"));
        let refused = WriteError::io(file.path);
        let Some(expected) = file.replaces else {
            match rename_to_new(&new, file.path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(WriteError::Changed(file.path.to_owned()));
                }
                other => other.map_err(refused)?,
            }
            self.placed.push((file.path.to_owned(), None));
            return Ok(());
        };
        let old = staged.join(format!("{index}.old"));
        let copied = fs::copy(file.path, &old).and_then(|_| fs::read(&old)).map_err(refused)?;
        if copied != expected {
            return Err(WriteError::Changed(file.path.to_owned()));
        }
        self.placed.push((file.path.to_owned(), Some(old)));
        fs::rename(&new, file.path).map_err(WriteError::io(file.path))
    }

    /// Puts everything back, the last first.
    fn undone(mut self, why: WriteError) -> WriteError {
        let mut paths = Vec::new();
        let mut is_copy_needed = false;
        for (path, old) in self.placed.iter().rev() {
            let back = match old {
                Some(old) => fs::rename(old, path),
                None => fs::remove_file(path),
            };
            if back.is_err() {
                paths.push(path.clone());
                is_copy_needed |= old.is_some();
            }
        }
        let mut copies = None;
        if let Some(staged) = self.staged.take() {
            if is_copy_needed {
                copies = Some(staged.keep());
            } else {
                let path = staged.path().to_owned();
                if staged.close().is_err() {
                    paths.push(path);
                }
            }
        }
        for folder in self.made.iter().rev() {
            if fs::remove_dir(folder).is_err() {
                paths.push(folder.clone());
            }
        }
        if paths.is_empty() {
            return why;
        }
        WriteError::NotUndone { paths, copies, why: Box::new(why) }
    }
}

/// Writes a file where nobody looks for it, with the permissions of the one that it replaces.
fn stage(file: &NewFile<'_>, path: &Path) -> io::Result<()> {
    let mut new = fs::File::create_new(path)?;
    new.write_all(file.text.as_bytes())?;
    if file.replaces.is_some() {
        new.set_permissions(fs::symlink_metadata(file.path)?.permissions())?;
    }
    // A disk that is full may say so only now.
    new.sync_data()
}

/// Renames, unless something has that name.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems cannot.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            if fs::symlink_metadata(to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        other => other.map_err(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Every file below a folder, with its text.
    fn all(folder: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.push((path.clone(), String::new()));
                found.extend(all(&path));
            } else {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
        found.sort();
        found
    }

    fn new<'a>(path: &'a Path, text: &'a str) -> NewFile<'a> {
        NewFile { path, text, replaces: None }
    }

    #[test]
    fn files_and_the_folders_above_them_are_made_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("out/a"), folder.path().join("out/b/c"));
        let root = folder.path().join("out");
        write_together(&root, &[new(&a, "one"), new(&b, "two")]).unwrap();
        let again = NewFile { path: &a, text: "three", replaces: Some(b"one") };
        write_together(&root, &[again]).unwrap();
        let expected = [(root.clone(), ""), (a, "three"), (root.join("b"), ""), (b, "two")];
        let expected = expected.map(|(path, text)| (path, text.to_owned()));
        assert_eq!(all(folder.path()), expected);
    }

    #[test]
    fn one_file_that_cannot_be_written_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "old").unwrap();
        fs::create_dir(path("d")).unwrap();
        let before = all(folder.path());
        let (a, b, d) = (path("a"), path("new/b"), path("d"));
        let replaced = NewFile { path: &a, text: "changed", replaces: Some(b"old") };
        // A folder is in the place of the last.
        let failed = write_together(folder.path(), &[replaced, new(&b, "b"), new(&d, "d")]);
        assert!(matches!(failed, Err(WriteError::Changed(path)) if path == d));
        assert_eq!(all(folder.path()), before);
    }

    #[test]
    fn what_somebody_wrote_in_the_meantime_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "theirs").unwrap();
        let other = NewFile { path: &path, text: "ours", replaces: Some(b"seen") };
        for file in [other, new(&path, "ours")] {
            let failed = write_together(folder.path(), &[file]);
            assert!(matches!(failed, Err(WriteError::Changed(_))), "{failed:?}");
            assert_eq!(all(folder.path()), [(path.clone(), "theirs".to_owned())]);
        }
    }

    #[test]
    fn one_that_is_stopped_puts_back_what_it_has_replaced_and_takes_away_what_it_has_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (old, a, b) = (path("old"), path("new/a"), path("new/b"));
        fs::write(&old, "theirs").unwrap();
        let before = all(folder.path());
        let files = [
            NewFile { path: &old, text: "ours", replaces: Some(b"theirs") },
            new(&a, "a"),
            new(&b, "b"),
        ];
        for last in [&old, &a, &b] {
            let is_placed = || fs::read_to_string(last).is_ok_and(|text| text != "theirs");
            let stopped = write_until(folder.path(), folder.path(), &files, &is_placed);
            assert!(matches!(stopped, Err(WriteError::Interrupted)), "{last:?}: {stopped:?}");
            assert_eq!(all(folder.path()), before, "{last:?}");
        }
    }

    #[test]
    fn what_could_not_be_put_back_is_named_and_the_rest_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (old, a, b) = (path("old"), path("new/a"), path("new/b"));
        fs::write(&old, "theirs").unwrap();
        let files = [
            NewFile { path: &old, text: "ours", replaces: Some(b"theirs") },
            new(&a, "a"),
            new(&b, "b"),
        ];
        // Somebody makes a folder of a file that was placed.
        let is_stopped = || {
            let is_placed = b.is_file();
            if is_placed {
                fs::remove_file(&a).unwrap();
                fs::create_dir(&a).unwrap();
            }
            is_placed
        };
        let stopped = write_until(folder.path(), folder.path(), &files, &is_stopped).unwrap_err();
        assert!(stopped.is_interruption());
        assert_eq!(
            stopped.to_string(),
            format!(
                "interrupted; could not be put back as it was: {}, {}",
                a.display(),
                path("new").display()
            )
        );
        let left = [(path("new"), ""), (a, ""), (old, "theirs")];
        assert_eq!(all(folder.path()), left.map(|(path, text)| (path, text.to_owned())));
    }

    #[test]
    fn what_a_file_held_is_kept_where_it_cannot_be_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        fs::write(&old, "theirs").unwrap();
        let file = NewFile { path: &old, text: "ours", replaces: Some(b"theirs") };
        let is_stopped = || {
            let is_placed = fs::read_to_string(&old).is_ok_and(|text| text == "ours");
            if is_placed {
                fs::remove_file(&old).unwrap();
                fs::create_dir(&old).unwrap();
            }
            is_placed
        };
        let stopped = write_until(folder.path(), folder.path(), &[file], &is_stopped).unwrap_err();
        let WriteError::NotUndone { copies: Some(copies), .. } = &stopped else {
            panic!("{stopped:?}");
        };
        assert_eq!(all(copies).pop().unwrap().1, "theirs");
        let said = stopped.to_string();
        assert!(
            said.ends_with(&format!("; what it was is kept in {}", copies.display())),
            "{said}"
        );
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, out) = (folder.path().join("theirs"), folder.path().join("out"));
        fs::create_dir(&theirs).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(theirs.join("a"), "secret").unwrap();
        symlink(&theirs, out.join("gen")).unwrap();
        symlink(theirs.join("a"), out.join("a")).unwrap();
        symlink(theirs.join("new"), out.join("dangling")).unwrap();
        symlink(&theirs, folder.path().join("linked")).unwrap();
        for (root, name) in [("out", "gen/b"), ("out", "a"), ("out", "dangling"), ("linked", "b")] {
            let root = folder.path().join(root);
            let path = root.join(name);
            let failed = write_together(&root, &[new(&path, "ours")]);
            assert!(matches!(failed, Err(WriteError::Link(_))), "{name}: {failed:?}");
            assert_eq!(all(&theirs), [(theirs.join("a"), "secret".to_owned())]);
        }
    }
}
