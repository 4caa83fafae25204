//! The C headers that Rust sources and lists of numbers are compared with: which, where they are, and what
//! they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ioctl_lint::against::{Numbered, References};
use ioctlkit_model::{FileId, Interface, Language, NotUnderstood, Problem, ProblemKind};
use ioctlkit_sources::c::Request;

use crate::cli::progress::Progress;
use crate::cli::reading::{Batch, workers};

/// Where the kernel's headers are installed.
pub(super) const INSTALLED: &str = "/usr/include";

/// Reads the headers that the Rust sources and the lists of an interface are compared with: those of the
/// command line and those of the configuration.
pub(super) fn read(
    group: &Batch,
    named: &[String],
    rust: &mut Interface,
    problems: &mut Vec<Problem>,
) -> References {
    let mut references = References::default();
    let request = group.header_request();
    let config = group.config.as_ref();
    problems.extend(lists_without_header(group, named, rust));
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
        problems.extend(not_numbers(rust, &interface, &files));
        references.add(rust, names, interface, files);
        problems.extend(found);
    }
    // What no header has a command for is no command.
    let sources = &rust.sources;
    rust.not_understood
        .retain(|unknown| sources.file(unknown.span.file).language() != Language::List);
    references
}

/// The names of lists that a header gives a number, and the list something else.
fn not_numbers(lists: &Interface, headers: &Interface, files: &BTreeSet<FileId>) -> Vec<Problem> {
    let known: BTreeSet<&str> = Numbered::all(headers).map(Numbered::name).collect();
    let is_listed = |unknown: &&NotUnderstood| {
        files.contains(&unknown.span.file)
            && lists.sources.file(unknown.span.file).language() == Language::List
            && known.contains(unknown.name.as_str())
    };
    let problem = |unknown: &NotUnderstood| Problem {
        kind: ProblemKind::Incomplete,
        path: Some(lists.sources.path(unknown.span).to_owned()),
        span: Some(unknown.span),
        message: format!("`{}` was not compared: {}", unknown.name, unknown.reason),
        help: None,
    };
    lists.not_understood.iter().filter(is_listed).map(problem).collect()
}

/// The Rust files and lists that were asked for, by the headers that each is compared with.
fn files_by_headers(
    group: &Batch,
    named: &[String],
    rust: &Interface,
) -> BTreeMap<Vec<String>, BTreeSet<FileId>> {
    let mut sets: BTreeMap<Vec<String>, BTreeSet<FileId>> = BTreeMap::new();
    for header in &rust.headers {
        let file = rust.sources.file(header.file);
        if !matches!(file.language(), Language::Rust | Language::List) {
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

/// A list is only ever compared with a header.
fn lists_without_header(group: &Batch, named: &[String], lists: &Interface) -> Vec<Problem> {
    let has_none = |path: &Path| {
        let config = group.config.as_ref();
        named.is_empty() && config.is_none_or(|config| config.headers_against(path).is_empty())
    };
    let files = lists.headers.iter().map(|header| lists.sources.file(header.file));
    let files = files.filter(|file| file.language() == Language::List && has_none(&file.path));
    let problem = |path: &Path| Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: "a list of numbers can only be compared with a header, and none is named".into(),
        help: Some("name the header that defines the commands with `--against`".into()),
    };
    files.map(|file| problem(&file.path)).collect()
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
