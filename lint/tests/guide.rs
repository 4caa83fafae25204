//! Holds `docs/guide.md` against the rules, the derives' refusals and the generator's tests that exist.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ioctl_lint::diff;
use ioctl_lint::rules::RULES;
use serde::Deserialize;
use walkdir::WalkDir;

const GUIDE: &str = include_str!("../../docs/guide.md");

/// A row of one of the guide's tables, without its header.
struct Row<'a> {
    section: &'a str,
    cells: Vec<&'a str>,
}

fn rows() -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    let mut section = "";
    for line in GUIDE.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading;
        }
        let Some(inner) = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix(" |")) else {
            continue;
        };
        let cells: Vec<&str> = inner.split(" | ").collect();
        if cells[0] != "no." && cells[0] != "rule" {
            rows.push(Row { section, cells });
        }
    }
    rows
}

fn guides() -> Vec<Row<'static>> {
    rows().into_iter().filter(|row| row.section != BEYOND).collect()
}

const BEYOND: &str = "Beyond the guides";

fn registered() -> BTreeSet<&'static str> {
    let of_versions = diff::rules::RULES.iter().map(|rule| rule.info.code);
    RULES.iter().map(|rule| rule.info.code).chain(of_versions).collect()
}

/// What one part of the last column says.
#[derive(Debug, PartialEq)]
enum Enforcement<'a> {
    Rules(Vec<&'a str>),
    LaterRules(Vec<&'a str>),
    /// Files of `fixtures/ui/`, without their ending.
    Refusals(Vec<&'a str>),
    /// What shows that generated modules keep the rule.
    Duty(Vec<Evidence<'a>>),
    /// What no generated module has yet.
    LaterDuty(Vec<&'a str>),
    Advice,
}

/// What shows that generated modules keep a rule.
#[derive(Debug, PartialEq)]
enum Evidence<'a> {
    /// The name of a test of `ioctl-gen`.
    Test(&'a str),
    /// The name of a change of a generated driver that a test has to notice.
    TakenOut(&'a str),
}

fn enforcement(part: &str) -> Enforcement<'_> {
    if part == "advice: cannot be checked" {
        return Enforcement::Advice;
    }
    if let Some(missing) = part.strip_prefix("generator duty (later): ") {
        return Enforcement::LaterDuty(quoted(missing));
    }
    if let Some(list) = part.strip_prefix("generator duty: ") {
        return Enforcement::Duty(evidence(list));
    }
    if let Some(files) = part.strip_prefix("derive refusal: ") {
        return Enforcement::Refusals(quoted(files));
    }
    let (codes, is_later) = match part.strip_suffix(" (later)") {
        Some(codes) => (codes, true),
        None => (part, false),
    };
    let codes = quoted(codes);
    if is_later { Enforcement::LaterRules(codes) } else { Enforcement::Rules(codes) }
}

/// The words of a list, each between backquotes.
fn quoted(list: &str) -> Vec<&str> {
    list.split(", ")
        .map(|word| {
            word.strip_prefix('`')
                .and_then(|word| word.strip_suffix('`'))
                .unwrap_or_else(|| panic!("`{list}` is none of what the guide's head lists"))
        })
        .collect()
}

/// The names of tests, each between backquotes, and of entries of mutants.toml, each between quotation
/// marks.
fn evidence(list: &str) -> Vec<Evidence<'_>> {
    let mut found = Vec::new();
    let mut rest = list;
    loop {
        let mark = rest.chars().next().filter(|mark| matches!(mark, '`' | '"'));
        let Some((name, behind)) = mark.and_then(|mark| rest[1..].split_once(mark)) else {
            panic!("`{list}` is none of what the guide's head lists");
        };
        found.push(if mark == Some('`') { Evidence::Test(name) } else { Evidence::TakenOut(name) });
        if behind.is_empty() {
            return found;
        }
        rest = behind.strip_prefix(", ").unwrap_or_else(|| panic!("`{list}` lacks a comma"));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The texts of the files below a folder whose names end so.
fn texts(folder: &str, extensions: &[&str]) -> Vec<String> {
    WalkDir::new(root().join(folder))
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let extension = entry.path().extension().and_then(OsStr::to_str);
            extension.is_some_and(|extension| extensions.contains(&extension))
        })
        .map(|entry| std::fs::read_to_string(entry.path()).unwrap())
        .collect()
}

/// The functions of a file that are tests: `#[test]` stands in front of each, perhaps with other
/// attributes behind it.
fn tests_of(text: &str) -> Vec<&str> {
    text.split("#[test]\n")
        .skip(1)
        .filter_map(|behind| {
            let mut lines = behind.lines().map(str::trim);
            let head = lines.find(|line| !line.starts_with("#["))?;
            Some(head.strip_prefix("fn ")?.split_once('(')?.0)
        })
        .collect()
}

/// The changes of generated drivers in mutants.toml, with the test that fails then; without one
/// where no test can notice.
fn taken_out() -> BTreeMap<String, Option<String>> {
    #[derive(Deserialize)]
    struct List {
        mutant: Vec<Mutant>,
    }
    #[derive(Deserialize)]
    struct Mutant {
        name: String,
        killed_by: Option<String>,
    }
    let list: List =
        toml::from_str(include_str!("../../codegen/tests/kernel/mutants.toml")).unwrap();
    list.mutant.into_iter().map(|mutant| (mutant.name, mutant.killed_by)).collect()
}

#[test]
fn every_row_has_a_number_of_its_own_in_order_and_says_what_enforces_it() {
    let mut last = ("", 0);
    let mut sources = BTreeSet::new();
    for row in guides() {
        assert_eq!(row.cells.len(), 3, "{:?}", row.cells);
        let (source, number) = row.cells[0].split_once('-').unwrap();
        let number: u32 = number.parse().unwrap();
        let expected = if source == last.0 { last.1 + 1 } else { 1 };
        assert_eq!(number, expected, "{:?}", row.cells);
        assert!(source == last.0 || sources.insert(source), "{source} begins twice");
        assert!(row.cells[1].ends_with('.'), "{:?} is no sentence", row.cells[1]);
        for part in row.cells[2].split("; ") {
            enforcement(part);
        }
        last = (source, number);
    }
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["BU", "CU", "DI", "IN"]);
}

#[test]
fn every_rule_that_a_row_names_exists() {
    let registered = registered();
    for row in guides() {
        for part in row.cells[2].split("; ") {
            if let Enforcement::Rules(codes) = enforcement(part) {
                for code in codes {
                    assert!(registered.contains(code), "{}: there is no {code}", row.cells[0]);
                }
            }
        }
    }
    for row in rows().iter().filter(|row| row.section == BEYOND) {
        let code = row.cells[0].trim_matches('`');
        assert!(registered.contains(code), "{BEYOND}: there is no {code}");
    }
}

#[test]
fn every_refusal_that_a_row_names_is_one_that_the_compiler_prints() {
    let folder = root().join("fixtures/ui");
    let mut named = 0;
    for row in guides() {
        for part in row.cells[2].split("; ") {
            let Enforcement::Refusals(files) = enforcement(part) else {
                continue;
            };
            for file in files {
                let path = folder.join(file).with_extension("stderr");
                let output = std::fs::read_to_string(&path).unwrap_or_else(|error| {
                    panic!("{}: {}: {error}", row.cells[0], path.display())
                });
                assert!(output.contains("error"), "{}: {file} compiles", row.cells[0]);
                named += 1;
            }
        }
    }
    assert!(named > 0, "no row names a refusal");
}

#[test]
fn every_duty_of_the_generator_is_shown_by_what_exists() {
    let files = [texts("codegen/src", &["rs"]), texts("codegen/tests", &["rs"])].concat();
    let tests: BTreeSet<&str> = files.iter().flat_map(|text| tests_of(text)).collect();
    let taken_out = taken_out();
    let mut shown = 0;
    for row in guides() {
        for part in row.cells[2].split("; ") {
            let Enforcement::Duty(all) = enforcement(part) else {
                continue;
            };
            for evidence in all {
                match evidence {
                    Evidence::Test(name) => {
                        assert!(tests.contains(name), "{}: no test is `{name}`", row.cells[0]);
                    }
                    Evidence::TakenOut(name) => {
                        let killed_by = taken_out.get(name).unwrap_or_else(|| {
                            panic!("{}: mutants.toml has no `{name}`", row.cells[0])
                        });
                        let fails = killed_by.is_some();
                        assert!(fails, "{}: no test notices `{name}`", row.cells[0]);
                    }
                }
                shown += 1;
            }
        }
    }
    assert!(shown > 0, "no row names a duty");
}

#[test]
fn no_duty_that_generated_modules_keep_is_marked_later() {
    let texts = [texts("kmod-template", &["c", "h"]), texts("codegen/src", &["rs"])].concat();
    for row in guides() {
        for part in row.cells[2].split("; ") {
            if let Enforcement::LaterDuty(missing) = enforcement(part) {
                for word in missing {
                    let is_there = texts.iter().any(|text| text.contains(word));
                    assert!(!is_there, "{}: the generator knows {word}", row.cells[0]);
                }
            }
        }
    }
}

#[test]
fn no_rule_that_exists_is_marked_later() {
    let registered = registered();
    for row in guides() {
        for part in row.cells[2].split("; ") {
            if let Enforcement::LaterRules(codes) = enforcement(part) {
                for code in codes {
                    assert!(!registered.contains(code), "{}: {code} is here", row.cells[0]);
                }
            }
        }
    }
}

#[test]
fn every_rule_is_named_by_a_row_or_is_beyond_the_guides_and_not_both() {
    let in_rows: BTreeSet<&str> = guides()
        .iter()
        .flat_map(|row| row.cells[2].split("; "))
        .filter_map(|part| match enforcement(part) {
            Enforcement::Rules(codes) => Some(codes),
            _ => None,
        })
        .flatten()
        .collect();
    let all = rows();
    let beyond: BTreeSet<&str> = all
        .iter()
        .filter(|row| row.section == BEYOND)
        .map(|row| row.cells[0].trim_matches('`'))
        .collect();
    assert_eq!(in_rows.intersection(&beyond).collect::<Vec<_>>(), Vec::<&&str>::new());
    for code in registered() {
        assert!(
            in_rows.contains(code) || beyond.contains(code),
            "{code} is in no row of docs/guide.md"
        );
    }
}

mod the_checks_themselves {
    use super::*;

    #[test]
    fn evidence_is_told_by_its_marks_and_may_hold_commas() {
        let all = evidence("`a_test`, \"the size, in a member\", \"b\"");
        let size = Evidence::TakenOut("the size, in a member");
        assert_eq!(all, [Evidence::Test("a_test"), size, Evidence::TakenOut("b")]);
    }

    #[test]
    #[should_panic(expected = "is none of what the guide's head lists")]
    fn a_duty_that_nothing_shows_is_refused() {
        enforcement("generator duty (later)");
    }

    #[test]
    fn functions_that_are_no_tests_are_not_taken_for_one() {
        let text =
            "fn helper() {}\n#[test]\n#[should_panic]\nfn a() {}\n    #[test]\n    fn b() {}\n";
        assert_eq!(tests_of(text), ["a", "b"]);
    }

    #[test]
    fn what_no_test_notices_shows_nothing() {
        let taken_out = taken_out();
        assert_eq!(taken_out["the barrier against speculation"], None);
        assert!(taken_out["unknown flags"].is_some());
    }
}
