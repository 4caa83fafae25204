//! `compile_commands.json`: how a header's neighbours are compiled. It may come from strangers: what it
//! says reaches the compiler as [`AllowedArgument`]s alone.

use std::path::{Path, PathBuf};

use ioctlkit_model::{Problem, ProblemKind};
use serde::Deserialize;

use crate::c::driver::allowed::{self, AllowedArgument};
use crate::reading::{self, limit};

/// One entry of a compilation database (clang's "JSON Compilation Database Format").
#[derive(Debug, Deserialize)]
struct Entry {
    directory: PathBuf,
    file: PathBuf,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    arguments: Option<Vec<String>>,
}

/// A compilation database.
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Database {
    /// Reads a database, or the one in a folder.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(crate) fn read(database: &Path) -> Result<Self, Problem> {
        let path = if database.is_dir() {
            database.join("compile_commands.json")
        } else {
            database.to_owned()
        };
        let failure = |message, help| failure(&path, message, help);
        let text = reading::read_text(&path, limit::RECORDS)
            .map_err(|error| failure(format!("cannot read: {error}"), "check the path"))?;
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| {
            let message = format!("not a compilation database: {}", reading::json_place(&error));
            failure(message, "generate it anew, for example with `make compile_commands.json`")
        })?;
        Ok(Self { path, entries })
    }

    /// The folders that a build searches for headers: those that are given, and those in the database, if there is one.
    pub(crate) fn folders(
        given: &[PathBuf],
        database: Option<&Path>,
        paths: &[PathBuf],
        problems: &mut Vec<Problem>,
    ) -> Vec<PathBuf> {
        let mut folders = given.to_vec();
        match database.map(Self::read) {
            Some(Ok(database)) => {
                let arguments = paths.iter().flat_map(|path| database.arguments(path, problems));
                folders.extend(arguments.filter_map(|it| it.folder().map(Path::to_owned)));
            }
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
        folders
    }

    /// The arguments of the file that lies closest to a path: its own, where it has an entry. An entry
    /// that cannot be used becomes a problem, and what of it could not be taken over a note.
    pub(crate) fn arguments(&self, of: &Path, problems: &mut Vec<Problem>) -> Vec<AllowedArgument> {
        let wanted = std::path::absolute(of).unwrap_or_default();
        let closest = self.entries.iter().max_by_key(|entry| {
            let file = entry.directory.join(&entry.file);
            file.components().zip(wanted.components()).take_while(|(a, b)| a == b).count()
        });
        let Some(entry) = closest else { return Vec::new() };
        if !entry.directory.is_absolute() {
            let message = format!(
                "the entry of `{}` has a `directory` that is not absolute",
                entry.file.display()
            );
            problems.push(failure(&self.path, message, "generate the database anew"));
            return Vec::new();
        }
        let Relevant { kept, unread } = relevant(entry);
        if !unread.is_empty() {
            problems.push(Problem {
                kind: ProblemKind::Note,
                path: Some(self.path.clone()),
                span: None,
                message: format!(
                    "what the entry of `{}` says by {} was not passed on",
                    entry.file.display(),
                    unread.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
                ),
                help: Some("give macros and folders that it holds with `-D` and `-I`".into()),
            });
        }
        kept
    }
}

fn failure(database: &Path, message: String, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(database.to_owned()),
        span: None,
        message,
        help: Some(help.to_owned()),
    }
}

/// What of an entry matters to headers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Relevant {
    kept: Vec<AllowedArgument>,
    /// Words that may lead to more of the kind.
    unread: Vec<String>,
}

