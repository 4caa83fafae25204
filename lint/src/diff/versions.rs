//! Two versions side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Finding, HeaderError, Interface, Label, Problem, Span};
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
    /// Whether it was read from a dump, which holds no constants, plain numbers only where these were asked
    /// for, and what programs with a 64-bit `time_t` see only if it is not an old one.
    pub is_dump: bool,
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
    /// Shows paths in sentences as they are shown elsewhere.
    pub fn rename(&self, interface: &mut Interface, problems: &mut [Problem]) {
        for problem in problems {
            problem.path = problem.path.take().map(|path| self.path(&path));
            self.rename_in(&mut problem.message);
            problem.help.iter_mut().for_each(|help| self.rename_in(help));
        }
        for unknown in &mut interface.not_understood {
            self.rename_in(&mut unknown.reason);
        }
        for error in interface.headers.iter_mut().flat_map(|header| &mut header.errors) {
            self.rename_in(&mut error.message);
        }
    }

    fn rename_in(&self, text: &mut String) {
        let folder = self.folder.display().to_string();
        if text.contains(&folder) {
            *text =
                text.replace(&format!("{folder}/"), &self.prefix).replace(&folder, "the revision");
        }
    }

    /// A path as it is shown.
    pub fn path(&self, path: &Path) -> PathBuf {
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
    old_paths: HashMap<FileId, String>,
    new_paths: HashMap<FileId, String>,
    unread: HashSet<String>,
    there: BTreeSet<String>,
    broken: BTreeMap<String, String>,
    /// The ABIs on which each header of the new version was read.
    read_on: BTreeMap<String, AbiSet>,
    /// The architectures of the new version's own `asm/` headers.
    architectures: HashSet<&'static str>,
    /// Whether the old and the new version were read from dumps.
    are_dumps: (bool, bool),
}

impl Versions {
    /// Puts two versions side by side. The files of the old one join those of the new one, so that
    /// one report can point to both.
    pub fn new(old: Version, new: Version) -> Self {
        // Two single files are compared whatever they are called.
        let are_dumps = (old.is_dump, new.is_dump);
        let single = old.interface.headers.len() == 1 && new.interface.headers.len() == 1;
        let of = |version: &Version| {
            let mut paths = paths(version);
            if let (true, Some(only)) = (single, version.interface.headers.first()) {
                paths.insert(only.file, String::new());
            }
            paths
        };
        let (old_paths, new_paths) = (of(&old), of(&new));
        let unread = new.unread.iter().map(|path| common_path(path, &new.roots)).collect();
        let there = new_paths.values().cloned().collect();
        let files = new.interface.sources.iter();
        let architectures = files.filter_map(|(_, file)| asm_architecture(&file.path)).collect();
        let broken = broken(&new.interface, &new_paths);
        let read_on = read_on(&new.interface, &new_paths);
        let (old, mut new) = (renamed(old), renamed(new));
        new.sources.append(old.sources.clone());
        Self {
            old,
            new,
            old_paths,
            new_paths,
            unread,
            there,
            broken,
            read_on,
            architectures,
            are_dumps,
        }
    }

    /// Moves findings about what only the old version has to where a service can show them, which knows the
    /// files of the new one alone: to the beginning of the same header, or else to the path that the header
    /// had. Other places in the old version become notes. `prefix` is what precedes paths of that.
    pub fn move_into_new(&mut self, findings: &mut [Finding], prefix: &str) {
        let headers: HashMap<&str, FileId> = self
            .new
            .headers
            .iter()
            .map(|header| (self.new_path(header.file), header.file))
            .collect();
        for finding in findings {
            let mut notes = Vec::new();
            finding.related.retain(|label| {
                let is_old = self.old_paths.contains_key(&label.span.file);
                if is_old {
                    let Label { span, text } = label;
                    let line = self.new.sources.position(*span).line;
                    notes
                        .push(format!("{}:{line}: {text}", self.new.sources.path(*span).display()));
                }
                !is_old
            });
            if let Some(old) = self.old_paths.get(&finding.span.file) {
                let line = self.new.sources.position(finding.span).line;
                let path = self.new.sources.path(finding.span).display();
                notes.push(format!("{path}:{line}: {}", finding.label));
                if let Some(file) = headers.get(old.as_str()) {
                    finding.span = Span { file: *file, start: 0, end: 0 };
                    finding.label = "the header as it is now".into();
                }
            }
            finding.notes.extend(notes);
        }
        let is_old = |path: &Path| path.to_str().is_some_and(|path| path.starts_with(prefix));
        self.new.sources.rename(|path| match path.to_str() {
            Some(text) if is_old(path) => PathBuf::from(&text[prefix.len()..]),
            _ => path.to_owned(),
        });
    }

