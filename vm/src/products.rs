//! What a build leaves behind. It may be anything: a link to a secret, a pipe that nobody writes to, a
//! file without an end. So the build's own confinement opens it, and it is copied away from where
//! the makefiles can write before anybody looks into it.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::error::VmError;

/// The most bytes of a `modules.order`, which has a line for each module.
const ORDER_LIMIT: u64 = 1 << 20;
/// The most bytes of a module or a program. The largest modules, with debug information, have a
/// quarter of that.
const LIMIT: u64 = 256 << 20;

/// Files that a build made. Those of a confined build are copies, which are removed when this is
/// dropped.
#[derive(Debug)]
pub struct Products {
    /// By absolute paths.
    pub files: Vec<PathBuf>,
    _kept: Option<TempDir>,
}

impl Products {
    /// Files that stay where they are.
    pub(crate) fn in_place(opened: Vec<Opened>) -> Self {
        Self { files: opened.into_iter().map(|opened| opened.path).collect(), _kept: None }
    }

    /// Copies of files in a folder of their own.
    pub(crate) fn taken(opened: Vec<Opened>) -> Result<Self, VmError> {
        let folder = tempfile::Builder::new().prefix("ioctlkit-vm-").tempdir();
        let folder = folder.map_err(VmError::file("write in", std::env::temp_dir()))?;
        let mut files = Vec::new();
        for (index, opened) in opened.into_iter().enumerate() {
            // Folders of modules may hold files of one name.
            let place = folder.path().join(index.to_string());
            std::fs::create_dir(&place).map_err(VmError::file("write in", folder.path()))?;
            files.push(opened.copied(&place)?);
        }
        Ok(Self { files, _kept: Some(folder) })
    }
}

/// A regular file.
#[derive(Debug)]
pub(crate) struct Opened {
    path: PathBuf,
    file: File,
}

impl Opened {
    /// Opens a module or a program that a build made.
    pub(crate) fn of(path: PathBuf) -> Result<Self, VmError> {
        let file = regular(&path, LIMIT)?;
        Ok(Self { path, file })
    }

    fn copied(self, folder: &Path) -> Result<PathBuf, VmError> {
        let target = folder.join(self.path.file_name().unwrap_or_default());
        let mut copy = File::create(&target).map_err(VmError::file("write", &target))?;
        // It may have grown since it was opened.
        let copied = io::copy(&mut self.file.take(LIMIT + 1), &mut copy);
        let copied = copied.map_err(VmError::file("copy", &self.path))?;
        if copied > LIMIT { Err(too_large(self.path, LIMIT)) } else { Ok(target) }
    }
}

/// The modules that a folder's `modules.order` names.
pub(crate) fn modules(folder: &Path) -> Result<Vec<PathBuf>, VmError> {
    let order = folder.join("modules.order");
    let file = regular(&order, ORDER_LIMIT)?;
    let mut text = String::new();
    let read = file.take(ORDER_LIMIT).read_to_string(&mut text);
    read.map_err(VmError::file("read", &order))?;
    let modules = text.lines().enumerate().map(|(index, line)| {
        module(folder, line).ok_or_else(|| VmError::Kind {
            path: order.clone(),
            expected: "a list of the folder's modules",
            reason: format!("line {} names no file below the folder", index + 1),
        })
    });
    modules.collect()
}

/// Kernels since 6.3 list objects, those before modules; some by absolute paths.
fn module(folder: &Path, line: &str) -> Option<PathBuf> {
    let path = folder.join(line);
    let below = path.strip_prefix(folder).ok()?;
    let stays =
        below.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (stays && below.file_name().is_some()).then(|| path.with_extension("ko"))
}

/// Opens a regular file, without waiting for a pipe's other end.
fn regular(path: &Path, limit: u64) -> Result<File, VmError> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = file.map_err(VmError::file("read", path))?;
    let metadata = file.metadata().map_err(VmError::file("read", path))?;
    if !metadata.is_file() {
        let reason = format!("it is {}", what(metadata.file_type()));
        return Err(VmError::Kind { path: path.to_owned(), expected: "a regular file", reason });
    }
    if metadata.len() > limit { Err(too_large(path.to_owned(), limit)) } else { Ok(file) }
}

fn what(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_dir() => "a folder",
        _ if kind.is_fifo() => "a pipe",
        _ => "a device",
    }
}

fn too_large(path: PathBuf, limit: u64) -> VmError {
    let reason = format!("it is larger than {} MiB", limit >> 20);
    VmError::Kind { path, expected: "a file that a build makes", reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_stay_below_the_folder_name_modules() {
        let named = |line: &str| module(Path::new("/build/m"), line);
        for line in ["a.o", "a.ko", "/build/m/a.ko", "./a.o"] {
            assert_eq!(named(line).as_deref(), Some(Path::new("/build/m/a.ko")), "{line}");
        }
        assert_eq!(named("sub/a.o").as_deref(), Some(Path::new("/build/m/sub/a.ko")));
        for line in
            ["", ".", "..", "../a.o", "sub/../../a.o", "/etc/a.ko", "/build/m", "/build/mm/a.o"]
        {
            assert_eq!(named(line), None, "{line}");
        }
    }

    #[test]
    fn a_file_without_an_end_and_one_that_is_too_large_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let sparse = folder.path().join("sparse");
        File::create(&sparse).unwrap().set_len(LIMIT + 1).unwrap();
        let words = |path: &Path| Opened::of(path.to_owned()).unwrap_err().to_string();
        assert!(words(&sparse).ends_with("it is larger than 256 MiB"));
        assert!(words(Path::new("/dev/zero")).ends_with("it is a device"));
        assert!(words(folder.path()).ends_with("it is a folder"));
    }

    #[test]
    fn a_file_that_grows_while_it_is_copied_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        let file = File::create(&path).unwrap();
        let opened = Opened::of(path).unwrap();
        file.set_len(LIMIT + 1).unwrap();
        assert!(Products::taken(vec![opened]).is_err());
    }
}
