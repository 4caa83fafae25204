//! Holds `docs/guide.md` against the rules and the derives' refusals that exist.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::path::Path;

use ioctl_lint::diff;
use ioctl_lint::rules::RULES;

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
    LaterDuty,
    Advice,
}

fn enforcement(part: &str) -> Enforcement<'_> {
    match part {
        "advice: cannot be checked" => return Enforcement::Advice,
        "generator duty (later)" => return Enforcement::LaterDuty,
        _ => {}
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/ui");
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