/// The search folders and macros of an entry, with folders made absolute. Those of the kernel's
/// own side are left out: a UAPI header is read as user space reads it. So are options that decide
/// about code, and those that read, write or run something.
fn relevant(entry: &Entry) -> Relevant {
    let words = match (&entry.arguments, &entry.command) {
        (Some(arguments), _) => arguments.clone(),
        (None, Some(command)) => shlex::split(command).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    let sorted = allowed::sort_arguments(&words, &entry.directory);
    let unread = sorted.refused.iter().filter_map(|at| words.get(*at));
    let unread = unread.filter(|word| leads_to_arguments(word)).cloned().collect();
    let kept = sorted.allowed.into_iter().filter(|argument| {
        argument.macro_name() != Some("__KERNEL__")
            && !argument
                .folder()
                .or(argument.header().map(|(_, path)| path))
                .is_some_and(is_kernels_own)
            && (argument.macro_name().is_some()
                || argument.folder().is_some()
                || argument.header().is_some())
    });
    Relevant { kept: kept.collect(), unread }
}

/// Whether a folder of headers is of a kernel's own side, and not of what it exports.
pub fn is_kernels_own(folder: &Path) -> bool {
    let Ok(absolute) = std::path::absolute(folder) else { return false };
    let has = |name: &str| absolute.components().any(|part| part.as_os_str() == name);
    has("include")
        && !has("uapi")
        && absolute.ancestors().any(|above| above.join("include/uapi/linux").is_dir())
}

/// Whether a word that is not passed on may hold macros or folders.
fn leads_to_arguments(word: &str) -> bool {
    let passes_on = ["-Wp,", "-Xpreprocessor", "-Xclang"].iter().any(|it| word.starts_with(it));
    let says = [",-D", ",-U", ",-I", ",-i"].iter().any(|it| word.contains(it));
    word.starts_with('@') || word.starts_with("--config") || (passes_on && says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_folders_and_macros_are_kept_and_the_kernel_side_is_not() {
        let entry = Entry {
            directory: "/src".into(),
            file: "a.c".into(),
            command: Some("gcc -Iinc -I /abs -DX=1 -D__KERNEL__ -O2 -isystem sys -c a.c".into()),
            arguments: None,
        };
        let words: Vec<String> = relevant(&entry).kept.iter().map(AllowedArgument::word).collect();
        assert_eq!(words, ["-I/src/inc", "-I/abs", "-DX=1", "-isystem/src/sys"]);
    }

    fn told(entry: &str) -> (Result<Vec<String>, String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("compile_commands.json");
        std::fs::write(&path, format!("[{entry}]")).unwrap();
        let mut problems = Vec::new();
        let found = Database::read(folder.path())
            .map(|database| database.arguments(Path::new("/x/a.h"), &mut problems));
        let (failures, notes): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|problem| problem.kind == ProblemKind::Failure);
        let words = |found: Vec<AllowedArgument>| found.iter().map(AllowedArgument::word).collect();
        let found = match failures.into_iter().next() {
            Some(failure) => Err(failure),
            None => found,
        };
        let notes = notes.into_iter().map(|problem| problem.message).collect();
        (found.map(words).map_err(|problem| problem.message), notes)
    }

    #[test]
    fn an_empty_value_does_not_make_the_next_word_free() {
        for (empty, option) in [("-D", "-fplugin=x.so"), ("-I", "--amdgpu-arch-tool=./x.sh")] {
            let entry = format!(
                r#"{{"directory": "/src", "file": "a.c", "arguments":
                    ["cc", "{empty}", "", "-D", "{option}", "-DX", "{empty}", ""]}}"#
            );
            assert_eq!(told(&entry).0.unwrap(), ["-DX"], "{entry}");
        }
    }

    #[test]
    fn a_folder_that_is_not_absolute_is_refused() {
        let (found, _) = told(r#"{"directory": "build", "file": "a.c", "command": "cc -I."}"#);
        assert_eq!(found, Err("the entry of `a.c` has a `directory` that is not absolute".into()));
    }

    #[test]
    fn a_response_file_is_not_read_and_told() {
        let (found, notes) = told(
            r#"{"directory": "/src", "file": "a.c",
                "command": "cc @all.rsp -Wp,-DX -Wp,-MMD,a.d -O2 -DY -c a.c"}"#,
        );
        assert_eq!(found.unwrap(), ["-DY"]);
        assert_eq!(
            notes,
            ["what the entry of `a.c` says by `@all.rsp`, `-Wp,-DX` was not passed on"]
        );
    }

    #[test]
    fn what_a_database_is_not_is_told_without_its_text() {
        let (found, _) = told("\"a secret\"");
        let told = found.unwrap_err();
        assert!(told.starts_with("not a compilation database: line 1"), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
}
