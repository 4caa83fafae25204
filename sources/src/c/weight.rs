//! How much a header becomes once its macros are expanded and its includes are read, estimated before
//! the compiler sees it: a few hundred bytes may become gigabytes, or nest deeper than a parser's stack.
//!
//! What a macro comes to is linear in what its arguments come to, so one pass in the order of use is
//! enough. The estimate follows how people write macros; one that hides what it calls is left to the
//! limits of the process.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use rayon::prelude::*;

use crate::c::files::{Index, Loaded};
use crate::c::lex::names::hash;
use crate::c::lex::scan::{Define, Token, tokens};

/// Tokens that a file may become. The largest of the kernel's exported headers becomes 300 000.
const MOST_TOKENS: u64 = 4 << 20;

/// Bytes that a file and all that it includes may have, where what has no guard counts each time.
const MOST_BYTES: u64 = 256 << 20;

/// Tokens that may follow each other without a separator. Each may be an operator within the last one.
const LONGEST_RUN: u64 = 2000;

/// A macro that is used so often that a file with it is looked at in full.
const HEAVY: u64 = 64;

/// Parentheses within parentheses, up to which no macro that is not heavy becomes much.
const SHALLOW: usize = 5;

/// Why a file is not handed to the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TooMuch {
    /// It becomes too many tokens.
    Tokens,
    /// It includes others, which include others, until it has too many bytes.
    Includes,
    /// It has, or becomes, too long an expression or declaration.
    Run,
}

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tokens => write!(f, "its macros expand to more than {MOST_TOKENS} tokens"),
            Self::Includes => {
                write!(
                    f,
                    "with what it includes, again and again, it has more than {MOST_BYTES} bytes"
                )
            }
            Self::Run => {
                write!(f, "it has an expression or a declaration of more than {LONGEST_RUN} tokens")
            }
        }
    }
}

/// The files that become too much.
pub(crate) fn too_much(
    files: &[Loaded],
    includes: &HashMap<Index, Vec<Index>>,
) -> Vec<(Index, TooMuch)> {
    let weights = Weights::of(files);
    let bytes = with_includes(files, includes);
    let becomes = |index: Index| {
        let file = &files[index];
        let is_read = !file.is_virtual && file.instead.as_ref().is_none_or(|text| !text.is_empty());
        is_read.then(|| weights.too_much(file)).flatten().or_else(|| {
            (bytes.get(&index).is_some_and(|bytes| *bytes > MOST_BYTES))
                .then_some(TooMuch::Includes)
        })
    };
    (0..files.len())
        .into_par_iter()
        .filter_map(|index| becomes(index).map(|reason| (index, reason)))
        .collect()
}

/// How many bytes each file has with what it includes. A file that includes itself counts once: there is
/// a condition, or the compiler ends it.
fn with_includes(files: &[Loaded], includes: &HashMap<Index, Vec<Index>>) -> HashMap<Index, u64> {
    let has_guard = |file: &Loaded| {
        file.scan.regions.first().is_some_and(|region| region.is_guard)
            || file.text.contains("#pragma once")
    };
    let next = |index: Index| includes.get(&index).into_iter().flatten().copied();
    let mut bytes: HashMap<Index, u64> = HashMap::new();
    let ordered = behind_what_they_use(includes.keys().copied(), next);
    for index in ordered {
        let further = next(index).filter(|next| !has_guard(&files[*next]));
        let own = files[index].text.len() as u64;
        let sum = further
            .filter_map(|next| bytes.get(&next))
            .fold(own, |sum, more| sum.saturating_add(*more));
        bytes.insert(index, sum);
    }
    bytes
}

/// Counts of an expansion, as sums of those of the arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Form {
    tokens: u64,
    separators: u64,
    /// How often each parameter is in it.
    parameters: BTreeMap<usize, u64>,
}

impl Form {
    fn add(&mut self, other: &Self, times: u64) {
        self.tokens = self.tokens.saturating_add(other.tokens.saturating_mul(times));
        self.separators = self.separators.saturating_add(other.separators.saturating_mul(times));
        for (parameter, count) in &other.parameters {
            let sum = self.parameters.entry(*parameter).or_default();
            *sum = sum.saturating_add(count.saturating_mul(times));
        }
    }

