//! What is said about an interface.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use ioctlkit_abi::AbiSet;

use crate::{Differences, FileId, Object, RuleInfo, Severity, Span};

/// Something that a rule found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// How bad, after profile and configuration.
    pub severity: Severity,
    /// The command that it is about, if it is about one.
    pub command: Option<String>,
    /// The structure or union, as C names it.
    pub record: Option<String>,
    /// The member.
    pub member: Option<String>,
    /// The ABIs on which it holds.
    pub abis: AbiSet,
    /// Where.
    pub span: Span,
    /// A few words under the span.
    pub label: String,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// One sentence: what breaks for whom. Lower case, no full stop.
    pub message: String,
    /// What driver source does with the command, where that was worked out: `broken: …`.
    pub verdict: Option<String>,
    /// More sentences.
    pub notes: Vec<String>,
    /// What to write instead.
    pub fix: Option<Fix>,
    /// What the definition that it judges says of differences between machines.
    pub differences: Differences,
    /// The fingerprint of the finding that it follows from: who mends that one has mended this.
    pub cause: Option<String>,
    /// Whether it is about how its file is written throughout: those of its rule in the file that are, too, say
    /// the same and follow from the first. Each keeps its edits.
    pub is_habit: bool,
    /// What it breaks, where it is about a change between two versions; in order, each once.
    pub breaks: Vec<Breaks>,
}

/// What a change between two versions of an interface breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breaks {
    /// Programs that are compiled again: they no longer compile, or mean something else.
    Source,
    /// Existing programs, on a kernel of their own ABI.
    Binary,
    /// Existing 32-bit programs, on a 64-bit kernel.
    Binary32,
}

impl Breaks {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Source, Self::Binary, Self::Binary32];

    /// The word that reports and the command line use: `source`, `binary` or `binary-32`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Binary => "binary",
            Self::Binary32 => "binary-32",
        }
    }
}

impl Finding {
    /// A name for the finding that survives edits around it: made of code, command, type and
    /// member, never of a line. 16 hexadecimal digits (64-bit FNV-1a).
    pub fn fingerprint(&self) -> String {
        const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let parts = [
            Some(self.rule.code),
            self.command.as_deref(),
            self.record.as_deref(),
            self.member.as_deref(),
        ];
        let mut hash = OFFSET_BASIS;
        for part in parts {
            for byte in part.unwrap_or("").bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            }
        }
        format!("{hash:016x}")
    }
}

impl Finding {
    /// A finding about a place, in its rule's own severity and with nothing besides.
    pub fn new(rule: &'static RuleInfo, span: Span, abis: AbiSet, message: String) -> Self {
        Self {
            rule,
            severity: rule.severity,
            command: None,
            record: None,
            member: None,
            abis,
            span,
            label: String::new(),
            related: Vec::new(),
            message,
            verdict: None,
            notes: Vec::new(),
            fix: None,
            differences: Differences::Unmentioned,
            cause: None,
            is_habit: false,
            breaks: Vec::new(),
        }
    }
}

/// A place with a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What about it.
    pub text: String,
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to do, in a sentence.
    pub message: String,
    /// The edits that do it; none where it takes a person.
    pub edits: Vec<Edit>,
    /// Whether the edit keeps the ABI.
    pub safety: Safety,
}

/// Whether an edit may be applied without thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// No ABI's layout or number changes.
    Safe,
    /// Some ABI's layout or number changes: only for an interface that nobody uses yet.
    ChangesAbi,
    /// No ABI changes, but the meaning of a program may: what uses the edited variable has to be read.
    ChangesProgram,
}

/// Replaces a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// Input that could not be dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of trouble.
    pub kind: ProblemKind,
    /// The file or folder, if it is about one.
    pub path: Option<PathBuf>,
    /// The place in it, if it was read.
    pub span: Option<Span>,
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a problem means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Worth saying; the result is complete.
    Note,
    /// The result is complete but for what the problem names. The run still succeeds.
    Incomplete,
    /// Some input could not be used: the run exits with 2.
    Failure,
}

impl Report {
    /// The findings that follow from no other one of the report.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        let known: HashSet<String> = self.with_consequences();
        self.findings.iter().filter(move |finding| {
            finding.cause.as_ref().is_none_or(|cause| !known.contains(cause))
        })
    }

    /// The findings whose edits are made: those that follow from no other one, and each habit of a file.
    pub fn editable(&self) -> impl Iterator<Item = &Finding> {
        let known: HashSet<String> = self.with_consequences();
        self.findings.iter().filter(move |finding| {
            finding.is_habit || finding.cause.as_ref().is_none_or(|cause| !known.contains(cause))
        })
    }

    /// The findings that follow from each of the others.
    pub fn consequences(&self) -> Consequences<'_> {
        let known = self.with_consequences();
        let mut places: HashMap<String, Vec<FileId>> = HashMap::new();
        for finding in self.findings.iter().filter(|finding| finding.cause.is_none()) {
            let fingerprint = finding.fingerprint();
            if known.contains(&fingerprint) {
                places.entry(fingerprint).or_default().push(finding.span.file);
            }
        }
        let mut of_causes: HashMap<(FileId, String), Vec<&Finding>> = HashMap::new();
        for finding in &self.findings {
            let Some(cause) = finding.cause.as_deref() else { continue };
            let files = places.get(cause).map(Vec::as_slice).unwrap_or_default();
            // A fingerprint has no file, and two headers may say the same: what is in one of them follows
            // from what is there.
            let own = files.iter().position(|file| *file == finding.span.file);
            let files = own.map_or(files, |at| &files[at..=at]);
            for file in files {
                of_causes.entry((*file, cause.to_owned())).or_default().push(finding);
            }
        }
        Consequences { of_causes }
    }

    /// The fingerprints of findings that others follow from, and that are in the report themselves: a
    /// baseline may accept one of them alone.
    fn with_consequences(&self) -> HashSet<String> {
        let named: HashSet<&str> =
            self.findings.iter().filter_map(|finding| finding.cause.as_deref()).collect();
        let of_causes = self.findings.iter().filter(|finding| finding.cause.is_none());
        let fingerprints = of_causes.map(Finding::fingerprint);
        fingerprints.filter(|fingerprint| named.contains(fingerprint.as_str())).collect()
    }
}

/// The findings that follow from others.
#[derive(Debug, Default)]
pub struct Consequences<'r> {
    of_causes: HashMap<(FileId, String), Vec<&'r Finding>>,
}

impl<'r> Consequences<'r> {
    /// Those that follow from a finding, in the report's order.
    pub fn of(&self, cause: &Finding) -> &[&'r Finding] {
        let following = self.of_causes.get(&(cause.span.file, cause.fingerprint()));
        following.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Everything that a run says.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What was found, ordered by file and place.
    pub findings: Vec<Finding>,
    /// What could not be dealt with.
    pub problems: Vec<Problem>,
    /// Every rule that ran.
    pub rules: Vec<&'static RuleInfo>,
    /// The ABIs that were looked at.
    pub abis: AbiSet,
    /// The compiled objects that were read, in order.
    pub objects: Vec<Object>,
    /// How many headers were read.
    pub headers: usize,
    /// How many commands they define.
    pub commands: usize,
    /// How much was seen in them and not understood, whether or not a rule reports it.
    pub not_understood: usize,
    /// How many headers were not read for every ABI that they are meant for.
    pub not_read: usize,
}
