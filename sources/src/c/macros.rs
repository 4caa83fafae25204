//! Which macros are commands, told from the text: those whose expansion reaches `_IOC`, those that may
//! reach it through a name that `##` makes, and those that pack a number with shifts of their own.
//! What they come to is asked of the compiler, see [`crate::c::jobs::probe`].

use std::collections::HashSet;
use std::ops::Range;

use ioctlkit_abi::Encoding;
use ioctlkit_model::Span;

use crate::c::files::{Files, Index, Loaded};
use crate::c::jobs::probe::Asked;
use crate::c::lex::expand::{Word, expand};
use crate::c::lex::expression::{is_conditional, parse_expression};
use crate::c::lex::names::{ByName, NameSet, hash};
use crate::c::lex::scan::{Define, Token, tokens};
use crate::c::redefined::{AnyType, Redefined};
use crate::c::unread::{self, Unread};
use crate::own_encoder::take_apart;

/// The macros that every command comes to.
pub(crate) const ROOTS: [&str; 8] =
    ["_IOC", "_IO", "_IOR", "_IOW", "_IOWR", "_IOR_BAD", "_IOW_BAD", "_IOWR_BAD"];

/// A macro, an enumerator or a constant that may be a command.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) file: Index,
    pub(crate) definition: Definition,
    pub(crate) kind: CandidateKind,
    /// What it is another name for, see [`other_names`].
    stands_for: Option<String>,
}

/// What defines a candidate, by its place in the scan of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Definition {
    /// A macro: the first definition of several under different conditions.
    Macro(usize),
    /// An enumerator or a constant.
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
            Definition::Macro(_) => Asked::Macro {
                name: self.name.clone(),
                value: self.stands_for.as_ref().unwrap_or(&self.name).clone(),
            },
            Definition::Enumerator(_) => {
                let define = self.define(files);
                let text = files.loaded[self.file].slice(&define.body);
                let words: Vec<&str> = tokens(text).map(|(_, token)| token.text()).collect();
                let text = words.join(" ");
                let value = match define.behind {
                    0 => text,
                    behind => format!("({text}) + {behind}"),
                };
                Asked::Enumerator { name: self.name.clone(), value }
            }
        }
    }
}

/// What the text of a candidate looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CandidateKind {
    /// It reaches `_IOC`.
    Command,
    /// It may reach `_IOC` through a name that `##` makes.
    Pasted,
    /// It packs direction, type letter and nr by itself.
    OwnEncoder {
        /// The macro that does it; empty where the candidate shifts itself.
        encoder: String,
        /// The operands of `sizeof` in it.
        operands: Vec<String>,
    },
    /// It is a plain number that has the looks of a command.
    RawNumber,
}

/// A function-like macro that yields commands.
#[derive(Debug, Clone)]
pub(crate) struct FamilyCandidate {
    pub(crate) file: Index,
    pub(crate) define: usize,
}

/// A macro that looks like a command and reaches a wrapper that nothing defines.
#[derive(Debug, Clone)]
pub(crate) struct Unwrapped {
    pub(crate) name: String,
    pub(crate) file: Index,
    pub(crate) define: usize,
    pub(crate) wrapper: String,
}

/// The command macros of a set of files.
#[derive(Debug)]
pub(crate) struct Macros {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) families: Vec<FamilyCandidate>,
    pub(crate) unwrapped: Vec<Unwrapped>,
    /// What defines commands in a way that is not read.
    pub(crate) unread: Vec<Unread>,
    /// Names that files define differently, and on which a command depends.
    pub(crate) contested: NameSet,
    /// The headers that pack numbers with a `_IOC` of their own.
    pub(crate) redefined: Redefined,
    /// Macros with a definition that chooses between others, by their files and the hashes of their names.
    pub(crate) choosing: HashSet<(Index, u64)>,
}

/// What the search for candidates knows.
struct Search<'f> {
    files: &'f Files,
    raw_numbers: bool,
    redefined: Redefined,
    /// Macros that reach `_IOC`.
    reached: NameSet,
    /// Macros that may reach it by `##`.
    pasted: NameSet,
    /// Macros that shift twice, or use one that does.
    shifting: NameSet,
    /// Wrappers that nothing defines, and what uses them.
    absent: ByName<String>,
    /// Macros that others use.
    used: NameSet,
    function_like: HashSet<&'f str>,
}

