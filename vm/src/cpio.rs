//! Writes cpio archives in the "newc" form, which the kernel unpacks as its first file system.
//!
//! The form is in the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`: a
//! header of thirteen numbers as eight hexadecimal digits each, the name, the data, both padded to
//! four bytes.

use std::collections::BTreeMap;

use crate::error::ArchiveError;

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;

/// What a path of the archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Directory,
    File { permissions: u32, content: Vec<u8> },
    Symlink { target: String },
}

/// Files, folders and symbolic links, all owned by root, with the epoch as their time.
///
/// The same content gives the same bytes, whatever the order in which it was added.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    /// An archive without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a folder and those above it.
    ///
    /// # Errors
    /// [`ArchiveError`] if the path is not usable, or is a file already.
    pub fn directory(&mut self, path: &str) -> Result<(), ArchiveError> {
        let path = checked(path)?;
        self.parents(path)?;
        self.insert(path, Entry::Directory)
    }

    /// Adds a file and the folders above it. `permissions` are the nine bits and those for
    /// set-user-id, set-group-id and sticky.
    ///
    /// # Errors
    /// [`ArchiveError`] if the path is not usable or taken, or the content is 4 GiB or larger.
    pub fn file(
        &mut self,
        path: &str,
        permissions: u32,
        content: Vec<u8>,
    ) -> Result<(), ArchiveError> {
        let path = checked(path)?;
        if u32::try_from(content.len()).is_err() {
            return Err(ArchiveError::TooLarge { path: path.to_owned() });
        }
        self.parents(path)?;
        self.insert(path, Entry::File { permissions: permissions & 0o7777, content })
    }

    /// Adds a symbolic link and the folders above it.
    ///
    /// # Errors
    /// [`ArchiveError`] if the path or the target is not usable, or the path is taken.
    pub fn symlink(&mut self, path: &str, target: &str) -> Result<(), ArchiveError> {
        let path = checked(path)?;
        if target.is_empty() || target.contains('\0') {
            return Err(ArchiveError::Path { path: target.to_owned() });
        }
        self.parents(path)?;
        self.insert(path, Entry::Symlink { target: target.to_owned() })
    }

    /// Whether something has this path.
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path.trim_start_matches('/'))
    }

    /// The archive's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let numbers = (1_u32..).zip(&self.entries);
        for (inode, (path, entry)) in numbers {
            match entry {
                Entry::Directory => append(&mut bytes, inode, DIRECTORY | 0o755, path, b""),
                Entry::File { permissions, content } => {
                    append(&mut bytes, inode, REGULAR | permissions, path, content);
                }
                Entry::Symlink { target } => {
                    append(&mut bytes, inode, SYMLINK | 0o777, path, target.as_bytes());
                }
            }
        }
        append(&mut bytes, 0, 0, "TRAILER!!!", b"");
        bytes
    }

    fn parents(&mut self, path: &str) -> Result<(), ArchiveError> {
        for (slash, _) in path.match_indices('/') {
            self.insert(&path[..slash], Entry::Directory)?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, entry: Entry) -> Result<(), ArchiveError> {
        match self.entries.get(path) {
            Some(present) if *present == entry => Ok(()),
            Some(_) => Err(ArchiveError::Taken { path: path.to_owned() }),
            None => {
                self.entries.insert(path.to_owned(), entry);
                Ok(())
            }
        }
    }
}

/// The path without the slash in front. The kernel resolves names as they come, so one that
/// climbs would land elsewhere.
fn checked(path: &str) -> Result<&str, ArchiveError> {
    let relative = path.trim_start_matches('/');
    let parts_are_names =
        relative.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    // The kernel refuses names of PATH_MAX bytes and more.
    if parts_are_names && !relative.contains('\0') && relative.len() < 4095 {
        Ok(relative)
    } else {
        Err(ArchiveError::Path { path: path.to_owned() })
    }
}

