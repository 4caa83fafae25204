//! What the program reports of folders, counted.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The findings of a run, without those that follow from others.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) commands: u64,
    by_rule: BTreeMap<String, u64>,
    /// By file and structure or command.
    by_thing: BTreeMap<String, usize>,
}

impl Said {
    /// Checks each folder in a run of its own.
    pub(crate) fn of(folders: &[PathBuf]) -> Self {
        let mut said = Self::default();
        for folder in folders {
            said.add(&check(folder));
        }
        said
    }

    /// Numbers of findings, as a test has them.
    pub(crate) fn counted(commands: u64, rules: &[(&str, u64)]) -> Self {
        let by_rule = rules.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
        Self { commands, by_rule, by_thing: BTreeMap::new() }
    }

    fn add(&mut self, report: &Value) {
        self.commands += report["summary"]["commands"].as_u64().unwrap();
        let findings = report["findings"].as_array().unwrap();
        let known: HashSet<&str> =
            findings.iter().filter_map(|finding| finding["fingerprint"].as_str()).collect();
        let follows =
            |finding: &Value| finding["cause"].as_str().is_some_and(|it| known.contains(it));
        for finding in findings.iter().filter(|finding| !follows(finding)) {
            let word = |key: &str| finding[key].as_str();
            *self.by_rule.entry(word("code").unwrap().to_owned()).or_default() += 1;
            if let Some(thing) = word("type").or_else(|| word("command")) {
                let thing = format!("{thing} of {}", word("file").unwrap());
                *self.by_thing.entry(thing).or_default() += 1;
            }
        }
    }

    /// How many findings a rule has.
    pub(crate) fn findings(&self, code: &str) -> u64 {
        self.by_rule.get(code).copied().unwrap_or_default()
    }

    /// How many findings each rule has for 100 commands, in tenths, rounded.
    pub(crate) fn tenths(&self) -> impl Iterator<Item = (&str, u64)> {
        let commands = self.commands.max(1);
        self.by_rule
            .iter()
            .map(move |(code, count)| (code.as_str(), (count * 1000 + commands / 2) / commands))
    }

    /// The structure or command with the most findings.
    pub(crate) fn most(&self) -> (usize, &str) {
        let most = self.by_thing.iter().map(|(thing, count)| (*count, thing.as_str())).max();
        most.unwrap_or_default()
    }

    /// What was counted, a line each.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        for ((code, tenths), count) in self.tenths().zip(self.by_rule.values()) {
            let _ = writeln!(text, "{code}\t{}.{}\t{count}", tenths / 10, tenths % 10);
        }
        text
    }
}

fn check(folder: &PathBuf) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
        .args(["check", "--no-config", "--format", "json"])
        .arg(folder)
        .env("IOCTLKIT_NO_CACHE", "1")
        .output()
        .unwrap();
    // 1 says that there are findings, and 2 that some file could not be used: the rest was judged.
    let status = output.status.code();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(status, Some(0..=2)), "{}: {status:?}: {complaint}", folder.display());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}
