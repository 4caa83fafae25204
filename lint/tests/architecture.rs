//! Holds the arrows that `ARCHITECTURE.md` states over `cargo metadata` and the sources' text.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_abi::ABIS;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The dependencies of a crate that are part of what it ships: neither for tests nor for its build.
fn dependencies(metadata: &Value, krate: &str) -> Option<BTreeSet<String>> {
    let packages = metadata["packages"].as_array()?;
    let package = packages.iter().find(|package| package["name"] == krate)?;
    let dependencies = package["dependencies"].as_array()?.iter();
    let shipped = dependencies.filter(|dependency| dependency["kind"].is_null());
    shipped.map(|dependency| Some(dependency["name"].as_str()?.to_owned())).collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A source file: its path from the workspace's root, and its text.
struct Source {
    path: String,
    text: String,
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().display().to_string();
            found.push(Source { path, text });
        }
    }
    assert!(!found.is_empty(), "{folder} holds no source");
    found
}

/// The lines of a text that say one of these words outside comments, with their numbers. A word
/// is found between characters that no name has, a path such as `std::fs` in any spelling of the
/// braces behind its first name.
fn mentions<'t>(text: &'t str, words: &[&str]) -> Vec<(usize, &'t str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let code = lines.filter(|(_, line)| !line.starts_with("//"));
    code.filter(|(_, line)| words.iter().any(|word| says(line, word))).collect()
}

fn says(line: &str, word: &str) -> bool {
    if let Some((krate, module)) = word.split_once("::")
        && let Some(braces) = line.split_once(&format!("{krate}::{{")).map(|(_, behind)| behind)
        && says(braces, module)
    {
        return true;
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(|c| is_name(c) && word.starts_with(is_name))
            && !line[at + word.len()..].starts_with(|c| is_name(c) && word.ends_with(is_name))
    })
}

/// What comes before a file's own tests. A file `tests.rs` holds nothing else.
fn without_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]\nmod tests").map_or(text, |(code, _)| code)
}

fn assert_never(sources: &[Source], words: &[&str], why: &str) {
    for source in sources.iter().filter(|source| !source.path.ends_with("/tests.rs")) {
        let found = mentions(without_tests(&source.text), words);
        assert!(found.is_empty(), "{}: {why}: {found:#?}", source.path);
    }
}

/// The lines of a text that know an ABI by its name, or ask for one.
fn named_abis(text: &str) -> Vec<(usize, &str)> {
    let names: Vec<String> = ABIS.iter().map(|abi| format!("\"{}\"", abi.name)).collect();
    let mut words: Vec<&str> = names.iter().map(String::as_str).collect();
    words.extend(["by_name(", "abi().name ==", "abi().name !=", "abi.name ==", "abi.name !="]);
    mentions(text, &words)
}

/// The files of the linter that read source text, and why each may.
const READERS: [(&str, &str); 15] = [
    ("lint/src/cli/check/fix/objection.rs", "makes edits in the text that they are for"),
    ("lint/src/cli/check/fix/session.rs", "makes edits in the text that they are for"),
    ("lint/src/cli/check/patch.rs", "hands the texts of files to their patch"),
    ("lint/src/cli/server/actions.rs", "makes edits in the text that they are for"),
    ("lint/src/cli/server/analysis.rs", "counts lines and columns as editors do"),
    ("lint/src/cli/server/asked.rs", "looks whether a text is still the one that was read"),
    ("lint/src/cli/server/document.rs", "holds the text that an editor changes"),
    ("lint/src/config/error.rs", "shows the line of a mistake in its own file"),
    ("lint/src/config/mod.rs", "hands its own text to those mistakes"),
    ("lint/src/edits/c.rs", "fits an edit into the text that it changes"),
    ("lint/src/edits/rust.rs", "fits an edit into the text that it changes"),
    ("lint/src/patch/fit.rs", "applies hunks to the text that they change"),
    ("lint/src/patch/series.rs", "applies a patch to the texts that it changes"),
    ("lint/src/patch/unified.rs", "reads patches, not sources"),
    ("lint/src/suppression/insertion.rs", "fits a comment into the text that it is for"),
];