fn append(bytes: &mut Vec<u8>, inode: u32, mode: u32, path: &str, content: &[u8]) {
    let links = if mode & DIRECTORY == DIRECTORY { 2 } else { 1 };
    // Both were checked when the entry was added.
    let (name_size, size) = (path.len() as u32 + 1, content.len() as u32);
    bytes.extend_from_slice(b"070701");
    let owner_and_time = [0, 0, links, 0];
    let devices = [0; 4];
    let head = [inode, mode].into_iter().chain(owner_and_time).chain([size]);
    for number in head.chain(devices).chain([name_size, 0]) {
        bytes.extend_from_slice(format!("{number:08X}").as_bytes());
    }
    bytes.extend_from_slice(path.as_bytes());
    bytes.push(0);
    pad(bytes);
    bytes.extend_from_slice(content);
    pad(bytes);
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    fn sample() -> Archive {
        let mut archive = Archive::new();
        archive.file("/init", 0o755, b"#!/bin/sh\n".to_vec()).unwrap();
        archive.file("modules/odd name.ko", 0o600, vec![0xff; 4097]).unwrap();
        archive.symlink("/bin/sh", "busybox").unwrap();
        archive.file("/empty", 0o644, Vec::new()).unwrap();
        archive.directory("/proc").unwrap();
        archive
    }

    fn cpio(arguments: &[&str], folder: &std::path::Path, input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("cpio")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[test]
    fn cpio_lists_modes_sizes_and_targets_as_they_were_given() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--list", "--verbose", "--numeric-uid-gid", "--quiet"];
        let listed = cpio(&arguments, folder.path(), &sample().to_bytes());
        let listed = String::from_utf8(listed).unwrap();
        let lines: Vec<(&str, &str, &str)> = listed
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                assert_eq!(words[2..4], ["0", "0"], "owned by root: {line}");
                (words[0], words[4], line.split_once("1970 ").unwrap().1)
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("drwxr-xr-x", "0", "bin"),
                ("lrwxrwxrwx", "7", "bin/sh -> busybox"),
                ("-rw-r--r--", "0", "empty"),
                ("-rwxr-xr-x", "10", "init"),
                ("drwxr-xr-x", "0", "modules"),
                ("-rw-------", "4097", "modules/odd name.ko"),
                ("drwxr-xr-x", "0", "proc"),
            ]
        );
    }

    #[test]
    fn cpio_unpacks_the_content_that_was_packed() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--extract", "--quiet", "--no-preserve-owner"];
        cpio(&arguments, folder.path(), &sample().to_bytes());
        let read = |path: &str| std::fs::read(folder.path().join(path)).unwrap();
        assert_eq!(read("init"), b"#!/bin/sh\n");
        assert_eq!(read("modules/odd name.ko"), vec![0xff; 4097]);
        assert_eq!(read("empty"), b"");
        let target = std::fs::read_link(folder.path().join("bin/sh")).unwrap();
        assert_eq!(target, std::path::Path::new("busybox"));
    }

    #[test]
    fn the_same_content_gives_the_same_bytes_in_any_order() {
        let (mut one, mut other) = (Archive::new(), Archive::new());
        for path in ["/a", "/b/c"] {
            one.file(path, 0o644, path.into()).unwrap();
        }
        for path in ["/b/c", "/a"] {
            other.file(path, 0o644, path.into()).unwrap();
        }
        assert_eq!(one.to_bytes(), other.to_bytes());
    }

    #[test]
    fn paths_that_climb_or_name_nothing_are_refused() {
        let mut archive = Archive::new();
        for path in ["", "/", "../x", "/a/../b", "a//b", "./a", "a/", "a\0b", &"x".repeat(4095)] {
            let refused = archive.file(path, 0o644, Vec::new());
            assert!(matches!(refused, Err(ArchiveError::Path { .. })), "{path:?}");
        }
    }

    #[test]
    fn a_path_is_one_thing() {
        let mut archive = sample();
        for attempt in [
            archive.directory("/init"),
            archive.file("/init", 0o755, b"another".to_vec()),
            archive.file("/init/below", 0o755, Vec::new()),
            archive.symlink("/proc", "/elsewhere"),
        ] {
            assert!(matches!(attempt, Err(ArchiveError::Taken { .. })), "{attempt:?}");
        }
        assert_eq!(archive.directory("/proc"), Ok(()));
    }
}
