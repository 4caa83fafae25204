//! Which headers are meant, and which tree they belong to.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_abi::{ABIS, Abi, AbiSet};
use ioctlkit_model::{Problem, ProblemKind};

use crate::c::look::{self, Kind};
use crate::c::other_systems;
use crate::reach::{Outside, Reach};
use crate::walk::{Step, is_hidden, walk};

/// How a complaint of a folder begins in which there is nothing to read.
pub const HOLDS_NOTHING: &str = "the folder holds no header";

/// A tree of UAPI headers, with the `asm/` folders that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// A kernel's sources.
    Kernel(PathBuf),
    /// Exported headers: the folder that holds `linux/`, and the `asm/` folders that go with it.
    Installed { root: PathBuf, asm: Vec<AsmFolder> },
    /// No UAPI headers anywhere.
    None,
}

/// The exported `asm/` folder of an architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AsmFolder {
    /// The folder that holds `asm/`.
    pub(crate) parent: PathBuf,
    /// The kernel's name for the architecture.
    pub(crate) arch: &'static str,
}

/// A header that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The path as it is shown.
    pub(crate) path: PathBuf,
    /// The ABIs that the header is for.
    pub(crate) abis: AbiSet,
    /// Whether it is read whatever it holds.
    pub(crate) asked: Asked,
    /// The other system that it is for, by the folder that it lies in.
    pub(crate) system: Option<&'static str>,
}

/// How a header came to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Somebody named it, or the tree that it belongs to exports it to programs.
    Whole,
    /// It lies in a driver's folder: it counts only if it defines a command.
    IfItHasCommands,
}

/// Headers of one tree.
#[derive(Debug)]
pub(crate) struct TreeHeaders {
    pub(crate) tree: Tree,
    pub(crate) headers: Vec<Wanted>,
}

/// Finds the headers below `paths`, grouped by the tree that they belong to.
pub(crate) fn discover(
    paths: &[PathBuf],
    abis: AbiSet,
    reach: &Reach,
) -> (Vec<TreeHeaders>, Vec<Problem>) {
    let mut groups: Vec<TreeHeaders> = Vec::new();
    let mut problems = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for path in paths {
        match look::kind(path) {
            Err(error) => problems.push(unreadable(path, &error)),
            Ok(Kind::Folder) => {
                if let Err(outside) = reach.check(path) {
                    problems.push(lies_outside(path, &outside));
                    continue;
                }
                let before = (seen.len(), problems.len());
                let (headers, asked) = headers_below(path, reach, &mut problems);
                for (header, tree) in headers {
                    if seen.insert(header.clone()) {
                        let below = header.strip_prefix(path).ok();
                        let is_driver = asked == Asked::IfItHasCommands;
                        let system = below.filter(|_| is_driver).and_then(other_systems::by_path);
                        add(&mut groups, tree, Wanted { path: header, abis, asked, system });
                    }
                }
                if (seen.len(), problems.len()) == before {
                    problems.push(Problem {
                        kind: ProblemKind::Failure,
                        path: Some(path.clone()),
                        span: None,
                        message: format!("{HOLDS_NOTHING}, and no C source that defines commands"),
                        help: Some("name a folder with `.h` files, or a header".into()),
                    });
                }
            }
            Ok(Kind::Other) => problems.push(Problem {
                kind: ProblemKind::Failure,
                path: Some(path.clone()),
                span: None,
                message: "neither a file nor a folder".into(),
                help: Some("name a header, or a folder of headers".into()),
            }),
            Ok(Kind::File) => {
                if seen.insert(path.clone()) {
                    let path = path.clone();
                    let tree = tree_of(&path);
                    let asked = Asked::Whole;
                    add(&mut groups, tree, Wanted { path, abis, asked, system: None });
                }
            }
        }
    }
    (groups, problems)
}

fn add(groups: &mut Vec<TreeHeaders>, tree: Tree, mut wanted: Wanted) {
    if let Some(arch) = asm_arch(&wanted.path, &tree) {
        wanted.abis = wanted.abis.intersection(AbiSet::of(|abi| abi.kernel_arch == arch));
    }
    match groups.iter_mut().find(|group| group.tree == tree) {
        Some(group) => group.headers.push(wanted),
        None => groups.push(TreeHeaders { tree, headers: vec![wanted] }),
    }
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let help = match error.kind() {
        std::io::ErrorKind::NotFound => Some("check the spelling of the path".to_owned()),
        std::io::ErrorKind::PermissionDenied => {
            Some("grant read permission, or leave the path out".to_owned())
        }
        _ => None,
    };
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: format!("cannot read: {}", describe(error)),
        help,
    }
}