impl Macros {
    /// Finds them in `files`; only those for which `listed` holds become candidates. `given` are the
    /// macros that somebody defines outside of the files.
    pub(crate) fn find(
        files: &Files,
        raw_numbers: bool,
        given: &NameSet,
        listed: impl Fn(Index) -> bool,
    ) -> Self {
        let search = Search::new(files, raw_numbers);
        let mut macros = Self {
            candidates: Vec::new(),
            families: Vec::new(),
            unwrapped: Vec::new(),
            unread: Vec::new(),
            contested: NameSet::default(),
            redefined: Redefined::default(),
            choosing: HashSet::new(),
        };
        for (index, file) in files.loaded.iter().enumerate() {
            if listed(index) && !is_ioctl_h(file) {
                macros.collect(&search, index, file);
            }
        }
        macros.find_unread(&search, listed);
        other_names(files, given, &mut macros.candidates);
        macros.redefined = search.redefined;
        macros.contested = contested(files, &macros);
        macros
    }

    /// Finds what defines commands and is no candidate.
    fn find_unread(&mut self, search: &Search<'_>, listed: impl Fn(Index) -> bool) {
        let files = search.files;
        let listed = || files.loaded.iter().enumerate().filter(|(index, _)| listed(*index));
        let makers = search.makers();
        for (index, file) in listed().filter(|(_, file)| !is_ioctl_h(file)) {
            self.unread.extend(unread::by_macros(index, file, &makers));
        }
        let mut calls: Vec<(Index, &Loaded, &Define, &str)> = Vec::new();
        for (index, file) in listed() {
            for define in file.scan.defines.iter().filter(|define| define.parameters.is_none()) {
                let callee = unread::callee(file, define).filter(|name| !files.defines(name));
                calls.extend(callee.map(|callee| (index, file, define, callee)));
            }
        }
        let names: HashSet<&str> = calls.iter().map(|(.., callee)| *callee).collect();
        let encoders = unread::encoders(files, &names, &search.reached);
        for (index, _, define, callee) in calls {
            if encoders.contains(callee) {
                self.unread.push(Unread {
                    name: define.name.clone(),
                    file: index,
                    at: define.at.clone(),
                    reason: format!("`{callee}` is a function, and a number has to be a constant"),
                });
            }
        }
    }

    fn collect(&mut self, search: &Search<'_>, index: Index, file: &Loaded) {
        let mut known: HashSet<&str> = HashSet::new();
        for (at, define) in file.scan.defines.iter().enumerate() {
            // Most texts have no `?`, and need not be taken apart.
            let text = file.slice(&define.body);
            if text.contains('?') && is_conditional(text) {
                self.choosing.insert((index, define.hash));
            }
            // `#define F F`, so that programs can ask for an enumerator by `#ifdef`.
            if *define.words == [define.hash] {
                continue;
            }
            if define.parameters.is_some() {
                if search.reaches(define) && !search.used.contains(&define.hash) {
                    self.families.push(FamilyCandidate { file: index, define: at });
                }
                continue;
            }
            let Some(kind) = search.kind(index, define) else {
                if let Some(wrapper) = search.absent_wrapper(define) {
                    let name = define.name.clone();
                    let define = at;
                    self.unwrapped.push(Unwrapped { name, file: index, define, wrapper });
                }
                continue;
            };
            if known.insert(&define.name) {
                self.candidates.push(Candidate {
                    name: define.name.clone(),
                    file: index,
                    definition: Definition::Macro(at),
                    kind,
                    stands_for: None,
                });
            }
        }
        // Those that count from one are what that one is.
        let mut counted_from: Option<(&Range<u32>, Option<CandidateKind>)> = None;
        for (at, enumerator) in file.scan.enumerators.iter().enumerate() {
            let kind = match counted_from.take() {
                Some((body, kind)) if *body == enumerator.body => kind,
                _ => search.kind(index, enumerator),
            };
            counted_from = Some((&enumerator.body, kind.clone()));
            let Some(kind) = kind else { continue };
            if kind != CandidateKind::RawNumber && known.insert(&enumerator.name) {
                self.candidates.push(Candidate {
                    name: enumerator.name.clone(),
                    file: index,
                    definition: Definition::Enumerator(at),
                    kind,
                    stands_for: None,
                });
            }
        }
    }
}

