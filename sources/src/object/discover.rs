//! Which files are compiled objects, and which of a folder's are read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::elf;
use super::image::{LONGEST_HEADER, is_image};
use super::open::compression;

/// How the names of modules end, as kernels and distributions make them.
const MODULES: [&str; 4] = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"];

/// How other objects' names end; what is in such a file decides.
const OBJECTS: [&str; 4] = [".o", ".a", ".so", ".btf"];

/// How an archive begins, and one that only names its files.
pub(super) const ARCHIVE: &[u8] = b"!<arch>\n";
pub(super) const THIN_ARCHIVE: &[u8] = b"!<thin>\n";

/// An object to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) path: PathBuf,
    /// Whether this very file was named.
    pub(super) named: bool,
    /// The folder or the archive that it was found in.
    pub(super) within: Option<PathBuf>,
}

/// Whether a path is a compiled object, or a folder with modules of a kernel.
pub fn holds_object(path: &Path) -> bool {
    if path.is_dir() {
        return modules(path).next().is_some();
    }
    let name = file_name(path);
    if MODULES.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    // The name decides before the file is read: it may not be there.
    OBJECTS.iter().any(|end| name.ends_with(end)) || begins_as_object(path)
}

/// Whether a folder is one of a kernel's modules, such as `/lib/modules/VERSION`: it may also have a
/// link to headers.
pub fn is_module_tree(path: &Path) -> bool {
    path.join("modules.order").is_file() || path.join("modules.dep").is_file()
}

/// What the paths hold, in order, each file once.
pub(super) fn discover(paths: &[PathBuf]) -> Vec<Asked> {
    let mut seen = BTreeSet::new();
    let mut asked = Vec::new();
    for path in paths {
        let found: Vec<Asked> = if path.is_dir() {
            let within = Some(path.clone());
            modules(path).map(|path| Asked { path, named: false, within: within.clone() }).collect()
        } else {
            vec![Asked { path: path.clone(), named: true, within: None }]
        };
        asked.extend(found.into_iter().filter(|one| seen.insert(one.path.clone())));
    }
    asked
}

/// The modules below a folder, in the order of their names. Links are not followed: a kernel's
/// folder has some to its sources.
fn modules(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| MODULES.iter().any(|end| file_name(path).ends_with(end)))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn begins_as_object(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let mut start = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(LONGEST_HEADER as u64).read_to_end(&mut start));
    read.is_ok()
        && (elf::is_elf(&start)
            || start.starts_with(ARCHIVE)
            || start.starts_with(THIN_ARCHIVE)
            || matches!(start.get(..4), Some([0x9f, 0xeb, 1, _] | [0xeb, 0x9f, 1, _]))
            // No text is compressed; a kernel's image may be.
            || compression(&start).is_some()
            || is_image(&start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_by_name_or_by_how_they_begin() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        assert!(holds_object(Path::new("absent.ko.zst")));
        assert!(holds_object(&file("vmlinux", b"\x7fELF\x02")));
        assert!(holds_object(&file("types", b"\x9f\xeb\x01\x00")));
        assert!(!holds_object(&file("a.h", b"#define A 1\n")));
        assert!(!holds_object(&file("a.rs", b"")));
        assert!(!holds_object(folder.path()), "a folder without modules");
        file("a.ko", b"");
        assert!(holds_object(folder.path()));
        let asked = discover(&[folder.path().into(), folder.path().join("a.ko")]);
        let within = Some(folder.path().to_owned());
        let path = folder.path().join("a.ko");
        assert_eq!(asked, [Asked { path, named: false, within }]);
    }
}