    /// Shows every file of both versions under another path.
    pub fn rename(&mut self, path: impl FnMut(&Path) -> PathBuf) {
        self.new.sources.rename(path);
    }

    /// What was.
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

    /// What a file of the old version is called in both: `linux/kvm.h`.
    pub fn old_path(&self, file: FileId) -> &str {
        self.old_paths.get(&file).map_or("", String::as_str)
    }

    /// Whether the new version's file of that name could not be read.
    pub fn is_unread(&self, path: &str) -> bool {
        self.unread.contains(path)
    }

    /// The architectures of the new version's own `asm/` headers, by the kernel's names.
    pub(super) fn new_architectures(&self) -> &HashSet<&'static str> {
        &self.architectures
    }

    /// Whether both versions say what constants they have.
    pub fn know_constants(&self) -> bool {
        self.are_dumps == (false, false)
    }

    /// Whether both versions say what their plain numbers are.
    pub(super) fn know_plain_numbers(&self) -> bool {
        let (old, new) = self.are_dumps;
        (!old || !self.old.raw_numbers.is_empty()) && (!new || !self.new.raw_numbers.is_empty())
    }

    /// Whether both versions say what programs with a 64-bit `time_t` see.
    pub(super) fn know_wide_time(&self) -> bool {
        let (old, new) = self.are_dumps;
        (!old || self.old.wide_time.is_some()) && (!new || self.new.wide_time.is_some())
    }

    /// Whether the new version has a file of that name.
    pub fn has(&self, path: &str) -> bool {
        self.there.contains(path)
    }

    /// Whether the new version's file of that name could not be read as a whole, so that what it defines
    /// is not known: it was not read, or a file that it includes is missing.
    pub fn hides(&self, path: &str) -> bool {
        self.is_unread(path) || self.broken.contains_key(path)
    }

    /// The ABIs on which the new version's file of that name was read, so that what it does not define there
    /// is gone: all of them where it is no header that was asked for.
    pub(super) fn read_on(&self, path: &str) -> AbiSet {
        self.read_on.get(path).copied().unwrap_or(AbiSet::ALL)
    }

    /// The compiler's sentence about the new version's file of that name, where it could not be read as a
    /// whole.
    pub fn why_hidden(&self, path: &str) -> Option<&str> {
        self.broken.get(path).map(String::as_str)
    }

    /// What a file of the new version is called in both.
    pub fn new_path(&self, file: FileId) -> &str {
        self.new_paths.get(&file).map_or("", String::as_str)
    }
}

/// The headers that were not read on some ABI, each with those on which it was.
fn read_on(interface: &Interface, paths: &HashMap<FileId, String>) -> BTreeMap<String, AbiSet> {
    let lacking = interface.headers.iter().filter(|header| !header.not_read.is_empty());
    let read_on = lacking.filter_map(|header| {
        let lacks = header.not_read.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
        Some((paths.get(&header.file)?.clone(), AbiSet::ALL.difference(lacks)))
    });
    read_on.collect()
}

/// The headers that include what is not there, each with the compiler's sentence.
fn broken(interface: &Interface, paths: &HashMap<FileId, String>) -> BTreeMap<String, String> {
    let headers = interface.headers.iter();
    let broken = headers.filter_map(|header| {
        let missing = header.errors.iter().find(|error| is_of_missing_file(error))?;
        Some((paths.get(&header.file)?.clone(), missing.message.clone()))
    });
    broken.collect()
}

/// Whether the compiler did not find an included file.
pub(super) fn is_of_missing_file(error: &HeaderError) -> bool {
    error.message.ends_with("file not found")
}

fn renamed(version: Version) -> Interface {
    let mut interface = version.interface;
    if let Some(shown) = version.shown {
        interface.sources.rename(|path| shown.path(path));
    }
    interface
}

fn paths(version: &Version) -> HashMap<FileId, String> {
    let files = version.interface.sources.iter();
    files.map(|(id, file)| (id, common_path(&file.path, &version.roots))).collect()
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
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // A root that is the file itself would leave every such file without a name.
    let below = roots
        .iter()
        .filter_map(|root| path.strip_prefix(root).or_else(|_| absolute.strip_prefix(root)).ok())
        .find(|below| !below.as_os_str().is_empty());
    let below = below.unwrap_or(path);
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

    #[test]
    fn headers_that_are_named_one_by_one_keep_their_names_apart() {
        let roots = ["linux/kvm.h".into(), "drm/drm.h".into()];
        assert_eq!(common_path(Path::new("linux/kvm.h"), &roots), "linux/kvm.h");
        assert_eq!(common_path(Path::new("drm/drm.h"), &roots), "drm/drm.h");
    }
}