/// What tests are made of.
const FOR_TESTS: [&str; 3] =
    ["lint/src/edits/marked.rs", "lint/src/rules/fixture_test.rs", "lint/src/suppression/tests.rs"];

/// The lines that read the text of a file: those that ask anything for its `text` that is not known to
/// hold another.
fn readings(text: &str) -> Vec<(usize, &str)> {
    const OTHERS: [&str; 3] = ["comment", "condition", "line"];
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = mentions(text, &[".text", "SourceFile {"]);
    found.retain(|(_, line)| {
        line.contains("SourceFile {")
            || line.match_indices(".text").any(|(at, asked)| {
                let asked_of = line[..at].rsplit(|c| !is_name(c)).next().unwrap_or("");
                !line[at + asked.len()..].starts_with(is_name) && !OTHERS.contains(&asked_of)
            })
    });
    found
}

/// The folders of the Rust front end, each above those before it.
const RUST_LAYERS: [&str; 5] = ["constructors", "syntax", "resolve", "evaluate", "recognise"];

/// What a text uses of the Rust front end: the names behind `rust::` outside comments.
fn used_of_rust(text: &str) -> BTreeSet<&str> {
    let first_name = |text: &'_ str| text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut used = BTreeSet::new();
    for (_, line) in mentions(text, &["rust::"]) {
        for (at, word) in line.match_indices("rust::") {
            let behind = &line[at + word.len()..];
            let list = behind.strip_prefix('{').unwrap_or(behind);
            let end = if list.len() < behind.len() {
                list.len()
            } else {
                list.find([',', ';', ' ']).unwrap_or(list.len())
            };
            for path in list[..end].split(',') {
                let path = path.trim();
                used.insert(&path[..first_name(path).unwrap_or(path.len())]);
            }
        }
    }
    used.remove("");
    used
}

fn rules() -> Vec<Source> {
    let mut rules = sources("lint/src/rules");
    rules.extend(sources("lint/src/diff/rules"));
    // It runs the front end over fixtures, and is compiled for tests only.
    rules.retain(|source| !source.path.ends_with("fixture_test.rs"));
    rules
}

#[test]
fn crates_depend_on_those_below_them_only() {
    let metadata = metadata();
    let own = |krate| -> Vec<String> {
        let all = dependencies(&metadata, krate).unwrap();
        all.into_iter().filter(|name| name.starts_with("ioctl")).collect()
    };
    assert_eq!(dependencies(&metadata, "ioctlkit-abi"), Some(BTreeSet::new()));
    assert_eq!(
        dependencies(&metadata, "ioctlkit-model"),
        Some(BTreeSet::from(["ioctlkit-abi".to_owned()])),
        "no parser, no serde"
    );
    assert_eq!(own("ioctlkit-syntax"), ["ioctlkit-abi"], "what a name may be spelled with");
    assert_eq!(
        own("ioctlkit-sources"),
        [
            "ioctlkit-abi",
            "ioctlkit-calls",
            "ioctlkit-handlers",
            "ioctlkit-model",
            "ioctlkit-sandbox",
            "ioctlkit-syntax"
        ]
    );
    assert_eq!(own("ioctlkit-handlers"), ["ioctlkit-model"], "text goes in, facts come out");
    assert_eq!(own("ioctlkit-calls"), ["ioctlkit-model"], "text goes in, facts come out");
    assert_eq!(own("ioctlkit-sandbox"), Vec::<String>::new(), "whatever is parsed");
    assert_eq!(own("ioctlkit-vm"), ["ioctlkit-sandbox"], "a guest knows nothing of ioctl");
    assert_eq!(own("ioctlkit-report"), ["ioctlkit-abi", "ioctlkit-model"]);
    assert_eq!(
        own("ioctl-lint"),
        ["ioctlkit-abi", "ioctlkit-model", "ioctlkit-report", "ioctlkit-sources"]
    );
    assert_eq!(
        own("ioctlkit-gen"),
        [
            "ioctlkit-abi",
            "ioctlkit-model",
            "ioctlkit-report",
            "ioctlkit-sources",
            "ioctlkit-syntax",
            "ioctlkit-vm"
        ]
    );
    assert_eq!(own("ioctl-bench"), ["ioctlkit", "ioctlkit-report", "ioctlkit-vm"]);
}

