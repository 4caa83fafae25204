//! Which files a program is made of.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::Problem;
use rayon::iter::Either;
use rayon::prelude::*;

use super::{Request, failure};
use crate::c::database::Database;
use crate::c::other_systems::by_path;
use crate::c::{is_kept, is_kernel_root};
use crate::driver;
use crate::overlay;
use crate::reach::Reach;
use crate::reading::{decode, limit, read_bytes};
use crate::walk::{Step, walk};

/// A file that was read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) is_cpp: bool,
    pub(super) is_header: bool,
}

/// What a file is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    C,
    Cpp,
    Header,
}

fn language(path: &Path) -> Option<Language> {
    Some(match path.extension()?.to_str()? {
        "c" => Language::C,
        "cc" | "cpp" | "cxx" | "C" | "c++" => Language::Cpp,
        "h" | "hh" | "hpp" | "hxx" | "h++" | "inc" => Language::Header,
        _ => return None,
    })
}

/// No program has more headers that are read for one file.
const HEADERS: usize = 2_000;

/// Whether a path is a file of a program and nothing else: C++, or C that makes no handlers.
pub fn is_program(path: &Path) -> bool {
    if path.is_dir() {
        return false;
    }
    match language(path) {
        Some(Language::Cpp) => true,
        Some(Language::C) => {
            let text = read_bytes(path, limit::SOURCE).unwrap_or_default();
            calls_ioctl(&text)
                && !is_of_kernel(&text)
                && !driver::has_handlers(path).unwrap_or_default()
        }
        _ => false,
    }
}

/// Whether a text is a part of a kernel or a module. A file of a driver may have the functions that another one
/// makes handlers.
fn is_of_kernel(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 5] =
        [b" __user", b"copy_from_user(", b"copy_to_user(", b"<linux/module.h>", b"EXPORT_SYMBOL"];
    WORDS.iter().any(|word| memchr::memmem::find(text, word).is_some())
}

/// Whether a path is source with calls, or a folder that has some. A kernel is no program.
pub fn holds_calls(path: &Path) -> bool {
    let has_calls = |file: &Path| {
        matches!(language(file), Some(Language::C | Language::Cpp))
            && read_bytes(file, limit::SOURCE).is_ok_and(|text| calls_ioctl(&text))
    };
    if !path.is_dir() {
        return has_calls(path) || language(path) == Some(Language::Cpp);
    }
    if is_kernel_root(path) {
        return false;
    }
    let reach = Reach::of(&[path.to_owned()], &[]);
    let met = walk(path, &reach, is_kept, |step| match step {
        Step::File(file) if has_calls(file) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    met.is_break()
}

/// Whether `ioctl` with a parenthesis behind it, or a name that ends so, is in a text.
fn calls_ioctl(text: &[u8]) -> bool {
    let lower = [&b"octl"[..], b"OCTL"];
    lower.iter().any(|word| {
        memchr::memmem::find_iter(text, word).any(|at| {
            let behind = &text[at + word.len()..];
            behind.trim_ascii_start().starts_with(b"(")
        })
    })
}

/// Every file that the request means, and what could not be read.
pub(super) fn find(request: &Request, reach: &Reach) -> (Vec<Found>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut paths: Vec<(PathBuf, Language)> = Vec::new();
    for path in &request.paths {
        if !path.is_dir() {
            paths.extend(language(path).map(|language| (path.clone(), language)));
            continue;
        }
        let _ = walk(path, reach, is_kept, |step| {
            let unread = step.unread(|link| language(link).is_some());
            problems.extend(unread.map(|(path, why)| failure(path, why)));
            if let Step::File(file) = step {
                let is_elsewhere = file.strip_prefix(path).is_ok_and(is_elsewhere);
                let language = language(file).filter(|_| !is_elsewhere);
                paths.extend(language.map(|language| (file.to_owned(), language)));
            }
            ControlFlow::Continue(())
        });
    }
    let mut seen = BTreeSet::new();
    paths.retain(|(path, _)| seen.insert(path.clone()));
    let read = overlay::carried(|(path, language): (PathBuf, Language)| found(path, language));
    let (unread, mut files): (Vec<Problem>, Vec<Found>) =
        paths.into_par_iter().map(read).partition_map(Either::from);
    problems.extend(unread);
    let folders = searched(request, &mut problems);
    let more = included(&files, &folders, reach);
    files.extend(more);
    (files, problems)
}

/// Whether a file is for another system by the folders that it is in, or by the end of its own name: `solaris.c`,
/// `oslib-win32.c`.
fn is_elsewhere(below: &Path) -> bool {
    let name = below.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or_default();
    by_path(below).is_some() || by_path(&Path::new(last).join("file")).is_some()
}

fn found(path: PathBuf, language: Language) -> Result<Found, Problem> {
    let bytes = read_bytes(&path, limit::SOURCE)
        .map_err(|error| failure(&path, format!("cannot read: {error}")))?;
    let text = decode(bytes).0;
    let is_header = language == Language::Header;
    let is_cpp = match language {
        Language::Cpp => true,
        Language::C => false,
        Language::Header => is_header_of_cpp(&path, &text),
    };
    Ok(Found { path, text, is_cpp, is_header })
}

fn is_header_of_cpp(path: &Path, text: &str) -> bool {
    let is_named_so =
        path.extension().is_some_and(|extension| extension != "h" && extension != "inc");
    let begins =
        |line: &str| ["class ", "namespace ", "template"].iter().any(|word| line.starts_with(word));
    is_named_so || text.lines().any(begins)
}

/// The folders that a build searches for headers.
fn searched(request: &Request, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let (given, database) = (&request.include_dirs, request.compile_commands.as_deref());
    let mut folders = Database::folders(given, database, &request.paths, problems);
    folders.retain(|folder| !is_installed(folder));
    folders
}

/// Whether headers of libraries and of the kernel are installed in a folder. A program may lie in `/usr/src`.
fn is_installed(folder: &Path) -> bool {
    ["/usr/include", "/usr/lib", "/usr/local/include"].iter().any(|root| folder.starts_with(root))
}

/// The headers that files include and that are not among them.
fn included(files: &[Found], folders: &[PathBuf], reach: &Reach) -> Vec<Found> {
    let mut known: BTreeSet<PathBuf> =
        files.iter().filter_map(|file| file.path.canonicalize().ok()).collect();
    let mut open: VecDeque<(PathBuf, String)> = files.iter().flat_map(wanted).collect();
    let mut asked: BTreeSet<(PathBuf, String)> = BTreeSet::new();
    let mut headers = Vec::new();
    while let Some((folder, name)) = open.pop_front() {
        if headers.len() >= HEADERS || !asked.insert((folder.clone(), name.clone())) {
            continue;
        }
        let Some(path) = resolved(&folder, &name, folders, reach) else { continue };
        if !known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        if let Ok(file) = found(path, Language::Header) {
            open.extend(wanted(&file));
            headers.push(file);
        }
    }
    headers
}

/// The names that a file includes, with its folder.
fn wanted(file: &Found) -> Vec<(PathBuf, String)> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let names = file.text.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?;
        let rest = rest.trim_start();
        let inside = rest.strip_prefix('"').or_else(|| rest.strip_prefix('<'))?;
        let end = inside.find(['"', '>'])?;
        Some((folder.to_owned(), inside[..end].to_owned()))
    });
    names.collect()
}