impl<'f> Search<'f> {
    fn new(files: &'f Files, raw_numbers: bool) -> Self {
        let roots = ROOTS.iter().map(|name| hash(name)).collect();
        let reached = files.uses.reach_through_enumerators(&files.loaded, roots);
        let mut used = NameSet::default();
        for define in files.loaded.iter().flat_map(|file| &file.scan.defines) {
            let name = define.hash;
            if reached.contains(&name) {
                used.extend(define.words.iter().filter(|word| **word != name));
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
        Self {
            files,
            raw_numbers,
            redefined: Redefined::find(files),
            pasted: reach(files, pasting(files, &reached)),
            shifting: reach(files, shifting(files, &reached)),
            absent: absent(files),
            reached,
            used,
            function_like,
        }
    }

    /// The function-like macros that come to commands.
    fn makers(&self) -> HashSet<&'f str> {
        let all = self.files.loaded.iter().flat_map(|file| &file.scan.defines);
        let makes = |hash: &u64| self.reached.contains(hash) || self.pasted.contains(hash);
        all.filter(|define| define.parameters.is_some() && makes(&define.hash))
            .map(|define| define.name.as_str())
            .chain(ROOTS)
            .collect()
    }

    /// Whether a definition reaches `_IOC` by its own text: elsewhere, the same name may stand for a
    /// plain number.
    fn reaches(&self, define: &Define) -> bool {
        define.words.iter().any(|word| self.reached.contains(word))
    }

    fn kind(&self, index: Index, define: &Define) -> Option<CandidateKind> {
        let file = &self.files.loaded[index];
        let uses = |set: &NameSet| define.words.iter().any(|word| set.contains(word));
        let is_redefined = self.redefined.holds_in(index);
        let shifts = self.shifting.contains(&define.hash) || uses(&self.shifting);
        if (shifts || is_redefined)
            && let Some(kind) = self.own_encoder(index, define)
        {
            return Some(kind);
        }
        if self.reaches(define) {
            let is_alias = self.function_like.contains(file.slice(&define.body));
            return (!is_alias).then_some(CandidateKind::Command);
        }
        if uses(&self.pasted) {
            return Some(CandidateKind::Pasted);
        }
        let is_raw = self.raw_numbers && looks_like_command(file, define);
        is_raw.then_some(CandidateKind::RawNumber)
    }

    fn own_encoder(&self, index: Index, define: &Define) -> Option<CandidateKind> {
        let text = self.files.loaded[index].slice(&define.body);
        let names = AnyType(self.redefined.names(self.files, index));
        let parts = take_apart(&parse_expression(text, &names)?, Encoding::Generic)?;
        let is_ioc_of_its_own = self.redefined.holds_in(index) && self.reaches(define);
        if !parts.is_telling() && !is_ioc_of_its_own {
            return None;
        }
        let first = tokens(text).find_map(|(_, token)| match token {
            Token::Word(word) if self.function_like.contains(word) => Some(word.to_owned()),
            _ => None,
        });
        Some(CandidateKind::OwnEncoder {
            encoder: first.unwrap_or_default(),
            operands: sizeof_operands(&expand(text, &names)?),
        })
    }

    /// The wrapper that nothing defines, if that is what makes the macro look like a command.
    fn absent_wrapper(&self, define: &Define) -> Option<String> {
        define.words.iter().find_map(|word| self.absent.get(word).cloned())
    }
}

/// Notes what each candidate stands for that is only another name: `#define A B`, where B may be one
/// more. So the compiler is asked about the end of a chain, and does not walk the whole of it for each
/// of its links.
fn other_names(files: &Files, given: &NameSet, candidates: &mut [Candidate]) {
    let mut known: ByName<Option<&str>> = ByName::default();
    for candidate in candidates {
        if !matches!(candidate.definition, Definition::Macro(_)) {
            continue;
        }
        let mut chain = Vec::new();
        let mut at = hash(&candidate.name);
        let mut end = None;
        while let Some(next) = other_name(files, given, at) {
            if let Some(further) = known.get(&at) {
                end = *further;
                break;
            }
            // In a circle, each one is asked about by its own name.
            known.insert(at, None);
            chain.push(at);
            end = Some(next);
            at = hash(next);
        }
        for name in chain {
            known.insert(name, end);
        }
        candidate.stands_for = end.map(str::to_owned);
    }
}

/// The one word that a macro comes to wherever it is defined.
fn other_name<'f>(files: &'f Files, given: &NameSet, macro_name: u64) -> Option<&'f str> {
    let (file, define) = files.only_definition(macro_name)?;
    let is_condition = |region: usize| !file.scan.regions[region].is_guard;
    if define.parameters.is_some()
        || define.words.len() != 1
        || define.region.is_some_and(is_condition)
        || given.contains(&macro_name)
    {
        return None;
    }
    let mut word = None;
    for (_, token) in tokens(file.slice(&define.body)) {
        match token {
            Token::Word(only) => word = Some(only),
            Token::Punctuation("(" | ")") => {}
            _ => return None,
        }
    }
    word
}

