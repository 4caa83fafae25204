//! Baselines: findings that an interface already in use is known to have.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ioctlkit_model::Finding;
use ioctlkit_report::escaped_json::write_pretty;
use ioctlkit_sources::reading::{self, limit};
use serde::{Deserialize, Serialize};

use crate::files;
use ioctlkit_report::visible::ShownPath as _;

/// The version of the file's format.
const VERSION: u32 = 1;

/// Accepted findings: how many of each fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By what the finding is about, so that the file's order does not depend on hashes.
    entries: BTreeMap<Entry, usize>,
}

/// What a finding of a baseline is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The rule's code.
    pub code: String,
    /// The command, if it is about one.
    pub command: Option<String>,
    /// The structure or union.
    pub record: Option<String>,
    /// The member.
    pub member: Option<String>,
    /// [`Finding::fingerprint`].
    pub fingerprint: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        let parts = [&self.command, &self.record, &self.member];
        parts.into_iter().flatten().try_for_each(|part| write!(f, " {part}"))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBaseline {
    version: u32,
    findings: Vec<RawEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    fingerprint: String,
    count: usize,
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<String>,
}

impl Baseline {
    /// A baseline that accepts exactly these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut entries = BTreeMap::new();
        for finding in findings {
            let entry = Entry {
                code: finding.rule.code.to_owned(),
                command: finding.command.clone(),
                record: finding.record.clone(),
                member: finding.member.clone(),
                fingerprint: finding.fingerprint(),
            };
            *entries.entry(entry).or_insert(0) += 1;
        }
        Self { entries }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// [`BaselineError`] where the file cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let error = |message| BaselineError { path: path.to_owned(), message };
        let text = reading::stays_in_folder(path)
            .and_then(|()| reading::read_text(path, limit::RECORDS))
            .map_err(|e| error(e.to_string()))?;
        Self::parse(&text).map_err(error)
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// Why it is not one, in a sentence, with the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: RawBaseline =
            serde_json::from_str(text).map_err(|error| reading::json_place(&error))?;
        if raw.version != VERSION {
            return Err(format!("it has version {}, and version {VERSION} is known", raw.version));
        }
        let mut entries = BTreeMap::new();
        for raw in raw.findings {
            let RawEntry { fingerprint, count, code, command, record, member } = raw;
            let entry = Entry { code, command, record, member, fingerprint };
            let known: &mut usize = entries.entry(entry).or_default();
            *known = known.saturating_add(count);
        }
        Ok(Self { entries })
    }

    /// Writes the baseline; the file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// [`BaselineError`] where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        files::write_atomically(path, |out| out.write_all(self.to_json()?.as_bytes())).map_err(
            |error| BaselineError { path: path.to_owned(), message: files::describe(&error) },
        )
    }

    /// The baseline as text, which [`Baseline::parse`] reads.
    ///
    /// # Errors
    /// None that is expected: the text is written to memory.
    pub fn to_json(&self) -> io::Result<String> {
        let findings = self.entries.iter().map(|(entry, count)| {
            let Entry { code, command, record, member, fingerprint } = entry.clone();
            RawEntry { fingerprint, count: *count, code, command, record, member }
        });
        let raw = RawBaseline { version: VERSION, findings: findings.collect() };
        let mut json = Vec::new();
        write_pretty(&raw, &mut json)?;
        String::from_utf8(json).map_err(io::Error::other)
    }

    /// How many findings are accepted, or `usize::MAX` if a file claims more than that.
    pub fn len(&self) -> usize {
        self.entries.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes out of `findings` what the baseline accepts, and from the baseline what it was
    /// needed for. What is left in the baseline is stale. Returns how many were taken out.
    pub fn absorb(&mut self, findings: &mut Vec<Finding>) -> usize {
        // Wider than a count: a file may claim so many that their sum overflows.
        let mut left: BTreeMap<String, u128> = BTreeMap::new();
        for (entry, count) in &self.entries {
            *left.entry(entry.fingerprint.clone()).or_default() += *count as u128;
        }
        let before = findings.len();
        findings.retain(|finding| match left.get_mut(&finding.fingerprint()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        self.entries.retain(|entry, count| {
            let Some(remaining) = left.get_mut(&entry.fingerprint) else { return false };
            *count = usize::try_from(*remaining).map_or(*count, |left| left.min(*count));
            *remaining -= *count as u128;
            *count > 0
        });
        before - findings.len()
    }

    /// Takes out what is accepted for nothing, and returns it. Entries of rules that `ran` knows
    /// nothing of are kept: nobody looked for those findings.
    pub fn prune(&mut self, findings: &[Finding], ran: impl Fn(&str) -> bool) -> Self {
        let mut stale = self.clone();
        stale.absorb(&mut findings.to_vec());
        stale.entries.retain(|entry, _| ran(&entry.code));
        self.entries.retain(|entry, count| {
            *count = count.saturating_sub(stale.entries.get(entry).copied().unwrap_or_default());
            *count > 0
        });
        stale
    }

    /// What is accepted, and how often.
    pub fn entries(&self) -> impl Iterator<Item = (&Entry, usize)> {
        self.entries.iter().map(|(entry, count)| (entry, *count))
    }
}

/// A baseline that could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub message: String,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.shown(), self.message)
    }
}