    fn token(&mut self, token: Token<'_>) {
        self.tokens = self.tokens.saturating_add(1);
        if is_separator(token) {
            self.separators = self.separators.saturating_add(1);
        }
    }

    fn is_heavy(&self) -> bool {
        self.tokens > HEAVY || self.parameters.values().any(|count| *count > HEAVY / 8)
    }

    /// The larger of each.
    fn or(mut self, other: Self) -> Self {
        self.tokens = self.tokens.max(other.tokens);
        self.separators = self.separators.min(other.separators);
        for (parameter, count) in other.parameters {
            let known = self.parameters.entry(parameter).or_default();
            *known = count.max(*known);
        }
        self
    }
}

fn is_separator(token: Token<'_>) -> bool {
    matches!(token, Token::Punctuation(";" | "," | "{" | "}"))
}

/// What is known of a macro.
#[derive(Debug, Clone, Default)]
struct Known {
    form: Form,
    /// How many parameters it has, if it takes any.
    takes: Option<usize>,
    /// The function-like macro that it is another name of.
    alias: Option<u64>,
}

/// What every macro of some files comes to.
#[derive(Debug, Default)]
struct Weights {
    known: HashMap<u64, Known>,
    heavy: Vec<u64>,
}

impl Weights {
    /// Of all macros that the files define, whatever the conditions.
    fn of(files: &[Loaded]) -> Self {
        let mut defined: HashMap<u64, Vec<(Index, usize)>> = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            for (at, define) in file.scan.defines.iter().enumerate() {
                defined.entry(hash(&define.name)).or_default().push((index, at));
            }
        }
        let mut weights = Self::default();
        let uses = |name: u64| {
            let places = defined.get(&name).into_iter().flatten();
            places.flat_map(|(index, at)| files[*index].scan.defines[*at].words.iter()).copied()
        };
        for name in behind_what_they_use(defined.keys().copied(), uses) {
            let Some(places) = defined.get(&name) else { continue };
            let known = places
                .iter()
                .map(|(index, at)| weights.define(&files[*index], &files[*index].scan.defines[*at]))
                .reduce(|one, other| Known { form: one.form.or(other.form), ..other })
                .unwrap_or_default();
            if known.form.is_heavy() {
                weights.heavy.push(name);
            }
            weights.known.insert(name, known);
        }
        weights
    }

    fn define(&self, file: &Loaded, define: &Define) -> Known {
        let parameters: HashMap<&str, usize> =
            define.parameters.iter().flatten().map(String::as_str).zip(0..).collect();
        let body = file.slice(&define.body);
        let form = self.expand(tokens(body).map(|(_, token)| token), &parameters);
        let mut words = tokens(body);
        let only = words.next().filter(|_| words.next().is_none());
        let alias = only
            .filter(|_| define.parameters.is_none())
            .map(|(_, token)| hash(token.text()))
            .map(|name| self.function_named(name).unwrap_or(name));
        Known { form, takes: define.parameters.as_ref().map(Vec::len), alias }
    }

    /// The macro with parameters that a name means in front of a parenthesis.
    fn function_named(&self, name: u64) -> Option<u64> {
        let known = self.known.get(&name)?;
        if known.takes.is_some() { Some(name) } else { known.alias }
    }

    fn expand<'t>(
        &self,
        words: impl Iterator<Item = Token<'t>>,
        parameters: &HashMap<&str, usize>,
    ) -> Form {
        /// A call whose end has not been seen.
        struct Call<'a> {
            callee: &'a Known,
            arguments: Vec<Form>,
            parentheses: u32,
        }
        fn current<'c>(whole: &'c mut Form, calls: &'c mut [Call<'_>]) -> &'c mut Form {
            calls.last_mut().and_then(|call| call.arguments.last_mut()).unwrap_or(whole)
        }
        let mut whole = Form::default();
        let mut calls: Vec<Call<'_>> = Vec::new();
        let mut words = words.peekable();
        while let Some(token) = words.next() {
            match token {
                Token::Word(word) => {
                    if let Some(parameter) = parameters.get(word) {
                        let form = Form { parameters: [(*parameter, 1)].into(), ..Form::default() };
                        current(&mut whole, &mut calls).add(&form, 1);
                        continue;
                    }
                    let called = words.peek() == Some(&Token::Punctuation("("));
                    let function = called.then(|| self.function_named(hash(word))).flatten();
                    if let Some(callee) = function.and_then(|name| self.known.get(&name)) {
                        words.next();
                        let arguments = vec![Form::default()];
                        calls.push(Call { callee, arguments, parentheses: 0 });
                        continue;
                    }
                    match self.known.get(&hash(word)).filter(|known| known.takes.is_none()) {
                        Some(object) => current(&mut whole, &mut calls).add(&object.form, 1),
                        None => current(&mut whole, &mut calls).token(token),
                    }
                }
                Token::Punctuation(",") if calls.last().is_some_and(|it| it.parentheses == 0) => {
                    calls
                        .iter_mut()
                        .last()
                        .into_iter()
                        .for_each(|it| it.arguments.push(Form::default()));
                }
                Token::Punctuation(")") if calls.last().is_some_and(|it| it.parentheses == 0) => {
                    let Some(Call { callee, arguments, .. }) = calls.pop() else { continue };
                    let last = callee.takes.unwrap_or(0).saturating_sub(1);
                    let mut result = callee.form.clone();
                    result.parameters.clear();
                    for (at, argument) in arguments.iter().enumerate() {
                        // What is more than the parameters belongs to the dots.
                        let times = callee.form.parameters.get(&at.min(last)).copied();
                        result.add(argument, times.unwrap_or(0));
                    }
                    current(&mut whole, &mut calls).add(&result, 1);
                }
                _ => {
                    if let Some(call) = calls.last_mut() {
                        match token {
                            Token::Punctuation("(") => call.parentheses += 1,
                            Token::Punctuation(")") => call.parentheses -= 1,
                            _ => {}
                        }
                    }
                    current(&mut whole, &mut calls).token(token);
                }
            }
        }
        // A call that never ends is none.
        for argument in calls.iter().flat_map(|call| &call.arguments) {
            whole.add(argument, 1);
        }
        whole
    }

    /// Whether a file becomes too much, by itself.
    fn too_much(&self, file: &Loaded) -> Option<TooMuch> {
        let mut run = 0;
        for token in outside_of_definitions(file) {
            // Directives are separated by their lines.
            let ends = is_separator(token) || token == Token::Punctuation("#");
            run = if ends { 0 } else { run + 1 };
            if run > LONGEST_RUN {
                return Some(TooMuch::Run);
            }
        }
        let mentions_heavy = self.heavy.iter().any(|name| file.scan.mentions(*name));
        if !mentions_heavy && depth(&file.text) <= SHALLOW {
            return None;
        }
        let whole = self.expand(outside_of_definitions(file), &HashMap::new());
        if whole.tokens > MOST_TOKENS {
            return Some(TooMuch::Tokens);
        }
        let is_run = |name: &&u64| {
            let form = &self.known[*name].form;
            file.scan.mentions(**name) && form.separators == 0 && form.tokens > LONGEST_RUN
        };
        self.heavy.iter().any(|name| is_run(&name)).then_some(TooMuch::Run)
    }
}

/// The tokens of a file without those of its macros.
fn outside_of_definitions(file: &Loaded) -> impl Iterator<Item = Token<'_>> {
    let mut defines = file.scan.defines.iter().peekable();
    let end = |define: &Define| define.at.end.max(define.body.end) as usize;
    tokens(&file.text).filter_map(move |(at, token)| {
        while defines.next_if(|define| end(define) <= at).is_some() {}
        let is_of_define = defines.peek().is_some_and(|define| define.at.start as usize <= at);
        (!is_of_define).then_some(token)
    })
}

/// How deep parentheses are nested, strings and comments included.
fn depth(text: &str) -> usize {
    let mut depth = 0usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Things so that each stands behind those that it uses, as far as there is such an order.
fn behind_what_they_use<T: Copy + Eq + Hash, I: Iterator<Item = T>>(
    all: impl Iterator<Item = T>,
    uses: impl Fn(T) -> I,
) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut ordered = Vec::new();
    for first in all {
        let mut open = vec![(first, false)];
        while let Some((one, is_done)) = open.pop() {
            if is_done {
                ordered.push(one);
            } else if seen.insert(one) {
                open.push((one, true));
                open.extend(uses(one).map(|used| (used, false)));
            }
        }
    }
    ordered
}
