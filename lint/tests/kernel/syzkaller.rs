//! The commands that syzkaller describes by hand, and the directions that it gives them, held against what the
//! analysis finds in Linux 6.12.
//!
//! The list holds facts alone: names of commands, and the directions of their arguments.

use std::collections::{BTreeMap, BTreeSet};

use walkdir::WalkDir;

use crate::tree::{is_full, lint, unpacked};

/// Made of `sys/linux/*.txt`, without `auto.txt`, of syzkaller's commit
/// 1e72964b0111319984575e60f266d1fa0a98abb5 (17 August 2026): a command a line, with the directions of its
/// pointers in all calls that are described: `in` is what the kernel reads.
const LIST: &str = include_str!("syzkaller.txt");

/// Commands for which a look at the code shows that the description is wrong: the kernel writes with
/// `copy_to_user()` or `put_user()` where it says that the kernel reads, or the other way round.
const DESCRIBED_WRONGLY: [&str; 12] = [
    "AUTOFS_IOC_EXPIRE",
    "BLKGETNRZONES",
    "BLKGETZONESZ",
    "BNEPGETSUPPFEAT",
    "FS_IOC_FSGETXATTR",
    "I2C_FUNCS",
    "SIOCKCMCLONE",
    "SIOCX25GCALLUSERDATA",
    "SIOCX25GCAUSEDIAG",
    "TIOCGLCKTRMIOS",
    "TIOCSLCKTRMIOS",
    "VT_GETSTATE",
];

fn described() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

/// The names that code of the kernel mentions outside of the headers that programs include.
fn named_in_code(kernel: &std::path::Path) -> BTreeSet<&'static str> {
    let described = described();
    let mut named = BTreeSet::new();
    for entry in WalkDir::new(kernel).into_iter().map(Result::unwrap) {
        let path = entry.path().to_string_lossy().into_owned();
        let is_code = match entry.path().extension().and_then(|extension| extension.to_str()) {
            Some("c") => true,
            Some("h") => !path.contains("/uapi/"),
            _ => false,
        };
        let other = ["/scripts/", "/samples/"].iter().any(|folder| path.contains(folder));
        if !is_code || other || !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        named.extend(words.filter_map(|word| described.get_key_value(word)).map(|(name, _)| *name));
    }
    named
}

#[test]
fn nine_of_ten_commands_that_syzkaller_describes_are_found_with_their_directions() {
    if !is_full() {
        return;
    }
    let kernel = unpacked("6.12", "whole", &[]);
    let dump = lint(&kernel, &["dump", "--abi", "x86_64", "."]);
    let dump: serde_json::Value = serde_json::from_str(&dump).unwrap();
    let mut observed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for handler in dump["handlers"].as_array().unwrap() {
        for command in handler["commands"].as_array().unwrap() {
            let name = command["name"].as_str().unwrap().to_owned();
            let ways = command["accesses"].as_array().unwrap().iter();
            let ways = ways.map(|access| access["way"].as_str().unwrap().to_owned());
            observed.entry(name).or_default().extend(ways);
        }
    }
    let named = named_in_code(&kernel);
    let missed: Vec<&&str> = named.iter().filter(|name| !observed.contains_key(**name)).collect();
    assert!(named.len() > 1_400, "{} of the list are in this kernel", named.len());
    assert!(
        missed.len() * 10 <= named.len(),
        "{} of {} commands are missed: {missed:?}",
        missed.len(),
        named.len()
    );

    let mut compared = 0;
    let mut contradicts = Vec::new();
    for (name, described) in described() {
        let Some(observed) = observed.get(name) else { continue };
        if described.is_empty() || observed.is_empty() {
            continue;
        }
        compared += 1;
        let is_apart = described.iter().all(|way| !observed.contains(*way));
        if is_apart && !DESCRIBED_WRONGLY.contains(&name) {
            contradicts.push(name);
        }
    }
    assert!(compared > 900, "{compared}");
    assert!(contradicts.len() * 100 <= compared, "{compared}: {contradicts:?}");
    println!(
        "{} of {} commands found; of {compared} directions {} contradict",
        named.len() - missed.len(),
        named.len(),
        contradicts.len()
    );
}