impl std::error::Error for BaselineError {}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::AbiSet;
    use ioctlkit_model::{SourceMap, Span};

    use super::*;
    use crate::registry;

    fn finding(code: &str, record: &str, start: u32) -> Finding {
        let file = SourceMap::default().add("a.h".into(), "".into());
        let rule = registry::by_name(code).unwrap();
        Finding {
            command: Some("FOO_GET".into()),
            record: Some(record.into()),
            ..Finding::new(rule, Span { file, start, end: start }, AbiSet::ALL, "padding".into())
        }
    }

    #[test]
    fn a_baseline_accepts_what_it_was_made_of_wherever_it_moved() {
        let findings = [finding("L001", "struct b", 10), finding("L001", "struct a", 20)];
        let mut baseline = Baseline::of(&findings);
        let mut moved = vec![finding("L001", "struct a", 7), finding("L001", "struct b", 900)];
        assert_eq!(baseline.absorb(&mut moved), 2);
        assert!(moved.is_empty() && baseline.is_empty());
    }

    /// As somebody may have edited the file.
    #[test]
    fn entries_of_one_fingerprint_are_stale_each_by_itself_whatever_their_counts() {
        for count in [1, usize::MAX] {
            let entry = |command| {
                format!(
                    r#"{{"fingerprint":"0","count":{count},"code":"L001","command":"{command}"}}"#
                )
            };
            let (a, b) = (entry("A"), entry("B"));
            let text = format!(r#"{{"version":1,"findings":[{a},{b}]}}"#);
            let mut baseline = Baseline::parse(&text).unwrap();
            let before = baseline.clone();
            assert_eq!(baseline.len(), count.saturating_mul(2));
            assert_eq!(baseline.prune(&[], |_| true), before);
            assert!(baseline.is_empty(), "{baseline:?}");
        }
    }

    #[test]
    fn one_more_of_the_same_is_new_and_one_less_is_stale() {
        let one = || finding("L001", "struct a", 1);
        let mut baseline = Baseline::of(&[one(), one()]);
        let mut three = vec![one(), one(), one()];
        assert_eq!(baseline.clone().absorb(&mut three), 2);
        assert_eq!(three.len(), 1);
        assert_eq!(baseline.absorb(&mut vec![one()]), 1);
        assert_eq!(baseline.len(), 1);
        let stale: Vec<String> = baseline.entries().map(|(entry, _)| entry.to_string()).collect();
        assert_eq!(stale, ["L001 FOO_GET struct a"]);
    }

    #[test]
    fn pruning_takes_out_what_is_gone_and_keeps_what_nobody_looked_for() {
        let all = [
            finding("L001", "struct a", 1),
            finding("L001", "struct a", 2),
            finding("L001", "struct b", 3),
            finding("D004", "struct c", 4),
        ];
        let mut baseline = Baseline::of(&all);
        let stale = baseline.prune(&all[..1], |code| code != "D004");
        let names = |baseline: &Baseline| -> Vec<String> {
            baseline.entries().map(|(entry, count)| format!("{entry} {count}")).collect()
        };
        assert_eq!(names(&stale), ["L001 FOO_GET struct a 1", "L001 FOO_GET struct b 1"]);
        assert_eq!(names(&baseline), ["D004 FOO_GET struct c 1", "L001 FOO_GET struct a 1"]);
    }

    #[test]
    fn the_file_is_sorted_and_read_back_as_it_was() {
        let findings = [
            finding("S001", "struct b", 1),
            finding("L001", "struct b", 2),
            finding("L001", "struct a", 3),
        ];
        let baseline = Baseline::of(&findings);
        let text = baseline.to_json().unwrap();
        assert_eq!(Baseline::parse(&text).unwrap(), baseline);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_is_no_baseline_is_an_error_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        let mut errors = Vec::new();
        for text in
            ["", "{}", "{\"version\": 2, \"findings\": []}", "[", "{\"version\":1,\n\"x\":1}"]
        {
            std::fs::write(&path, text).unwrap();
            errors.push(Baseline::read(&path).unwrap_err().message);
        }
        insta::assert_debug_snapshot!(errors);
        assert!(Baseline::read(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_written_baseline_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        let baseline = Baseline::of(&[finding("L001", "struct a", 3)]);
        baseline.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), baseline);
        let nowhere = baseline.write(&folder.path().join("none/baseline.json")).unwrap_err();
        assert!(nowhere.to_string().contains("none/baseline.json"), "{nowhere}");
    }
}