/// Says which link leads out.
pub(crate) fn lies_outside(path: &Path, outside: &Outside) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: format!("not read: it {outside}"),
        help: Some("name the file or folder itself, or give its folder with `-I`".into()),
    }
}

/// The system's words for an error, without its number.
fn describe(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text.to_lowercase(),
    }
}

fn headers_below(
    folder: &Path,
    reach: &Reach,
    problems: &mut Vec<Problem>,
) -> (Vec<(PathBuf, Tree)>, Asked) {
    let is_header = |path: &Path| has_extension(path, "h");
    let is_source = |path: &Path| is_header(path) || defines_commands(path);
    let mut walk = Walk { reach, problems };
    if is_kernel_root(folder) {
        return (kernel_headers(folder, &mut walk), Asked::Whole);
    }
    let installed = installed_root(folder).filter(|root| root == folder);
    if let Some(root) = installed {
        return (installed_headers(&root, &mut walk), Asked::Whole);
    }
    if is_exported(folder) {
        return (with_trees(folder, walk.files(folder, is_header)), Asked::Whole);
    }
    (with_trees(folder, walk.files(folder, is_source)), Asked::IfItHasCommands)
}

/// Whether a folder is part of what a kernel exports to programs: `include/uapi`, or installed
/// headers.
fn is_exported(folder: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let in_uapi = absolute.components().any(|part| part.as_os_str() == "uapi");
    in_uapi || absolute.ancestors().any(|above| installed_root(above).is_some())
}

/// Each header with the tree that it belongs to.
fn with_trees(folder: &Path, headers: Vec<PathBuf>) -> Vec<(PathBuf, Tree)> {
    let mut trees: Vec<(PathBuf, Tree)> = Vec::new();
    headers
        .into_iter()
        .map(|header| {
            let parent = header.parent().unwrap_or(folder).to_owned();
            if let Some((_, tree)) = trees.iter().find(|(known, _)| *known == parent) {
                return (header, tree.clone());
            }
            let tree = tree_of(&header);
            trees.push((parent, tree.clone()));
            (header, tree)
        })
        .collect()
}

