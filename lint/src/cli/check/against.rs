//! The C headers that Rust sources are compared with: which, where they are, and what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ioctl_lint::against::References;
use ioctlkit_model::{FileId, Interface, Language, Problem, ProblemKind};
use ioctlkit_sources::c::Request;

use crate::cli::progress::Progress;
use crate::cli::reading::{Group, workers};

/// Where the kernel's headers are installed.
pub(super) const INSTALLED: &str = "/usr/include";

/// Reads the headers that the Rust sources of an interface are compared with: those of the command
/// line and those of the configuration.
pub(super) fn read(
    group: &Group,
    named: &[String],
    rust: &mut Interface,
    problems: &mut Vec<Problem>,
) -> References {
    let mut references = References::default();
    let request = group.header_request();
    let config = group.config.as_ref();
    let beside = config.map(ioctl_lint::Config::folder);
    for (names, files) in files_by_headers(group, named, rust) {
        let (paths, missing): (Vec<_>, Vec<_>) = names
            .iter()
            .map(|name| find(name, beside, &request.search_dirs()).ok_or(name))
            .partition(Result::is_ok);
        problems.extend(missing.into_iter().filter_map(Result::err).map(|name| not_found(name)));
        let paths: Vec<PathBuf> = paths.into_iter().filter_map(Result::ok).collect();
        if paths.is_empty() {
            continue;
        }
        let _progress = Progress::start("reading headers to compare with");
        let (interface, mut found) = workers().read_c(&Request { paths, ..request.clone() }, None);
        // Its findings are not reported: what it is compared with is not what is checked.
        found.extend(interface.not_read());
        let shift = references.add(rust, names, interface, files);
        for span in found.iter_mut().filter_map(|problem| problem.span.as_mut()) {
            *span = shift.span(*span);
        }
        problems.extend(found);
    }
    references
}

/// The Rust files that were asked for, by the headers that each is compared with.
fn files_by_headers(
    group: &Group,
    named: &[String],
    rust: &Interface,
) -> BTreeMap<Vec<String>, BTreeSet<FileId>> {
    let mut sets: BTreeMap<Vec<String>, BTreeSet<FileId>> = BTreeMap::new();
    for header in &rust.headers {
        let file = rust.sources.file(header.file);
        if file.language() != Language::Rust {
            continue;
        }
        let mut headers: Vec<String> = named.to_vec();
        let configured = group.config.as_ref().map(|config| config.headers_against(&file.path));
        headers.extend(configured.into_iter().flatten().map(ToOwned::to_owned));
        let mut seen = BTreeSet::new();
        headers.retain(|name| seen.insert(name.clone()));
        if !headers.is_empty() {
            sets.entry(headers).or_default().insert(header.file);
        }
    }
    sets
}

/// The file that a header's name stands for: a path, or a name below a folder for headers.
pub(super) fn find(name: &str, beside: Option<&Path>, include_dirs: &[PathBuf]) -> Option<PathBuf> {
    let folders = include_dirs.iter().map(PathBuf::as_path).chain([Path::new(INSTALLED)]);
    std::iter::once(Path::new(""))
        .chain(beside)
        .chain(folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn not_found(name: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(name.into()),
        span: None,
        message: "there is no such header to compare with".into(),
        help: Some(format!("name the folder that has it with `-I`, besides {INSTALLED}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_path_or_lies_below_a_folder_for_headers() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("linux")).unwrap();
        let header = folder.path().join("linux/none_such.h");
        std::fs::write(&header, "").unwrap();
        let dirs = [folder.path().to_owned()];
        assert_eq!(find("linux/none_such.h", None, &dirs), Some(header.clone()));
        assert_eq!(find("linux/none_such.h", Some(folder.path()), &[]), Some(header.clone()));
        assert_eq!(find(&header.display().to_string(), None, &[]), Some(header));
        assert_eq!(find("linux/none_such.h", None, &[]), None);
    }
}
