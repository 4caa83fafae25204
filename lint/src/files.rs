//! Files: written wholly or left as they were, and what went wrong with them in words.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use ioctlkit_sources::reading;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::temporary::Removed;
use ioctlkit_report::visible::ShownPath as _;

/// Writes the file at `path` through `write`: into a temporary file beside it, which then takes
/// its place. What is no regular file (a device, a pipe) is written directly.
///
/// A link is not written through: the tree that is checked may be a stranger's, and so may its links.
///
/// # Errors
/// What `write` or the file system says, or which link is in the way; the file is then as it was.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    refuse_links(path)?;
    // What is left of links is the system's own, such as `/dev/stdout`.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let known = fs::metadata(&target).ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        let mut file = BufWriter::new(open_without_waiting(&target)?);
        write(&mut file)?;
        return file.flush();
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Said of the folder, not of a temporary file that nobody knows.
    fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ioctl-lint-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask takes off what the user does not want.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    let _removed = Removed::on_signal(file.path());
    let mut file = BufWriter::new(file);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(known) = known {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, chown};
            // Only the superuser may give a file away, and must not keep those of others.
            let _ = chown(file.path(), Some(known.uid()), Some(known.gid()));
        }
        fs::set_permissions(file.path(), known.permissions())?;
    }
    file.persist(&target)?;
    Ok(())
}

/// Opens what is no regular file. A pipe that nobody reads would be waited for, maybe forever.
fn open_without_waiting(path: &Path) -> io::Result<fs::File> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NXIO => io::Error::other("it is a pipe that nobody reads"),
        errno => errno.into(),
    })?;
    // A reader may be slow: what is written then waits for it.
    rustix::fs::fcntl_setfl(&file, OFlags::empty())?;
    Ok(file.into())
}

/// Refuses a file that is a link, and folders that are links to somewhere else.
pub(crate) fn refuse_links(path: &Path) -> io::Result<()> {
    let absolute = std::path::absolute(path)?;
    let here = std::env::current_dir().unwrap_or_default();
    for part in absolute.ancestors() {
        let is_link = fs::symlink_metadata(part).is_ok_and(|data| data.is_symlink());
        if !is_link || here.starts_with(part) || is_of_system(part) {
            continue;
        }
        let stays = part != absolute
            && reading::stays_in_folder(part).is_ok()
            && !part.canonicalize()?.components().any(|name| name.as_os_str() == ".git");
        if !stays {
            let link = part.shown();
            return Err(io::Error::other(format!(
                "{link} is a symbolic link; name the file itself, or remove the link"
            )));
        }
    }
    Ok(())
}

/// Links that only the system's administrator makes.
fn is_of_system(link: &Path) -> bool {
    let folder = link.parent().unwrap_or(link);
    [Path::new("/"), Path::new("/var")].contains(&folder)
        || link.starts_with("/dev")
        || link.starts_with("/proc")
}

/// What the file system says, in a few words.
pub fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        io::ErrorKind::StorageFull => "no space is left".into(),
        _ => error.to_string(),
    }
}

/// The absolute path without `.` and `..`. Symbolic links are left as they are: people write
/// patterns for the paths that they see.
pub fn normalised(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut parts = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::write_atomically as write;
    use super::*;

    #[test]
    fn a_file_is_made_and_replaced_and_keeps_its_text_when_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        write(&path, |out| out.write_all(b"one")).unwrap();
        write(&path, |out| out.write_all(b"two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let failed = write(&path, |out| {
            out.write_all(b"three")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "a temporary file was left");
    }

    #[test]
    fn a_reader_of_a_pipe_gets_all_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let refused = write(&path, |_| Ok(())).unwrap_err();
        assert_eq!(refused.to_string(), "it is a pipe that nobody reads");
        // More than a pipe holds.
        let text = vec![b'x'; 1 << 20];
        let reader = std::thread::scope(|scope| {
            let reader = scope.spawn(|| fs::read(&path).unwrap());
            let wrote = loop {
                match write(&path, |out| out.write_all(&text)) {
                    Err(error) if error.to_string().contains("nobody reads") => {
                        std::thread::yield_now();
                    }
                    wrote => break wrote,
                }
            };
            wrote.unwrap();
            reader.join().unwrap()
        });
        assert_eq!(reader, text);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_written_through_and_a_device_stays_one() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("tree/.git")).unwrap();
        fs::create_dir_all(at("tree/real")).unwrap();
        fs::write(at("file"), "old").unwrap();
        symlink("../file", at("tree/link")).unwrap();
        symlink("link", at("tree/twice")).unwrap();
        symlink("none", at("tree/dangling")).unwrap();
        symlink("..", at("tree/up")).unwrap();
        symlink(".git", at("tree/kept")).unwrap();
        for name in ["tree/link", "tree/twice", "tree/dangling", "tree/up/file", "tree/kept/hook"] {
            let refused = write(&at(name), |out| out.write_all(b"new")).unwrap_err().to_string();
            assert!(refused.contains("is a symbolic link"), "{name}: {refused}");
        }
        assert_eq!(fs::read(at("file")).unwrap(), b"old");
        assert_eq!(fs::read_dir(at("tree/.git")).unwrap().count(), 0);
        symlink("real", at("tree/folder")).unwrap();
        write(&at("tree/folder/new"), |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(at("tree/real/new")).unwrap(), b"new");
        write(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let failed = write(&folder.path().join("none/out"), |_| Ok(()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
