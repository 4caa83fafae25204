//! Which macros are commands, told from the text alone: those whose expansion reaches `_IOC`.
//! What they come to is asked of the compiler, see [`crate::c::jobs::probe`].

use std::collections::{HashMap, HashSet};

use ioctlkit_model::Span;

use crate::c::files::{Files, Index, Loaded};
use crate::c::jobs::probe::Asked;
use crate::c::lex::scan::{Define, Token, hash, tokens};

/// The macros that every command comes to.
const ROOTS: [&str; 8] =
    ["_IOC", "_IO", "_IOR", "_IOW", "_IOWR", "_IOR_BAD", "_IOW_BAD", "_IOWR_BAD"];

/// A macro or an enumerator that may be a command.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) file: Index,
    pub(crate) definition: Definition,
    pub(crate) kind: CandidateKind,
}

/// What defines a candidate, by its place in the scan of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Definition {
    /// A macro: the first definition of several under different conditions.
    Macro(usize),
    /// An enumerator under no condition: the compiler cannot be asked whether there is one.
    Enumerator(usize),
}

impl Candidate {
    /// The definition in its file.
    pub(crate) fn define<'f>(&self, files: &'f Files) -> &'f Define {
        let scan = &files.loaded[self.file].scan;
        match self.definition {
            Definition::Macro(at) => &scan.defines[at],
            Definition::Enumerator(at) => &scan.enumerators[at],
        }
    }

    /// How the compiler is asked about it.
    pub(crate) fn asked(&self, files: &Files) -> Asked {
        match self.definition {
            Definition::Macro(_) => Asked::Macro(self.name.clone()),
            Definition::Enumerator(_) => {
                let text = files.loaded[self.file].slice(&self.define(files).body);
                let words: Vec<&str> = tokens(text).map(|(_, token)| token.text()).collect();
                Asked::Expression(words.join(" "))
            }
        }
    }
}

/// What the text of a candidate looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CandidateKind {
    /// It reaches `_IOC`.
    Command,
    /// It is a plain number that has the looks of a command.
    RawNumber,
}

/// A function-like macro that yields commands.
#[derive(Debug, Clone)]
pub(crate) struct FamilyCandidate {
    pub(crate) file: Index,
    pub(crate) define: usize,
}

/// The command macros of a set of files.
#[derive(Debug)]
pub(crate) struct Macros {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) families: Vec<FamilyCandidate>,
    /// Names that files define differently, and on which a command depends.
    pub(crate) contested: HashSet<u64>,
    reached: HashSet<u64>,
}

impl Macros {
    /// Finds them in `files`; only those for which `listed` holds become candidates.
    pub(crate) fn find(files: &Files, raw_numbers: bool, listed: impl Fn(Index) -> bool) -> Self {
        let reached = reach(files);
        let mut macros = Self {
            candidates: Vec::new(),
            families: Vec::new(),
            contested: HashSet::new(),
            reached,
        };
        let mut used: HashSet<u64> = HashSet::new();
        for file in &files.loaded {
            for define in &file.scan.defines {
                if macros.reached.contains(&hash(&define.name)) {
                    used.extend(define.words.iter().filter(|word| **word != hash(&define.name)));
                }
            }
        }
        // `#define _SIOWR _IOWR` is another name for a family, and no command.
        let function_like: HashSet<&str> = files
            .loaded
            .iter()
            .flat_map(|file| &file.scan.defines)
            .filter(|define| define.parameters.is_some())
            .map(|define| define.name.as_str())
            .chain(ROOTS)
            .collect();
        for (index, file) in files.loaded.iter().enumerate() {
            if !listed(index) || is_ioctl_h(file) {
                continue;
            }
            macros.collect(index, file, raw_numbers, &used, &function_like);
        }
        macros.contested = contested(files, &macros);
        macros
    }