/// What stands in parentheses behind each `sizeof`.
fn sizeof_operands(words: &[Word<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in words.iter().enumerate().filter(|(_, word)| *word == "sizeof") {
        let mut depth = 0;
        let inner = words[at + 1..].iter().take_while(|word| {
            match &***word {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth > 0
        });
        let operand: Vec<&str> = inner.skip(1).map(|word| &**word).collect();
        if !operand.is_empty() {
            found.push(operand.join(" "));
        }
    }
    found
}

/// Function-like macros that make a name with `##` that may be one of those that reach `_IOC`.
fn pasting(files: &Files, reached: &NameSet) -> NameSet {
    let all =
        || files.loaded.iter().flat_map(|file| file.scan.defines.iter().map(move |d| (file, d)));
    let is_function = |define: &Define| define.parameters.is_some();
    let targets: Vec<&str> = all()
        .filter(|(_, define)| is_function(define) && reached.contains(&define.hash))
        .map(|(_, define)| define.name.as_str())
        .chain(ROOTS)
        .collect();
    let is_possible = |pieces: &[Option<&str>]| {
        let begins = |name: &str| {
            pieces.first().is_none_or(|piece| piece.is_none_or(|p| name.starts_with(p)))
        };
        let ends =
            |name: &str| pieces.last().is_none_or(|piece| piece.is_none_or(|p| name.ends_with(p)));
        targets.iter().any(|name| begins(name) && ends(name))
    };
    all()
        .filter(|(file, define)| {
            let Some(parameters) = &define.parameters else { return false };
            let text = file.slice(&define.body);
            text.contains("##")
                && pasted_names(text, parameters).iter().any(|name| is_possible(name))
        })
        .map(|(_, define)| define.hash)
        .collect()
}

/// The names that `##` makes in front of a parenthesis, by their pieces; a parameter may be anything.
fn pasted_names<'t>(text: &'t str, parameters: &[String]) -> Vec<Vec<Option<&'t str>>> {
    let mut found = Vec::new();
    let mut name: Vec<Option<&str>> = Vec::new();
    let mut joins = false;
    for (_, token) in tokens(text) {
        match token {
            Token::Punctuation("##") => joins = true,
            Token::Punctuation("(") if name.len() > 1 => {
                found.push(std::mem::take(&mut name));
                joins = false;
            }
            Token::Word(word) => {
                if !joins {
                    name.clear();
                }
                let is_parameter = parameters.iter().any(|parameter| parameter == word);
                name.push((!is_parameter).then_some(word));
                joins = false;
            }
            _ => {
                name.clear();
                joins = false;
            }
        }
    }
    found
}

/// Macros, enumerators and constants whose own text shifts more than once and that do not reach `_IOC`.
fn shifting(files: &Files, reached: &NameSet) -> NameSet {
    let mut found = NameSet::default();
    for file in &files.loaded {
        for define in file.scan.defines.iter().chain(&file.scan.enumerators) {
            let name = define.hash;
            if !reached.contains(&name) && file.slice(&define.body).matches("<<").nth(1).is_some() {
                found.insert(name);
            }
        }
    }
    found
}

/// Wrappers of `_IOC` by their looks that no file defines, and the macros that use one, each with the
/// wrapper's name.
fn absent(files: &Files) -> ByName<String> {
    let mut absent: ByName<String> = ByName::default();
    for file in &files.loaded {
        for define in &file.scan.defines {
            let text = file.slice(&define.body);
            if !text.contains("IO") || !text.contains('(') {
                continue;
            }
            let mut tokens = tokens(text).map(|(_, token)| token).peekable();
            while let Some(token) = tokens.next() {
                if let Token::Word(word) = token
                    && tokens.peek() == Some(&Token::Punctuation("("))
                    && is_wrapper_by_name(word)
                    && !files.defines(word)
                    && !define.parameters.iter().flatten().any(|parameter| parameter == word)
                {
                    absent.insert(hash(word), word.to_owned());
                }
            }
        }
    }
    let mut todo: Vec<u64> = absent.keys().copied().collect();
    todo.sort_unstable();
    while let Some(name) = todo.pop() {
        for (_, user) in files.uses.defines(&files.loaded, name) {
            if absent.contains_key(&user.hash) {
                continue;
            }
            // Of two, the one that its text names first.
            if let Some(first) = user.words.iter().find_map(|word| absent.get(word).cloned()) {
                absent.insert(user.hash, first);
                todo.push(user.hash);
            }
        }
    }
    absent
}

