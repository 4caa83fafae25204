//! Every snapshot of the workspace is one that a test compares with. Those of the rules' fixtures lie
//! beside their inputs and are held by the rules' own tests.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// What a name of a snapshot is made of where it is no literal.
const COMPUTED: [&str; 3] =
    ["assert_snapshot!(*name,", "assert_snapshot!(path.replace(", "assert_snapshot!(stringify!("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn snapshots(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // A link leads to what is found without it.
        let is_folder = path.is_dir() && !path.is_symlink();
        if is_folder && !name.starts_with('.') && name != "target" {
            snapshots(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "snap") {
            found.push(path);
        }
    }
}

/// The tests that may compare with a snapshot: the file that it names, and those beside that, where
/// lists of names may be.
struct Tests {
    own: String,
    beside: String,
}

impl Tests {
    fn of(snapshot: &str) -> Option<Self> {
        let source = snapshot.lines().find_map(|line| line.strip_prefix("source: "))?;
        let path = root().join(source);
        let own = fs::read_to_string(&path).ok()?;
        let mut beside = String::new();
        for entry in fs::read_dir(path.parent()?).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                beside += &fs::read_to_string(path).unwrap();
            }
        }
        Some(Self { own, beside })
    }

    fn compare_with(&self, name: &str) -> bool {
        let (test, nth) = match name.rsplit_once('-') {
            Some((test, nth)) if nth.parse::<usize>().is_ok() => (test, nth.parse().unwrap()),
            _ => (name, 1),
        };
        self.own.contains(&format!("_snapshot!(\"{name}\""))
            || self.unnamed_in(test) >= nth
            || self.is_computed(name)
    }

    /// How many snapshots without a name of their own a test compares with.
    fn unnamed_in(&self, test: &str) -> usize {
        let Some((_, behind)) = self.own.split_once(&format!("fn {test}(")) else { return 0 };
        let body = behind.split("\nfn ").next().unwrap_or(behind);
        let body = body.split("#[test]").next().unwrap_or(body);
        let calls = body.split("_snapshot!(").skip(1);
        calls.filter(|call| !call.trim_start().starts_with('"')).count()
    }

    fn is_computed(&self, name: &str) -> bool {
        if !COMPUTED.iter().any(|call| self.own.contains(call)) {
            return false;
        }
        let is_named = |literal: &str| {
            let made = literal.replace(['/', '.'], "_");
            literal == name || made.trim_start_matches('_') == name
        };
        self.beside.split('"').any(is_named)
            || self.own.lines().any(|line| line.trim_start().starts_with(&format!("{name}: ")))
    }
}

#[test]
fn every_snapshot_is_compared_with() {
    let mut found = Vec::new();
    snapshots(&root(), &mut found);
    found.retain(|path| !path.starts_with(root().join("fixtures/rules")));
    assert!(found.len() > 50, "only {} snapshots were found", found.len());
    let unreferenced: Vec<PathBuf> = found
        .into_iter()
        .filter(|path| {
            let stem = path.file_stem().unwrap().to_string_lossy();
            let name = stem.rsplit_once("__").map_or(&*stem, |(_, name)| name);
            let tests = Tests::of(&fs::read_to_string(path).unwrap());
            !tests.is_some_and(|tests| tests.compare_with(name))
        })
        .collect();
    assert!(unreferenced.is_empty(), "no test compares with these: {unreferenced:#?}");
}

mod the_check_itself {
    use super::*;

    fn compare_with(source: &str, name: &str) -> bool {
        Tests { own: source.into(), beside: source.into() }.compare_with(name)
    }

    #[test]
    fn a_snapshot_of_a_test_that_is_gone_is_seen() {
        let source = "#[test]\nfn new_name() {\n    assert_snapshot!(text);\n}\n";
        assert!(compare_with(source, "new_name"));
        assert!(!compare_with(source, "old_name"));
        assert!(!compare_with("#[test]\nfn new_name() {\n    check();\n}\n", "new_name"));
    }

    #[test]
    fn a_second_snapshot_takes_a_second_comparison() {
        let once = "fn twice() {\n    assert_snapshot!(a);\n}\n#[test]\nfn other() { assert_snapshot!(b); }";
        assert!(!compare_with(once, "twice-2"));
        assert!(compare_with(
            "fn twice() { assert_snapshot!(a); assert_snapshot!(b); }",
            "twice-2"
        ));
    }

    #[test]
    fn a_name_counts_where_a_comparison_has_it() {
        assert!(compare_with("assert_snapshot!(\"ends\", text);", "ends"));
        assert!(!compare_with("let ends = \"ends\"; assert_snapshot!(\"widths\", text);", "ends"));
        assert!(compare_with("[\"a/b.rs\"]; assert_snapshot!(path.replace(x), text);", "a_b_rs"));
    }

    #[test]
    fn a_snapshot_whose_source_is_gone_is_seen() {
        assert!(Tests::of("---\nsource: lint/tests/no_such_file.rs\n---\n").is_none());
    }
}
