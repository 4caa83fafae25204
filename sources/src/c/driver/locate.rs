//! Where libclang is.
//!
//! A search of our own, because it is most of what a check of one header costs: running
//! `llvm-config` and looking through every folder takes longer than the header itself.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders that hold libclang, as distributions and LLVM's own packages have them; `*` stands for
/// any name.
const FOLDERS: [&str; 9] = [
    "/usr/lib/llvm-*/lib",
    "/usr/lib/llvm*/lib64",
    "/usr/lib/llvm/*/lib64",
    "/usr/lib/llvm*/lib",
    "/usr/lib64/llvm*/lib",
    "/usr/lib64",
    "/usr/local/llvm*/lib",
    "/usr/local/lib",
    "/opt/llvm*/lib",
];

/// Folders that hold thousands of files, looked into only where the others have nothing.
const LARGE_FOLDERS: [&str; 2] = ["/usr/lib/*-linux-gnu*", "/usr/lib"];

/// The name by which the loader may know libclang where nothing was found.
const NAME: &str = "libclang.so";

/// Libraries to try, the newest first. `LIBCLANG_PATH`, a library or a folder of libraries, stands
/// in for all other places.
pub(crate) fn libraries() -> Vec<PathBuf> {
    let found = match std::env::var_os("LIBCLANG_PATH").map(PathBuf::from) {
        Some(given) if given.is_dir() => or(libraries_in(&given), given.join(NAME)),
        Some(given) => vec![given],
        None => or(in_usual_places(), PathBuf::from(NAME)),
    };
    newest_first(found)
}

fn or(found: Vec<PathBuf>, otherwise: PathBuf) -> Vec<PathBuf> {
    if found.is_empty() { vec![otherwise] } else { found }
}

fn in_usual_places() -> Vec<PathBuf> {
    let path = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let first: Vec<PathBuf> =
        std::env::split_paths(&path).flat_map(|folder| libraries_in(&folder)).collect();
    let usual = [&FOLDERS[..], &LARGE_FOLDERS].into_iter().map(|folders| {
        let folders = folders.iter().flat_map(|pattern| matching(pattern));
        folders.flat_map(|folder| libraries_in(&folder)).collect::<Vec<_>>()
    });
    let own = std::iter::once_with(|| {
        let program = std::env::current_exe().ok();
        program.map_or_else(Vec::new, |program| of_python(&program))
    });
    std::iter::once(first)
        .chain(own)
        .chain(usual)
        .chain(std::iter::once_with(|| llvm_config().map_or_else(Vec::new, |at| libraries_in(&at))))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// What the package `libclang` of pip has, where the program was installed beside it: the wheel of this program depends
/// on it. pip puts programs into `bin`, and packages into `lib/python3.N/site-packages`, or, with `--target`, beside
/// `bin`.
fn of_python(program: &Path) -> Vec<PathBuf> {
    const LIBRARY: &str = "clang/native";
    let Some(prefix) = program.parent().and_then(Path::parent) else { return Vec::new() };
    let mut found = libraries_in(&prefix.join(LIBRARY));
    for folder in ["lib", "lib64", "local/lib"] {
        let Ok(entries) = std::fs::read_dir(prefix.join(folder)) else { continue };
        let pythons = entries
            .flatten()
            .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"python3"));
        for python in pythons {
            let packages = ["site-packages", "dist-packages"];
            let folders = packages.map(|name| python.path().join(name).join(LIBRARY));
            found.extend(folders.iter().flat_map(|folder| libraries_in(folder)));
        }
    }
    found
}

fn newest_first(mut libraries: Vec<PathBuf>) -> Vec<PathBuf> {
    libraries.sort_by_cached_key(|library| Reverse(version(library)));
    libraries
}

/// The major version of a library, by the first number in the name of the file that it links to:
/// `libclang.so.1` says nothing, `libclang-19.so.19` does.
fn version(library: &Path) -> u32 {
    let file = std::fs::canonicalize(library).unwrap_or_else(|_| library.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut numbers = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    numbers.next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut libraries: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| is_library(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    libraries.sort();
    libraries
}

/// `libclang.so`, `libclang.so.19.1`, `libclang-19.so`, `libclang-19.so.1`, and no `libclang-cpp`.
fn is_library(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("libclang") else { return false };
    let Some((version, suffix)) = rest.split_once(".so") else { return false };
    let is_version = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_version(version.strip_prefix('-').unwrap_or(version)) && is_version(suffix)
}

/// The folders that a pattern means.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/")];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        folders = match part.split_once('*') {
            None => folders.into_iter().map(|folder| folder.join(part)).collect(),
            Some((start, rest)) => {
                let middle = rest.trim_end_matches('*');
                let fits =
                    |name: &str| name.strip_prefix(start).is_some_and(|rest| rest.contains(middle));
                folders
                    .iter()
                    .filter_map(|folder| std::fs::read_dir(folder).ok())
                    .flat_map(Iterator::flatten)
                    .filter(|entry| fits(&entry.file_name().to_string_lossy()))
                    .map(|entry| entry.path())
                    .collect()
            }
        };
    }
    folders
}

/// The folder of libraries that `llvm-config` names.
fn llvm_config() -> Option<PathBuf> {
    let output = Command::new("llvm-config").arg("--libdir").stderr(Stdio::null()).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    (!folder.trim().is_empty()).then(|| PathBuf::from(folder.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_that_pip_installed_beside_the_program_is_found() {
        for place in ["lib/python3.11/site-packages", "lib64/python3.13/dist-packages", "."] {
            let folder = tempfile::tempdir().unwrap();
            let library = folder.path().join(place).join("clang/native/libclang.so");
            std::fs::create_dir_all(library.parent().unwrap()).unwrap();
            std::fs::write(&library, "").unwrap();
            assert_eq!(of_python(&folder.path().join("bin/ioctl-lint")), [library], "{place}");
            assert_eq!(of_python(&folder.path().join("other/bin/ioctl-lint")), [] as [PathBuf; 0]);
        }
        assert_eq!(of_python(Path::new("/")), [] as [PathBuf; 0]);
    }

    #[test]
    fn libclang_is_told_from_its_relatives() {
        for name in ["libclang.so", "libclang.so.18.1", "libclang-14.so.1", "libclang-19.so"] {
            assert!(is_library(name), "{name}");
        }
        for name in ["libclang-cpp.so.19", "libclang_rt.so", "libclang-19.a", "libclangAST.so"] {
            assert!(!is_library(name), "{name}");
        }
    }

    #[test]
    fn the_newest_goes_first_by_the_file_that_a_link_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("libclang-9.so.9.0"), "").unwrap();
        std::fs::write(at("libclang-19.so.19"), "").unwrap();
        std::os::unix::fs::symlink("libclang-19.so.19", at("libclang.so.1")).unwrap();
        let found = newest_first(libraries_in(folder.path()));
        assert_eq!(found, [at("libclang-19.so.19"), at("libclang.so.1"), at("libclang-9.so.9.0")]);
    }
}
