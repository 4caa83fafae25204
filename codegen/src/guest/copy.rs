//! Modules are built in a copy: the folder stays as it is, whatever was built there before for
//! another kernel does not count, and several kernels can be built for at once.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Obstacle;

/// What builds leave behind, by the end of its name.
const PRODUCTS: [&str; 7] = [".o", ".ko", ".mod", ".mod.c", ".symvers", ".order", ".a"];

/// A copy of a folder's sources, removed when it is dropped.
#[derive(Debug)]
pub(super) struct Copy {
    folder: TempDir,
    original: String,
}

impl Copy {
    pub(super) fn of(original: &Path) -> Result<Self, Obstacle> {
        let place = std::env::temp_dir();
        let folder = tempfile::Builder::new().prefix("ioctl-gen-test-").tempdir_in(&place);
        let folder = folder.map_err(Obstacle::file("write in", &place))?;
        copy(original, folder.path(), &Roots::of(original, folder.path()))
            .map_err(Obstacle::file("copy", original))?;
        Ok(Self { folder, original: original.display().to_string() })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What a compiler says of the copy, said of the original.
    pub(super) fn said_of_original(&self, text: &str) -> String {
        text.replace(&self.folder.path().display().to_string(), &self.original)
    }
}

/// The original and its copy.
struct Roots<'a> {
    original: PathBuf,
    copy: &'a Path,
}

impl<'a> Roots<'a> {
    fn of(original: &Path, copy: &'a Path) -> Self {
        let original = original.canonicalize().unwrap_or_else(|_| original.to_owned());
        Self { original, copy }
    }

    /// Where a link of the copy leads: what is within the original is in the copy, too, and a
    /// confined build reads nothing else.
    fn target(&self, of_original: &Path) -> PathBuf {
        match of_original.strip_prefix(&self.original) {
            Ok(within) => self.copy.join(within),
            Err(_) => of_original.to_owned(),
        }
    }
}

fn copy(from: &Path, to: &Path, roots: &Roots<'_>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if is_hidden_or_product(&entry.file_name()) {
            continue;
        }
        if kind.is_symlink() {
            // A link that leads nowhere is not needed to build.
            if let Ok(target_of_link) = source.canonicalize() {
                symlink(roots.target(&target_of_link), target)?;
            }
        } else if kind.is_dir() {
            fs::create_dir(&target)?;
            copy(&source, &target, roots)?;
        } else if kind.is_file() && !is_elf(&source)? {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn is_hidden_or_product(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || PRODUCTS.iter().any(|end| name.ends_with(end))
}

/// Whether it is a program or an object. A test program that was built with other flags, make would
/// take for up to date.
fn is_elf(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(head == b"\x7fELF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_copied_and_products_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        fs::create_dir_all(from.join("tests")).unwrap();
        let sources = ["Kbuild", "main.c", "tests/main_test.c", "tests/Makefile"];
        let products = ["main.o", ".main.o.cmd", "main.ko", "main.mod.c", "modules.order"];
        for name in sources.iter().chain(&products) {
            fs::write(from.join(name), name).unwrap();
        }
        fs::write(from.join("tests/main_test"), b"\x7fELF\x02").unwrap();
        fs::write(folder.path().join("shared.h"), "shared").unwrap();
        symlink("../shared.h", from.join("shared.h")).unwrap();
        symlink("..", from.join("loop")).unwrap();
        let copy = Copy::of(&from).unwrap();
        for name in sources {
            assert_eq!(fs::read_to_string(copy.path().join(name)).unwrap(), name);
        }
        assert_eq!(fs::read_to_string(copy.path().join("shared.h")).unwrap(), "shared");
        for name in products.iter().chain(&["tests/main_test"]) {
            assert!(!copy.path().join(name).exists(), "{name}");
        }
        let said = format!("{}/main.c:1: error", copy.path().display());
        assert_eq!(copy.said_of_original(&said), format!("{}/main.c:1: error", from.display()));
    }
}