#[test]
fn each_dependency_is_judged_on_its_page() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let judged: BTreeSet<String> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned))
        .collect();
    let metadata = metadata();
    let published = metadata["packages"].as_array().unwrap().iter();
    let published = published.filter(|package| package["publish"].is_null());
    let used: BTreeSet<String> = published
        .filter(|package| package["name"] != "ioctlkit-oracle")
        .flat_map(|package| dependencies(&metadata, package["name"].as_str().unwrap()).unwrap())
        .filter(|name| !name.starts_with("ioctl"))
        .collect();
    assert_eq!(used, judged);
}

#[test]
fn the_model_opens_no_file() {
    let words = ["serde", "std::fs", "fs::read", "fs::write", "File::open", "File::create"];
    assert_never(&sources("model/src"), &words, "the model does no input or output");
}

#[test]
fn the_readers_of_handlers_and_of_calls_open_no_file_and_judge_nothing() {
    let words = ["std::fs", "fs::read", "File::open", "Layouts", "Finding", "Severity"];
    assert_never(&sources("handlers/src"), &words, "text goes in, facts come out");
    assert_never(&sources("calls/src"), &words, "text goes in, facts come out");
}

#[test]
fn front_ends_judge_nothing_and_lay_out_nothing() {
    let words = ["Layouts", "Layout", "Finding", "RuleInfo", "Severity"];
    assert_never(&sources("sources/src"), &words, "a front end reports what it read");
}

#[test]
fn the_rust_front_end_points_downwards() {
    for (index, layer) in RUST_LAYERS.iter().enumerate() {
        let files = sources(&format!("sources/src/rust/{layer}"));
        for source in &files {
            let mut used = used_of_rust(without_tests(&source.text));
            used.retain(|name| !RUST_LAYERS[..=index].contains(name));
            assert!(used.is_empty(), "{} points up to {used:?}", source.path);
        }
        // What is beside or above a folder is named from the front end's root, where it is seen.
        assert_never(&files, &["super::super"], "name the folder");
        let others = RUST_LAYERS.iter().filter(|other| *other != layer);
        let beside: Vec<String> = others.map(|other| format!("super::{other}::")).collect();
        let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
        assert_never(&files, &beside, "name the folder");
    }
}

#[test]
fn reports_know_no_rules() {
    let words = ["ioctl_lint::", "use ioctl_lint"];
    assert_never(&sources("report/src"), &words, "a report is given all that it shows");
}

#[test]
fn the_generator_and_the_linter_know_nothing_of_each_other() {
    let of_the_generator = sources("codegen/src");
    assert_never(&of_the_generator, &["ioctl_lint"], "the generator writes, and judges nothing");
    assert_never(&sources("lint/src"), &["ioctl_gen"], "the linter judges, and writes no code");
}

#[test]
fn rules_read_no_files_and_know_no_formats() {
    let words = ["ioctlkit_sources", "ioctlkit_report", "std::fs", "fs::read", "File::open"];
    assert_never(&rules(), &words, "a rule looks at what was read, and says what it found");
}

#[test]
fn the_linter_reads_no_source_text_again() {
    let mut known = BTreeSet::from(READERS.map(|(path, _)| path));
    for source in sources("lint/src") {
        let found = readings(without_tests(&source.text));
        if !found.is_empty() && !known.remove(&*source.path) {
            let is_for_tests = FOR_TESTS.contains(&&*source.path);
            assert!(is_for_tests, "{}: ask the model: {found:#?}", source.path);
        }
    }
    assert!(known.is_empty(), "they read no source text, and need no permission: {known:?}");
}

#[test]
fn rules_know_no_abi_by_its_name() {
    for source in rules() {
        let found = named_abis(without_tests(&source.text));
        assert!(found.is_empty(), "{}: ask a property of the row: {found:#?}", source.path);
    }
}