/// Whether a folder holds a header, outside what a build makes.
pub fn holds_header(folder: &Path) -> bool {
    let reach = Reach::of(&[folder.to_owned()], &[]);
    let is_header = |path: &Path| has_extension(path, "h") || defines_commands(path);
    is_kernel_root(folder)
        || walk(folder, &reach, is_kept, |step| match step {
            Step::File(path) if is_header(path) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .is_break()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Whether a file is C source that may define commands of its own.
fn defines_commands(path: &Path) -> bool {
    is_c_source(path)
        && look::read(path).is_ok_and(|text| text.windows(3).any(|three| three == b"_IO"))
}

/// Whether a file is C source and no header: only its definitions are read.
pub(crate) fn is_c_source(path: &Path) -> bool {
    has_extension(path, "c")
}

/// Whether a folder is looked into. What a build keeps in a cache is not the folder's own, and neither is what
/// tools hide: quilt keeps every file as it was before each patch, in `.pc`.
pub(crate) fn is_kept(folder: &Path) -> bool {
    look::note(folder);
    !is_hidden(folder) && !folder.join("CACHEDIR.TAG").is_file()
}

/// Looks for files, and puts down what cannot be looked at.
struct Walk<'a> {
    reach: &'a Reach,
    problems: &'a mut Vec<Problem>,
}

impl Walk<'_> {
    /// The headers below a folder.
    fn headers(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.files(folder, |path| has_extension(path, "h"))
    }

    fn files(&mut self, folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let problems = &mut *self.problems;
        look::note(folder);
        let _ = walk(folder, self.reach, is_kept, |step| {
            match step {
                Step::File(path) if is_wanted(path) => found.push(path.to_owned()),
                Step::File(_) => {}
                // A link to a folder may have any name; one to a file counts if the file would have.
                Step::LeadsOut(path, outside) => {
                    if path.is_dir() || is_wanted(path) {
                        problems.push(lies_outside(path, &outside));
                    }
                }
                Step::LeadsBack(path) => problems.push(Problem {
                    kind: ProblemKind::Incomplete,
                    path: Some(path.to_owned()),
                    span: None,
                    message: "a link leads back to a folder above it".into(),
                    help: None,
                }),
                Step::Fails(path, error) => problems.push(unreadable(path, &error)),
            }
            ControlFlow::Continue(())
        });
        found
    }
}

/// Whether a folder is the root of a kernel's source.
pub fn is_kernel_root(folder: &Path) -> bool {
    look::is_dir(&folder.join("include/uapi/linux")) && look::is_dir(&folder.join("arch"))
}

/// The exported headers of a kernel tree: `include/uapi`, and each architecture's own.
fn kernel_headers(root: &Path, walk: &mut Walk<'_>) -> Vec<(PathBuf, Tree)> {
    let mut folders = vec![root.join("include/uapi")];
    for arch in architectures() {
        let folder = root.join("arch").join(arch).join("include/uapi/asm");
        if look::is_dir(&folder) {
            folders.push(folder);
        }
    }
    let tree = Tree::Kernel(root.to_owned());
    folders
        .iter()
        .flat_map(|folder| walk.headers(folder))
        .filter(|header| !is_generic(header))
        .map(|header| (header, tree.clone()))
        .collect()
}

/// `asm-generic/` is read through the `asm/` headers that include it, as the ABIs do that use it.
fn is_generic(header: &Path) -> bool {
    header.parent().and_then(Path::file_name).is_some_and(|name| name == "asm-generic")
}

/// Folders that a kernel exports, which tell its headers from libc's in a common folder.
const EXPORTED: [&str; 12] = [
    "asm",
    "cxl",
    "drm",
    "fwctl",
    "linux",
    "misc",
    "mtd",
    "rdma",
    "regulator",
    "scsi",
    "sound",
    "video",
];

fn installed_headers(root: &Path, walk: &mut Walk<'_>) -> Vec<(PathBuf, Tree)> {
    let tree = installed_tree(root.to_owned());
    let mut folders: Vec<PathBuf> =
        EXPORTED.iter().chain(&["xen"]).map(|name| root.join(name)).collect();
    if let Tree::Installed { asm, .. } = &tree {
        let below = asm.iter().filter(|asm| asm.parent != root && asm.parent.starts_with(root));
        folders.extend(below.map(|asm| asm.parent.join("asm")));
    }
    folders
        .iter()
        .filter(|folder| look::is_dir(folder))
        .flat_map(|folder| walk.headers(folder))
        .map(|header| (header, tree.clone()))
        .collect()
}

/// A folder as the system and the compiler know it: an empty path is that in which the run started.
pub(crate) fn or_here(folder: &Path) -> PathBuf {
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

/// The tree that a header belongs to, else the machine's own.
fn tree_of(header: &Path) -> Tree {
    let absolute = std::path::absolute(header).unwrap_or_else(|_| header.to_owned());
    // The parts of the path are kept as they were given: paths are shown as the user named them.
    for (given, folder) in header.ancestors().zip(absolute.ancestors()).skip(1) {
        // As it was given, so that no header is found under another path than it was named by: the folder that the
        // run starts in has an empty path.
        if is_kernel_root(folder) {
            return Tree::Kernel(given.to_owned());
        }
        if let Some(found) = installed_root(folder) {
            let root = if found == folder { given.to_owned() } else { found };
            return installed_tree(root);
        }
    }
    for folder in absolute.ancestors().skip(1) {
        if is_kernel_root(folder) {
            return Tree::Kernel(folder.to_owned());
        }
    }
    machine_tree()
}

/// The headers that are installed on this machine.
pub(crate) fn machine_tree() -> Tree {
    let root = Path::new("/usr/include");
    if look::is_file(&root.join("linux/types.h")) {
        installed_tree(root.to_owned())
    } else {
        Tree::None
    }
}

/// The root of exported headers that `folder` is, or is the multiarch folder of.
fn installed_root(folder: &Path) -> Option<PathBuf> {
    // `include/uapi` of a kernel has the same folders, but not yet exported.
    let is_source = |folder: &Path| {
        folder.ends_with("include/uapi") && folder.ancestors().nth(2).is_some_and(is_kernel_root)
    };
    let is_root = |folder: &Path| {
        look::is_file(&folder.join("linux/ioctl.h"))
            && look::is_dir(&folder.join("asm-generic"))
            && !is_source(folder)
    };
    if is_root(folder) {
        return Some(folder.to_owned());
    }
    let multiarch =
        folder.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux"));
    let parent = folder.parent()?;
    (multiarch && look::is_dir(&folder.join("asm")) && is_root(parent)).then(|| parent.to_owned())
}

/// The tree of exported headers below `root`. Debian keeps the `asm/` folder of the machine's
/// architecture in a multiarch folder, and those of others (`linux-libc-dev-arm64-cross`) in
/// `/usr/TRIPLET/include`.
fn installed_tree(root: PathBuf) -> Tree {
    let is_triplet = |path: &Path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux"))
    };
    let folders_of = |folder: &Path| -> Vec<PathBuf> {
        let Ok(entries) = look::read_dir(&or_here(folder)) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| folder.join(entry.file_name()));
        let mut folders: Vec<PathBuf> = paths.filter(|path| is_triplet(path)).collect();
        folders.sort();
        folders
    };
    let mut candidates = vec![root.clone()];
    candidates.extend(folders_of(&root));
    if root == Path::new("/usr/include") {
        candidates.extend(folders_of(Path::new("/usr")).iter().map(|path| path.join("include")));
    }
    let mut asm: Vec<AsmFolder> = Vec::new();
    for parent in candidates {
        if let Some(arch) = asm_folder_arch(&parent.join("asm"))
            && asm.iter().all(|known| known.arch != arch)
        {
            asm.push(AsmFolder { parent, arch });
        }
    }
    Tree::Installed { root, asm }
}

