//! What lies in `fixtures/rules/CODE/`. Every file there has a part to play in the rule's test: a
//! file that has none, or a snapshot of nothing, fails it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Languages, RuleInfo};

/// The inputs of a rule.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The rule must say something of each of these.
    pub(crate) bad: Vec<PathBuf>,
    /// Look-alikes: it must say nothing of these.
    pub(crate) good: Vec<PathBuf>,
}

/// The part that a file or folder plays.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Bad,
    Good,
    /// What the Rust file, the object or the folder of its name is compared with.
    Reference,
    /// What inputs include.
    Included,
    Snapshot,
    Nothing,
}

/// The folder that holds the fixtures of every rule: a link of the workspace, a folder of the package.
pub(crate) fn of_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").canonicalize().unwrap()
}

impl Folder {
    /// The inputs of a rule, in order.
    ///
    /// # Panics
    /// Names every file that plays no part.
    pub(crate) fn of(rule: &RuleInfo) -> Self {
        Self::read(&of_rules().join(rule.code), rule.languages)
    }

    fn read(path: &Path, languages: Languages) -> Self {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let mut folder = Self::default();
        let mut strays = Vec::new();
        for path in &paths {
            match part(path, &paths, languages) {
                Part::Bad => folder.bad.push(path.clone()),
                Part::Good => folder.good.push(path.clone()),
                Part::Nothing => strays.push(path),
                Part::Reference | Part::Included | Part::Snapshot => {}
            }
        }
        let snapshots = paths.iter().filter(|path| has_extension(path, "snap"));
        strays
            .extend(snapshots.filter(|path| !folder.bad.iter().any(|bad| snapshot(bad) == **path)));
        assert!(strays.is_empty(), "nothing runs or compares these: {strays:#?}");
        assert!(!folder.bad.is_empty(), "{}: no fixture must fire", path.display());
        assert!(!folder.good.is_empty(), "{}: no look-alike must not fire", path.display());
        folder
    }
}

/// Where the snapshot of an input lies: that of a header has the header's name alone, any other has
/// the extension in its name.
pub(crate) fn snapshot(input: &Path) -> PathBuf {
    input.with_file_name(format!("{}.snap", snapshot_name(input)))
}

/// The name of an input's snapshot.
pub(crate) fn snapshot_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".h").unwrap_or(&name).replace('.', "_")
}

fn part(path: &Path, all: &[PathBuf], languages: Languages) -> Part {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let input = if name.starts_with("bad") {
        Part::Bad
    } else if name.starts_with("good") {
        Part::Good
    } else if is_included(&name, all) {
        return Part::Included;
    } else {
        return Part::Nothing;
    };
    if path.is_dir() {
        return input;
    }
    match path.extension().and_then(OsStr::to_str) {
        Some("rs")
            if matches!(languages, Languages::Rust | Languages::RustAndLists | Languages::Both) =>
        {
            input
        }
        Some("c" | "cpp") if languages == Languages::Program => input,
        Some("c") if is_driver_source(path, languages) => input,
        Some("c") if matches!(languages, Languages::Object | Languages::Kernel) => input,
        Some("h") if matches!(languages, Languages::C | Languages::Both) => input,
        Some("h") if ["rs", "c", ""].iter().any(|of| all.contains(&path.with_extension(of))) => {
            Part::Reference
        }
        Some("rs")
            if matches!(languages, Languages::Object | Languages::Kernel)
                && all.contains(&path.with_extension("c")) =>
        {
            Part::Reference
        }
        Some("snap") => Part::Snapshot,
        _ => Part::Nothing,
    }
}

/// Whether an input is read as driver source.
pub(crate) fn is_driver_source(path: &Path, languages: Languages) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_named = name.starts_with("bad_source") || name.starts_with("good_source");
    has_extension(path, "c")
        && (languages == Languages::Driver || languages == Languages::Kernel && is_named)
}

fn is_included(name: &str, all: &[PathBuf]) -> bool {
    let directive = format!("#include \"{name}\"\n");
    let files = all.iter().filter(|path| has_extension(path, "c") || has_extension(path, "h"));
    files.into_iter().any(|path| std::fs::read_to_string(path).unwrap().contains(&directive))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

mod tests {
    use super::*;
    use crate::registry;

    /// A folder with these files, all empty but for `includes.c`.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let text = if *name == "bad_includes.c" { "#include \"note.h\"\n" } else { "" };
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn inputs(names: &[&str], languages: Languages) -> Vec<String> {
        let folder = folder(names);
        let Folder { bad, good } = Folder::read(folder.path(), languages);
        let paths = bad.iter().chain(&good);
        paths.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_header_beside_a_rust_file_is_an_input_of_a_rule_that_looks_at_headers() {
        let names = ["bad.h", "bad.rs", "bad.snap", "bad_rs.snap", "good.h"];
        assert_eq!(inputs(&names, Languages::Both), ["bad.h", "bad.rs", "good.h"]);
    }

    #[test]
    fn a_header_is_what_the_other_is_compared_with_where_the_rule_looks_at_none() {
        let names = ["bad.h", "bad.rs", "good.rs", "bad_rs.snap"];
        assert_eq!(inputs(&names, Languages::Rust), ["bad.rs", "good.rs"]);
        let names = ["bad_includes.c", "note.h", "good.c", "good.h"];
        assert_eq!(inputs(&names, Languages::Object), ["bad_includes.c", "good.c"]);
        let names = ["bad.c", "bad.rs", "good.c", "good.rs"];
        assert_eq!(inputs(&names, Languages::Object), ["bad.c", "good.c"]);
    }

    #[test]
    fn a_rule_about_objects_and_source_reads_what_is_named_so_as_source() {
        let names = ["bad.c", "bad_source.c", "good.c", "good_source.c"];
        assert_eq!(inputs(&names, Languages::Kernel), names);
        let is_source = |name: &str, languages| is_driver_source(Path::new(name), languages);
        assert!(is_source("bad_source_tty.c", Languages::Kernel));
        assert!(!is_source("bad.c", Languages::Kernel));
        assert!(is_source("bad.c", Languages::Driver));
        assert!(!is_source("bad_source.c", Languages::Object));
    }

    #[test]
    #[should_panic(expected = "bad_old.snap")]
    fn a_snapshot_of_nothing_is_named() {
        inputs(&["bad.h", "bad.snap", "bad_old.snap", "good.h"], Languages::C);
    }

    #[test]
    #[should_panic(expected = "good.snap")]
    fn a_snapshot_of_a_look_alike_is_named() {
        inputs(&["bad.h", "good.h", "good.snap"], Languages::C);
    }

    #[test]
    #[should_panic(expected = "extra.h")]
    fn a_file_that_nothing_runs_is_named() {
        inputs(&["bad.h", "good.h", "extra.h"], Languages::C);
    }

    #[test]
    #[should_panic(expected = "good.rs")]
    fn an_input_in_a_language_that_the_rule_is_not_for_is_named() {
        inputs(&["bad.h", "good.h", "good.rs"], Languages::C);
    }

    #[test]
    fn every_folder_is_that_of_a_rule() {
        let entries = std::fs::read_dir(of_rules()).unwrap().map(Result::unwrap);
        // Beside them is the header that the sources of objects include.
        for entry in entries.filter(|entry| entry.file_name() != "kernel.h") {
            let name = entry.file_name().into_string().unwrap();
            let code = registry::by_name(&name).map(|rule| rule.code);
            assert_eq!(code, Ok(name.as_str()));
        }
    }
}