    fn collect(
        &mut self,
        index: Index,
        file: &Loaded,
        raw_numbers: bool,
        used: &HashSet<u64>,
        function_like: &HashSet<&str>,
    ) {
        let mut known: HashSet<&str> = HashSet::new();
        for (at, define) in file.scan.defines.iter().enumerate() {
            // By its own text: elsewhere, the same name may stand for a plain number.
            let reaches = define.words.iter().any(|word| self.reached.contains(word));
            let kind = match (reaches, &define.parameters) {
                (true, None) if function_like.contains(file.slice(&define.body)) => continue,
                (true, None) => CandidateKind::Command,
                (true, Some(_)) => {
                    if !used.contains(&hash(&define.name)) {
                        self.families.push(FamilyCandidate { file: index, define: at });
                    }
                    continue;
                }
                (false, None) if raw_numbers && looks_like_command(file, define) => {
                    CandidateKind::RawNumber
                }
                _ => continue,
            };
            if known.insert(&define.name) {
                self.candidates.push(Candidate {
                    name: define.name.clone(),
                    file: index,
                    definition: Definition::Macro(at),
                    kind,
                });
            }
        }
        for (at, enumerator) in file.scan.enumerators.iter().enumerate() {
            let reaches = enumerator.words.iter().any(|word| self.reached.contains(word));
            let always = file.scan.enclosing(enumerator.region).all(|region| region.is_guard);
            if reaches && always && known.insert(&enumerator.name) {
                self.candidates.push(Candidate {
                    name: enumerator.name.clone(),
                    file: index,
                    definition: Definition::Enumerator(at),
                    kind: CandidateKind::Command,
                });
            }
        }
    }
}

/// The span of a macro's name, and the one from its name to the end of its text.
pub(crate) fn spans(file: &Loaded, define: &Define) -> (Span, Span) {
    let name = Span { file: file.id, start: define.at.start, end: define.at.end };
    (name, Span { end: define.body.end.max(define.at.end), ..name })
}

/// The names of all macros whose expansion reaches a root.
fn reach(files: &Files) -> HashSet<u64> {
    let mut reached: HashSet<u64> = ROOTS.iter().map(|name| hash(name)).collect();
    loop {
        let before = reached.len();
        for file in &files.loaded {
            for define in &file.scan.defines {
                if define.words.iter().any(|word| reached.contains(word)) {
                    reached.insert(hash(&define.name));
                }
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// The header that defines the macros themselves.
fn is_ioctl_h(file: &Loaded) -> bool {
    let folder = file.path.parent().and_then(|parent| parent.file_name());
    file.path.file_name().is_some_and(|name| name == "ioctl.h")
        && folder.is_some_and(|name| name == "asm" || name == "asm-generic")
}

/// Whether a plain number has the looks of a command: a hexadecimal literal of four digits, type
/// and nr, or of eight, with direction and size. Which of them are commands is a rule's to judge.
fn looks_like_command(file: &Loaded, define: &Define) -> bool {
    let body = file.slice(&define.body);
    let mut words =
        tokens(body).filter(|(_, token)| !matches!(token, Token::Punctuation("(" | ")")));
    let (Some((_, Token::Number(number))), None) = (words.next(), words.next()) else {
        return false;
    };
    let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")).unwrap_or("");
    let digits = digits.trim_end_matches(['u', 'U', 'l', 'L']);
    let value =
        crate::c::lex::expression::integer(number).and_then(|value| u32::try_from(value).ok());
    matches!(digits.len(), 4 | 8) && value.is_some_and(|value| (value >> 8) as u8 != 0)
}

/// Names on which a command depends and that two files define with different text. Such headers
/// cannot be read together.
fn contested(files: &Files, macros: &Macros) -> HashSet<u64> {
    let mut texts: HashMap<u64, (Index, &str, bool)> = HashMap::new();
    for (index, file) in files.loaded.iter().enumerate() {
        for define in &file.scan.defines {
            let text = file.slice(&define.body);
            let entry = texts.entry(hash(&define.name)).or_insert((index, text, false));
            if entry.0 != index && entry.1 != text {
                entry.2 = true;
            }
        }
    }
    let mut words: HashMap<u64, Vec<u64>> = HashMap::new();
    for file in &files.loaded {
        for define in &file.scan.defines {
            words.entry(hash(&define.name)).or_default().extend(&define.words);
        }
    }
    let roots: HashSet<u64> = ROOTS.iter().map(|name| hash(name)).collect();
    let mut needed: HashSet<u64> = HashSet::new();
    let mut todo: Vec<u64> = macros.candidates.iter().map(|c| hash(&c.name)).collect();
    todo.extend(macros.candidates.iter().flat_map(|candidate| &candidate.define(files).words));
    while let Some(name) = todo.pop() {
        if !roots.contains(&name) && needed.insert(name) {
            todo.extend(words.get(&name).into_iter().flatten());
        }
    }
    needed.retain(|name| texts.get(name).is_some_and(|(_, _, differs)| *differs));
    needed
}