/// The architecture that a header of an `asm/` folder is for: that of its kernel's `arch/` folder,
/// or of the files beside it. `None` for any other header.
pub fn asm_architecture(header: &Path) -> Option<&'static str> {
    let asm = header.parent().filter(|folder| folder.ends_with("asm"))?;
    let of_kernel = ABIS.iter().map(|abi| abi.kernel_arch).find(|arch| {
        asm.ends_with(format!("arch/{arch}/include/uapi/asm"))
            || asm.ends_with(format!("arch/{arch}/include/generated/uapi/asm"))
    });
    of_kernel.or_else(|| asm_folder_arch(asm))
}

/// The architecture of an `asm/` folder, told by a file that only this architecture exports.
fn asm_folder_arch(asm: &Path) -> Option<&'static str> {
    const MARKS: [(&str, &str); 14] = [
        ("vm86.h", "x86"),
        ("sve_context.h", "arm64"),
        ("sgidefs.h", "mips"),
        ("openpromio.h", "sparc"),
        ("spu_info.h", "powerpc"),
        ("dasd.h", "s390"),
        ("pal.h", "alpha"),
        ("pdc.h", "parisc"),
        ("bootinfo-amiga.h", "m68k"),
        ("cpu-features.h", "sh"),
        ("hwprobe.h", "riscv"),
        ("break.h", "loongarch"),
        ("page.h", "arc"),
        ("unistd-oabi.h", "arm"),
    ];
    MARKS
        .iter()
        .find(|(file, _)| look::is_file(&asm.join(file)))
        .map(|(_, arch)| *arch)
        .or_else(|| asm_text_arch(asm))
}

/// For architectures without a file of their own: what the guard in `asm/byteorder.h` says.
fn asm_text_arch(asm: &Path) -> Option<&'static str> {
    let text = look::read_lossy(&asm.join("byteorder.h")).ok()?.to_lowercase();
    architectures().into_iter().find(|arch| text.contains(&format!("{arch}_byteorder")))
}

/// The kernel's names of the architectures of the table, each once.
pub(crate) fn architectures() -> Vec<&'static str> {
    let mut archs: Vec<&'static str> = ABIS.iter().map(|abi: &Abi| abi.kernel_arch).collect();
    archs.sort_unstable();
    archs.dedup();
    archs
}

