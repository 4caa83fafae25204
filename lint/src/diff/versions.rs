//! Two versions side by side.

use std::path::{Path, PathBuf};

use ioctlkit_model::{FileId, FileShift, Interface, Span};
use ioctlkit_sources::c::asm_architecture;

/// One version of an interface, and where it was read.
#[derive(Debug, Default)]
pub struct Version {
    /// What was read.
    pub interface: Interface,
    /// The files and folders that were asked for: a header is known by its path below one.
    pub roots: Vec<PathBuf>,
    /// How paths are shown that nobody would know.
    pub shown: Option<Shown>,
    /// Files that could not be read: what they define is not known to be gone.
    pub unread: Vec<PathBuf>,
}

/// A folder that goes by another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The folder, such as a temporary one.
    pub folder: PathBuf,
    /// What stands before the rest of the path, such as `v6.1:`.
    pub prefix: String,
}

impl Shown {
    fn path(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.folder) {
            Ok(below) => PathBuf::from(format!("{}{}", self.prefix, below.display())),
            Err(_) => path.to_owned(),
        }
    }
}

/// Two versions of an interface.
#[derive(Debug)]
pub struct Versions {
    old: Interface,
    new: Interface,
    shift: FileShift,
    old_paths: Vec<String>,
    new_paths: Vec<String>,
    unread: Vec<String>,
}

impl Versions {
    /// Puts two versions side by side. The text of the old one joins that of the new one, so that
    /// one report can point to both.
    pub fn new(old: Version, new: Version) -> Self {
        // Two single files are compared whatever they are called.
        let single = old.interface.headers.len() == 1 && new.interface.headers.len() == 1;
        let of = |version: &Version| {
            let mut paths = paths(version);
            if let (true, Some(only)) = (single, version.interface.headers.first()) {
                paths[only.file.index()].clear();
            }
            paths
        };
        let (old_paths, new_paths) = (of(&old), of(&new));
        let unread = new.unread.iter().map(|path| common_path(path, &new.roots)).collect();
        let (old, mut new) = (renamed(old), renamed(new));
        let shift = new.sources.append(old.sources.clone());
        Self { old, new, shift, old_paths, new_paths, unread }
    }

    /// What was. Its spans are those of its own sources: [`Versions::span`] moves them.
    pub fn old(&self) -> &Interface {
        &self.old
    }

    /// What is; its sources hold the text of both.
    pub fn new_version(&self) -> &Interface {
        &self.new
    }

    /// The new version, without the old.
    pub fn into_new(self) -> Interface {
        self.new
    }

    /// A place in the old version, in the sources of the new one.
    pub fn span(&self, span: Span) -> Span {
        self.shift.span(span)
    }

    /// A file of the old version, in the sources of the new one.
    pub fn file(&self, file: FileId) -> FileId {
        self.shift.file(file)
    }

    /// What a file of the old version is called in both: `linux/kvm.h`.
    pub fn old_path(&self, file: FileId) -> &str {
        self.old_paths.get(file.index()).map_or("", String::as_str)
    }

    /// Whether the new version's file of that name could not be read.
    pub fn is_unread(&self, path: &str) -> bool {
        self.unread.iter().any(|unread| unread == path)
    }

    /// What a file of the new version is called in both.
    pub fn new_path(&self, file: FileId) -> &str {
        self.new_paths.get(file.index()).map_or("", String::as_str)
    }
}

fn renamed(version: Version) -> Interface {
    let mut interface = version.interface;
    if let Some(shown) = version.shown {
        interface.sources.rename(|path| shown.path(path));
    }
    interface
}

fn paths(version: &Version) -> Vec<String> {
    let files = version.interface.sources.iter();
    files.map(|(_, file)| common_path(&file.path, &version.roots)).collect()
}

/// The path without what is the version's own: the folder that it was read from, and the folders
/// that exported headers and a kernel's sources keep them in.
fn common_path(path: &Path, roots: &[PathBuf]) -> String {
    if let Some(arch) = asm_architecture(path)
        && let Some(name) = path.file_name()
    {
        return format!("{arch}/asm/{}", name.to_string_lossy());
    }
    let whole = path.to_string_lossy();
    for exported in ["include/uapi/", "usr/include/"] {
        if let Some((_, below)) = whole.rsplit_once(exported) {
            return below.to_owned();
        }
    }
    let below = roots.iter().find_map(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    let below = below.to_string_lossy();
    below.strip_prefix("include/").unwrap_or(&below).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_the_same_in_a_kernel_tree_and_among_exported_headers() {
        let of = |path: &str, root: &str| common_path(Path::new(path), &[root.into()]);
        assert_eq!(of("old/usr/include/linux/kvm.h", "old"), "linux/kvm.h");
        assert_eq!(of("old/usr/include/linux/kvm.h", "old/usr/include"), "linux/kvm.h");
        assert_eq!(of("k/include/uapi/linux/kvm.h", "k"), "linux/kvm.h");
        assert_eq!(of("k/include/uapi/linux/kvm.h", "k/include/uapi/linux"), "linux/kvm.h");
        assert_eq!(of("k/arch/x86/include/uapi/asm/kvm.h", "k"), "x86/asm/kvm.h");
    }
}