/// Folders above a file in which a program's headers are looked for.
const ABOVE: usize = 4;

fn resolved(folder: &Path, name: &str, folders: &[PathBuf], reach: &Reach) -> Option<PathBuf> {
    let above = std::iter::successors(Some(folder), |folder| {
        folder.parent().filter(|above| !above.as_os_str().is_empty())
    });
    let above =
        above.take(ABOVE).flat_map(|folder| [folder.join(name), folder.join("include").join(name)]);
    let mut candidates = above.chain(folders.iter().map(|folder| folder.join(name)));
    candidates.find(|path| {
        !path.starts_with("/usr/include") && path.is_file() && reach.check(path).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_a_build_are_searched_but_for_those_of_installed_headers() {
        let given = ["/usr/src/tool/include", "include", "/usr/include", "/usr/lib/gcc/x/include"];
        let include_dirs = given.map(PathBuf::from).to_vec();
        let request = Request { include_dirs, ..Request::default() };
        let folders = searched(&request, &mut Vec::new());
        assert_eq!(folders, [Path::new("/usr/src/tool/include"), Path::new("include")]);
    }

    #[test]
    fn what_is_for_another_system_is_so_by_a_folder_or_by_its_name() {
        for elsewhere in
            ["solaris/disk.c", "lib/driver/solaris.c", "lib/FreeBSD.cc", "util/oslib-win32.c"]
        {
            assert!(is_elsewhere(Path::new(elsewhere)), "{elsewhere}");
        }
        for here in ["lib/linux.c", "lib/solaris_like.c", "disk.c"] {
            assert!(!is_elsewhere(Path::new(here)), "{here}");
        }
    }

    #[test]
    fn a_file_of_a_driver_without_a_table_is_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let is_program = |text: &str| {
            let file = folder.path().join("a.c");
            std::fs::write(&file, text).unwrap();
            is_program(&file)
        };
        assert!(is_program("int f(int fd)\n{\n\treturn ioctl(fd, FOO_GET, 0);\n}\n"));
        // As in drivers/vfio/pci/vfio_pci_core.c: the table is in vfio_pci.c.
        assert!(!is_program(
            "long foo_core_ioctl(struct foo *foo, unsigned int cmd, unsigned long arg)\n{\n\
             \treturn copy_to_user((void __user *)arg, &foo->info, sizeof(foo->info));\n}\n"
        ));
        assert!(!is_program("long foo_ioctl(int cmd)\n{\n}\nEXPORT_SYMBOL_GPL(foo_ioctl);\n"));
    }
}