/// The architecture that a header is for, where it lies in an `asm/` folder.
pub(crate) fn asm_arch(header: &Path, tree: &Tree) -> Option<&'static str> {
    match tree {
        Tree::Kernel(root) => {
            let below = header.strip_prefix(root.join("arch")).ok()?;
            let name = below.components().next()?.as_os_str().to_str()?;
            architectures().into_iter().find(|arch| *arch == name)
        }
        Tree::Installed { asm, .. } => {
            let holds = |asm: &&AsmFolder| header.starts_with(asm.parent.join("asm"));
            asm.iter().find(holds).map(|asm| asm.arch)
        }
        Tree::None => None,
    }
}

/// A folder that appears to hold nothing but the `asm/` headers of an architecture, each a line that
/// includes the real one.
pub(crate) fn own_asm(arch: &str) -> PathBuf {
    Path::new(crate::c::driver::overlay::OWN_ASM).join(arch)
}

impl Tree {
    /// Every header that the tree exports to all architectures, in order.
    pub(crate) fn exported(&self) -> Vec<PathBuf> {
        let folders: Vec<PathBuf> = match self {
            Tree::Kernel(root) => vec![root.join("include/uapi")],
            Tree::Installed { root, .. } => {
                EXPORTED.iter().chain(&["asm-generic"]).map(|name| root.join(name)).collect()
            }
            Tree::None => Vec::new(),
        };
        let is_there = |folder: &&PathBuf| look::is_dir(folder);
        // What cannot be read has nothing to offer.
        let mut walk = Walk { reach: &Reach::of(&folders, &[]), problems: &mut Vec::new() };
        folders.iter().filter(is_there).flat_map(|folder| walk.headers(folder)).collect()
    }

    /// The `asm/` header that one below [`own_asm`] stands for.
    pub(crate) fn behind_own_asm(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(crate::c::driver::overlay::OWN_ASM).ok()?;
        let arch = below.components().next()?.as_os_str();
        let Tree::Installed { asm, .. } = self else { return None };
        let own = asm.iter().find(|asm| asm.arch == arch)?;
        let header = own.parent.join(below.strip_prefix(arch).ok()?);
        look::is_file(&header).then_some(header)
    }

    /// The folders that the compiler searches for an ABI, in order.
    pub(crate) fn include_folders(&self, abi: &Abi) -> Vec<PathBuf> {
        let virtual_asm = PathBuf::from(crate::c::driver::overlay::ASM);
        match self {
            Tree::Kernel(root) => {
                let arch = root.join("arch").join(abi.kernel_arch);
                vec![
                    arch.join("include/uapi"),
                    arch.join("include/generated/uapi"),
                    root.join("include/uapi"),
                    root.join("include/generated/uapi"),
                    virtual_asm,
                ]
            }
            Tree::Installed { root, asm } => {
                match asm.iter().find(|asm| asm.arch == abi.kernel_arch) {
                    Some(asm) if asm.parent == *root => vec![root.clone(), virtual_asm],
                    // The shared folder may have an `asm/` of another architecture.
                    Some(asm) => {
                        vec![own_asm(asm.arch), root.clone(), asm.parent.clone(), virtual_asm]
                    }
                    None => vec![virtual_asm, root.clone()],
                }
            }
            Tree::None => vec![virtual_asm],
        }
    }

    /// Whether the `asm/` in a folder is another architecture's: headers exported for one have it
    /// beside `linux/`, and so has Debian's gcc-multilib.
    pub(crate) fn has_asm_of_another(&self, folder: &Path, abi: &Abi) -> bool {
        match self {
            Tree::Installed { root, asm } => {
                let own = asm.iter().find(|asm| asm.parent == *root);
                folder == root && own.is_some_and(|own| own.arch != abi.kernel_arch)
            }
            Tree::Kernel(_) | Tree::None => false,
        }
    }

    /// Whether the tree has an `asm/` folder of that architecture.
    pub(crate) fn has_asm_of(&self, kernel_arch: &str) -> bool {
        match self {
            Tree::Kernel(root) => {
                look::is_dir(&root.join("arch").join(kernel_arch).join("include/uapi"))
            }
            Tree::Installed { asm, .. } => asm.iter().any(|asm| asm.arch == kernel_arch),
            Tree::None => false,
        }
    }

    /// The folder with the `asm-generic/` headers.
    pub(crate) fn generic(&self) -> Option<PathBuf> {
        match self {
            Tree::Kernel(root) => Some(root.join("include/uapi/asm-generic")),
            Tree::Installed { root, .. } => Some(root.join("asm-generic")),
            Tree::None => None,
        }
    }
}