#[test]
fn configuration_knows_no_rule() {
    let words = ["rules", "crate::Rule", "crate::rule", "crate::registry"];
    for source in sources("lint/src/config") {
        let imports: String = without_tests(&source.text)
            .lines()
            .filter(|line| line.trim_start().starts_with("use ") || line.contains("crate::"))
            .flat_map(|line| [line, "\n"])
            .collect();
        assert!(imports.contains("use "), "the imports of {} are looked at", source.path);
        let imports = Source { text: imports, ..source };
        assert_never(&[imports], &words, "options are keyed by a rule's code");
    }
}

mod the_checks_themselves {
    use super::*;

    #[test]
    fn imports_are_found_in_every_spelling() {
        for line in [
            "use std::fs;",
            "use std::{env, fs};",
            "    let text = std::fs::read(path);",
            "use std::fs::File;",
        ] {
            assert_eq!(mentions(line, &["std::fs"]), [(1, line.trim())]);
        }
        assert_eq!(mentions("use ioctlkit_model::{Finding, Span};", &["Finding"]).len(), 1);
        assert_eq!(mentions("use ioctl_lint::rules;", &["ioctl_lint::"]).len(), 1);
    }

    #[test]
    fn comments_and_longer_names_are_let_be() {
        for line in ["/// as `std::fs` does", "// Layouts are not ours", "//! ioctlkit_report"] {
            let words = ["std::fs", "Layouts", "ioctlkit_report"];
            assert!(mentions(line, &words).is_empty(), "{line}");
        }
        assert!(mentions("use crate::MyFindings;", &["Finding"]).is_empty());
        assert!(mentions("use std::{env, io};", &["std::fs"]).is_empty());
    }

    #[test]
    fn an_abi_is_recognised_by_its_name_in_quotes() {
        assert_eq!(named_abis("if abi.name == \"m68k\" {").len(), 1);
        assert_eq!(named_abis("matches!(name, \"x86_64\" | \"i386\")").len(), 1);
        assert_eq!(named_abis("Abi::by_name(&wanted)").len(), 1);
        assert_eq!(named_abis("a.abi().name == b").len(), 1);
        assert!(named_abis("/// `{u64}` on \"m68k\"\nabi.under_aligns_64_bit()").is_empty());
    }

    #[test]
    fn source_text_is_told_from_other_texts() {
        for line in [
            "let text = &file.text;",
            "sources.text(member.span)",
            "cx.interface.sources.file(id).text.as_ref()",
            "let comment = line.text[..sources.text(span).len()];",
            "let SourceFile { text, .. } = file;",
        ] {
            assert_eq!(readings(line).len(), 1, "{line}");
        }
        for line in
            ["condition.text.trim()", "comment.text.contains(MARK)", "a.texts()", "// .text"]
        {
            assert!(readings(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn what_is_used_of_the_rust_front_end_is_seen_in_every_spelling() {
        for (line, used) in [
            ("use crate::rust::recognise::uses::Why;", vec!["recognise"]),
            ("use crate::rust::{Constants, resolve::names};", vec!["Constants", "resolve"]),
            ("    let ty = crate::rust::evaluate::types::spell(ty);", vec!["evaluate"]),
            ("use crate::rust::Request;", vec!["Request"]),
            ("// crate::rust::recognise", vec![]),
            ("use rustix::ioctl;", vec![]),
        ] {
            assert_eq!(Vec::from_iter(used_of_rust(line)), used, "{line}");
        }
    }

    #[test]
    fn tests_of_a_file_are_not_its_code() {
        let text = "use a;\n\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(without_tests(text), "use a;\n\n");
    }

    #[test]
    fn dependencies_for_tests_are_not_shipped() {
        let metadata = serde_json::json!({"packages": [{"name": "a", "dependencies": [
            {"name": "serde", "kind": null},
            {"name": "insta", "kind": "dev"},
            {"name": "cc", "kind": "build"},
        ]}]});
        assert_eq!(dependencies(&metadata, "a"), Some(BTreeSet::from(["serde".to_owned()])));
        assert_eq!(dependencies(&metadata, "b"), None);
    }

    #[test]
    #[should_panic(expected = "made.rs: why")]
    fn a_word_that_must_not_be_there_fails() {
        let source = Source { path: "made.rs".into(), text: "use std::fs;\n".into() };
        assert_never(&[source], &["std::fs"], "why");
    }
}