/// Whether a name speaks of `_IO` and its kin: `DRM_IOWR`, `MY_IOC`, `_SIOR`, `FOO_IOCTL_R`; not
/// `IO_ADDRESS`, nor `IOC_STATE` of a chip.
fn is_wrapper_by_name(name: &str) -> bool {
    const ANYWHERE: [&str; 7] = ["IOR", "IOW", "IOWR", "IORW", "IOCTL", "IOCR", "IOCW"];
    let is_upper = !name.contains(|c: char| c.is_ascii_lowercase());
    let mut words = name.split('_').map(|word| word.strip_prefix('S').unwrap_or(word));
    let at_end = || name.contains('_') && (name.ends_with("_IO") || name.ends_with("_IOC"));
    // A wrapper that is there to keep old commands from being used.
    let is_retired = ["OBSOLETE", "DEPRECATED"].iter().any(|word| name.contains(word));
    is_upper && !is_retired && (words.any(|word| ANYWHERE.contains(&word)) || at_end())
}

/// The span of a macro's name, and the one from its name to the end of its text.
pub(crate) fn spans(file: &Loaded, define: &Define) -> (Span, Span) {
    let name = Span { file: file.id, start: define.at.start, end: define.at.end };
    (name, Span { end: define.body.end.max(define.at.end), ..name })
}

/// The names of all macros whose expansion reaches one of `names`, and these.
pub(crate) fn reach(files: &Files, names: NameSet) -> NameSet {
    files.uses.reach(&files.loaded, names)
}

/// The header that defines the macros themselves.
pub(crate) fn is_ioctl_h(file: &Loaded) -> bool {
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
    let words: Vec<Token<'_>> = words.by_ref().map(|(_, token)| token).take(6).collect();
    let number = match words[..] {
        [Token::Number(number)] => number,
        // `('q' << 8) | 1`: a letter and an nr.
        [
            Token::Quoted(letter),
            Token::Punctuation("<<"),
            Token::Number("8"),
            Token::Punctuation("|" | "+"),
            Token::Number(_),
        ] => {
            return letter.starts_with('\'');
        }
        _ => return false,
    };
    let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")).unwrap_or("");
    let digits = digits.trim_end_matches(['u', 'U', 'l', 'L']);
    let value =
        crate::c::lex::expression::integer(number).and_then(|value| u32::try_from(value).ok());
    matches!(digits.len(), 4 | 8) && value.is_some_and(|value| (value >> 8) as u8 != 0)
}

/// Names on which a command depends and that two files define with different text. Such headers
/// cannot be read together.
fn contested(files: &Files, macros: &Macros) -> NameSet {
    let mut texts: ByName<(Index, &str, bool)> = ByName::default();
    let mut words: ByName<Vec<&[u64]>> = ByName::default();
    for (index, file) in files.loaded.iter().enumerate() {
        for define in &file.scan.defines {
            let text = file.slice(&define.body);
            let entry = texts.entry(define.hash).or_insert((index, text, false));
            if entry.0 != index && entry.1 != text {
                entry.2 = true;
            }
            if !define.words.is_empty() {
                words.entry(define.hash).or_default().push(&*define.words);
            }
        }
    }
    let roots: NameSet = ROOTS.iter().map(|name| hash(name)).collect();
    let mut needed = NameSet::default();
    let defines = macros.candidates.iter().map(|candidate| candidate.define(files));
    let mut todo: Vec<u64> = defines.clone().map(|define| define.hash).collect();
    todo.extend(defines.filter(|define| define.behind == 0).flat_map(|define| &*define.words));
    while let Some(name) = todo.pop() {
        if !roots.contains(&name) && needed.insert(name) {
            todo.extend(words.get(&name).into_iter().flatten().copied().flatten());
        }
    }
    needed.retain(|name| texts.get(name).is_some_and(|(_, _, differs)| *differs));
    needed
}
