//! Texts that stand in for files without being written to disk: the other side of a patch, or what an
//! editor has not saved.
//!
//! A front end works under the overlay of its request. It is known to the thread that reads; work that is
//! handed to other threads goes through `carried`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Files with other texts than those on disk. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    files: Arc<Files>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Files {
    /// By absolute paths without links.
    by_path: BTreeMap<PathBuf, Entry>,
    /// The last components of these paths: what has another one needs no second look.
    names: BTreeSet<OsString>,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Text(Arc<[u8]>),
    /// There is no such file.
    Gone,
}

impl Overlay {
    /// Has a file hold a text. The file need not exist, nor its folder.
    pub fn put(&mut self, path: &Path, text: impl AsRef<[u8]>) {
        self.insert(canonical_on_disk(path), Entry::Text(text.as_ref().into()));
    }

    /// Has a file not be there.
    pub fn remove(&mut self, path: &Path) {
        self.insert(canonical_on_disk(path), Entry::Gone);
    }

    fn insert(&mut self, path: PathBuf, entry: Entry) {
        let files = Arc::make_mut(&mut self.files);
        files.names.extend(path.file_name().map(ToOwned::to_owned));
        files.by_path.insert(path, entry);
    }

    /// Does work on this thread that reads files as they are with it. A front end does so by itself.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        during(self, work)
    }

    /// Whether every file is as it is on disk.
    pub fn is_empty(&self) -> bool {
        self.files.by_path.is_empty()
    }

    /// The files that are not there, by absolute paths without links.
    pub(crate) fn gone(&self) -> impl Iterator<Item = &Path> {
        let gone = self.files.by_path.iter().filter(|(_, entry)| **entry == Entry::Gone);
        gone.map(|(path, _)| path.as_path())
    }

    fn at(&self, path: &Path) -> Option<&Entry> {
        let is_named = path.file_name().is_some_and(|name| self.files.names.contains(name));
        if !is_named {
            return None;
        }
        self.files.by_path.get(&canonical_on_disk(path))
    }
}

/// The path without links, as far as there is anything on disk; the rest as it is written.
fn canonical_on_disk(path: &Path) -> PathBuf {
    let Ok(absolute) = std::path::absolute(path) else { return path.to_owned() };
    let mut rest = Vec::new();
    let mut above = absolute.as_path();
    loop {
        if let Ok(real) = above.canonicalize() {
            let mut whole = real;
            for part in rest.into_iter().rev() {
                match part {
                    Component::ParentDir => drop(whole.pop()),
                    other => whole.push(other),
                }
            }
            return whole;
        }
        match (above.components().next_back(), above.parent()) {
            (Some(last), Some(parent)) => {
                rest.push(last);
                above = parent;
            }
            _ => return absolute,
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Overlay> = RefCell::default();
}

/// Does work under an overlay.
pub(crate) fn during<T>(overlay: &Overlay, work: impl FnOnce() -> T) -> T {
    /// Puts back what was there, if the work panics as well.
    struct Restored(Overlay);
    impl Drop for Restored {
        fn drop(&mut self) {
            CURRENT.set(std::mem::take(&mut self.0));
        }
    }
    let _restored = Restored(CURRENT.replace(overlay.clone()));
    work()
}

/// This thread's overlay.
pub(crate) fn current() -> Overlay {
    CURRENT.with_borrow(Clone::clone)
}

/// Work that may be done by another thread, under the overlay of this one.
pub(crate) fn carried<A, T>(work: impl Fn(A) -> T) -> impl Fn(A) -> T {
    let overlay = current();
    move |given| during(&overlay, || work(given))
}

/// The entry that replaces a file under this thread's overlay, if there is one.
pub(crate) fn at(path: &Path) -> Option<Entry> {
    CURRENT.with_borrow(|overlay| overlay.at(path).cloned())
}

/// Whether there is a regular file.
pub(crate) fn is_file(path: &Path) -> bool {
    match at(path) {
        Some(Entry::Text(_)) => true,
        Some(Entry::Gone) => false,
        None => path.is_file(),
    }
}

/// The absolute path without links.
///
/// # Errors
/// What the system says, where nothing is there.
#[cfg(feature = "driver")]
pub(crate) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    match at(path) {
        Some(Entry::Text(_)) => Ok(canonical_on_disk(path)),
        Some(Entry::Gone) => Err(missing()),
        None => path.canonicalize(),
    }
}

/// What the system says of a path where nothing is.
pub(crate) fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

#[cfg(feature = "worker")]
mod kept {
    use super::{Entry, Overlay};
    use crate::kept::bytes::{Kept, Reader, Writer};
    use std::path::PathBuf;

    impl Kept for Overlay {
        fn put(&self, out: &mut Writer) {
            out.count(self.files.by_path.len());
            for (path, entry) in &self.files.by_path {
                path.put(out);
                let text = match entry {
                    Entry::Text(text) => Some(text.to_vec()),
                    Entry::Gone => None,
                };
                text.put(out);
            }
        }

        fn take(from: &mut Reader<'_>) -> Option<Self> {
            let entries: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::take(from)?;
            let mut overlay = Self::default();
            for (path, text) in entries {
                let entry = text.map_or(Entry::Gone, |text| Entry::Text(text.into()));
                overlay.insert(path, entry);
            }
            Some(overlay)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::reading::{check, limit, read_bytes, read_text};

    #[test]
    fn a_text_is_read_in_place_of_the_file_however_its_path_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("in")).unwrap();
        std::fs::write(at("in/a.h"), "disk").unwrap();
        symlink("in", at("link")).unwrap();
        let mut overlay = Overlay::default();
        overlay.put(&at("link/a.h"), *b"overlay");
        let text = |name: &str| read_text(&at(name), limit::SOURCE).unwrap();
        for name in ["in/a.h", "link/a.h", "in/../in/./a.h"] {
            assert_eq!(during(&overlay, || text(name)), "overlay", "{name}");
            assert_eq!(text(name), "disk", "{name}");
        }
        assert!(during(&overlay, || check(&at("in/a.h"), 6)).is_err(), "limits hold");
        assert!(during(&overlay, || read_bytes(&at("in/a.h"), 6)).is_err(), "limits hold");
    }

    #[test]
    fn a_file_may_be_there_in_a_folder_that_is_not_and_another_may_be_gone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("gone.h"), "disk").unwrap();
        let mut overlay = Overlay::default();
        overlay.put(&at("no/such/new.h"), *b"new");
        overlay.remove(&at("gone.h"));
        during(&overlay, || {
            assert!(is_file(&at("no/such/new.h")) && is_file(&at("no/such/../such/new.h")));
            assert_eq!(read_bytes(&at("no/such/new.h"), 9).unwrap(), b"new");
            assert!(!is_file(&at("gone.h")));
            let error = read_bytes(&at("gone.h"), 9).unwrap_err();
            assert_eq!(error.to_string(), "no such file or directory");
        });
        assert!(is_file(&at("gone.h")));
    }

    #[test]
    fn the_overlay_of_a_thread_goes_along_with_carried_work_and_ends_with_a_panic() {
        let mut overlay = Overlay::default();
        overlay.put(Path::new("/nowhere/a.h"), *b"x");
        let is_there = || is_file(Path::new("/nowhere/a.h"));
        let work = during(&overlay, || carried(move |()| is_there()));
        assert!(std::thread::spawn(move || work(())).join().unwrap());
        let panics = || during(&overlay, || panic!("as a rule would"));
        assert!(std::panic::catch_unwind(panics).is_err());
        assert!(!is_there());
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
