//! Texts that are read instead of what is on disk: edits that nobody has written yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files with the texts that they are to have. The files themselves are on disk, with other texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// By the path without links.
    pub(crate) texts: BTreeMap<PathBuf, String>,
}

impl Overlay {
    /// Has the file at `path` read as `text`.
    pub fn put(&mut self, path: &Path, text: &str) {
        self.texts.insert(known_as(path), text.to_owned());
    }

    /// The text of a file, if it has another one than on disk.
    pub fn get(&self, path: &Path) -> Option<&str> {
        if self.texts.is_empty() {
            return None;
        }
        self.texts.get(&known_as(path)).map(String::as_str)
    }

    /// Whether every file is read from disk.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

fn known_as(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or_else(|_| absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_text_however_its_path_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("below")).unwrap();
        std::fs::write(at("a.h"), "old").unwrap();
        std::os::unix::fs::symlink("a.h", at("link.h")).unwrap();
        let mut overlay = Overlay::default();
        assert!(overlay.is_empty());
        overlay.put(&at("a.h"), "new");
        for name in ["a.h", "below/../a.h", "link.h"] {
            assert_eq!(overlay.get(&at(name)), Some("new"), "{name}");
        }
        assert_eq!(overlay.get(&at("b.h")), None);
    }

    #[cfg(feature = "c")]
    #[test]
    fn the_compiler_reads_a_header_and_what_it_includes_as_they_are_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("types.h"), "struct x_arg { int a; };\n").unwrap();
        std::fs::write(at("x.h"), "#include \"types.h\"\n#define X _IOR('x', 1, struct x_arg)\n")
            .unwrap();
        let mut overlay = Overlay::default();
        overlay.put(&at("types.h"), "struct x_arg { int a, b; };\n");
        let text = "#include \"types.h\"\n\n#define Y _IOR('x', 2, struct x_arg)\n";
        overlay.put(&at("x.h"), text);
        let request =
            crate::c::Request { paths: vec![at("x.h")], overlay, ..crate::c::Request::default() };
        let (interface, problems) = crate::c::read(&request);
        assert_eq!(problems, []);
        let names: Vec<_> = interface.commands.iter().map(|command| &*command.name).collect();
        assert_eq!(names, ["Y"]);
        let layouts = ioctlkit_model::Layouts::new(&interface);
        let abi = interface.abis.first().unwrap();
        assert_eq!(layouts.number(&interface.commands[0], abi).unwrap().size, 8);
        let read = interface.sources.file(interface.headers[0].file);
        assert_eq!(&*read.text, text);
    }

    #[cfg(feature = "rust")]
    #[test]
    fn a_crates_modules_are_read_as_they_are_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("lib.rs"), "mod inner;\n").unwrap();
        std::fs::write(at("inner.rs"), "nix::ioctl_none!(old, b'x', 1);\n").unwrap();
        let mut overlay = Overlay::default();
        overlay.put(&at("inner.rs"), "nix::ioctl_none!(new, b'x', 1);\n");
        let paths = vec![folder.path().to_owned()];
        let request = crate::rust::Request { paths, overlay, ..crate::rust::Request::default() };
        let (interface, _) = crate::rust::read(&request);
        let names: Vec<_> = interface.commands.iter().map(|command| &*command.name).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(names[0].ends_with("new"), "{names:?}");
    }

    #[cfg(feature = "driver")]
    #[test]
    fn a_drivers_source_is_read_as_it_is_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.c");
        std::fs::write(&path, "int old;\n").unwrap();
        let mut overlay = Overlay::default();
        overlay.put(&path, "int new;\n");
        let paths = vec![path];
        let request =
            crate::driver::Request { paths, overlay, ..crate::driver::Request::default() };
        let (interface, _) = crate::driver::read(&request);
        let texts: Vec<_> = interface.sources.iter().map(|(_, file)| &*file.text).collect();
        assert_eq!(texts, ["int new;\n"]);
    }
}
