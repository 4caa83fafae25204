//! All files of a program.

use std::collections::BTreeSet;

use ioctlkit_model::{FileId, ProgramCode};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::body::{Unit, Walked, walk};
use crate::outline::{Outline, outline};
use crate::preprocess::{self, Branch, Macro, speaks_of_ioctl};
use crate::shared::{Header, Headers, Shared};
use crate::token::{Token, is_at};
use crate::wrappers::{Callees, Wrapper};

/// A file of a program.
#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    /// Which one.
    pub file: FileId,
    /// Its path, by which others include it.
    pub path: &'t str,
    /// Its text.
    pub text: &'t str,
    /// Whether it is C++.
    pub is_cpp: bool,
    /// Whether it is there for what it declares: other files include it.
    pub is_header: bool,
}

/// A file that was taken apart.
struct Parsed<'t> {
    source: Source<'t>,
    tokens: Vec<Token<'t>>,
    outline: Outline<'t>,
    includes: Vec<&'t str>,
    leaves_out_calls: bool,
}

/// Functions may pass on to each other in so many steps.
const ROUNDS: usize = 6;

/// Numbers of structures without a tag that a file may have.
const ANONYMOUS: u32 = 1 << 14;

/// Reads the calls of a program. Files that do not speak of ioctl are parsed only where they call a function
/// that passes on to it.
pub fn read(sources: &[Source<'_>]) -> ProgramCode {
    let (calling, others): (Vec<_>, Vec<_>) = sources
        .iter()
        .enumerate()
        .partition(|(_, source)| source.is_header || speaks_of_ioctl(source.text.as_bytes()));
    let parsed = parse(&calling, Branch::First);
    let (headers, mut files): (Vec<Parsed<'_>>, Vec<Parsed<'_>>) =
        parsed.into_iter().partition(|one| one.source.is_header);
    let of_header = |header: &'_ Parsed<'_>| speaks_of_ioctl(header.source.text.as_bytes());
    let shared = Headers::of(headers.iter().map(Parsed::as_header).collect());
    let mut callees = Callees::of_libraries();
    let mut walked: Vec<&Parsed<'_>> = headers.iter().filter(|it| of_header(it)).collect();
    walked.extend(&files);
    find_wrappers(&walked, &shared, &mut callees);
    let names: Vec<&str> =
        callees.names().filter(|name| !speaks_of_ioctl(name.as_bytes())).collect();
    let calls_one = |text: &str| {
        names.iter().any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some())
    };
    let more: Vec<(usize, &Source<'_>)> =
        others.into_par_iter().filter(|(_, source)| calls_one(source.text)).collect();
    files.extend(parse(&more, Branch::First));
    let mut walked: Vec<&Parsed<'_>> = headers.iter().filter(|it| of_header(it)).collect();
    walked.extend(&files);
    if !more.is_empty() {
        find_wrappers(&walked, &shared, &mut callees);
    }
    let mut code = walk_all(&walked, &shared, &callees).0;
    // What only the branches have that were not read.
    let open: Vec<(usize, &Source<'_>)> = calling
        .iter()
        .filter(|(_, source)| {
            let is_open = |one: &Parsed<'_>| one.source.file == source.file && one.leaves_out_calls;
            files.iter().any(is_open)
        })
        .copied()
        .collect();
    let again = parse(&open, Branch::Last);
    let (more, _) = walk_all(&again.iter().collect::<Vec<_>>(), &shared, &callees);
    let known: BTreeSet<_> = code.calls.iter().map(|call| call.span).collect();
    let lost: BTreeSet<_> = code.not_understood.iter().map(|call| call.span).collect();
    let is_new = |span| !known.contains(&span) && !lost.contains(&span);
    code.calls.extend(more.calls.into_iter().filter(|call| is_new(call.span)));
    code.not_understood.extend(more.not_understood.into_iter().filter(|call| is_new(call.span)));
    code.files = files.iter().map(|one| one.source.file).collect();
    code.files.sort();
    code.calls.sort_by_key(|call| call.span);
    code.not_understood.sort_by_key(|call| call.span);
    code.not_understood.dedup();
    code
}

impl<'t> Parsed<'t> {
    fn as_header(&self) -> Header<'_, 't> {
        Header {
            path: self.source.path,
            includes: &self.includes,
            declared: &self.outline.declared,
        }
    }
}

fn parse<'t>(sources: &[(usize, &Source<'t>)], branch: Branch) -> Vec<Parsed<'t>> {
    let one = |(place, source): &(usize, &Source<'t>)| {
        let text = preprocess::read(source.text, source.is_cpp, branch);
        let first = (*place as u32).wrapping_mul(ANONYMOUS);
        let mut outline = outline(&text.tokens, source.is_cpp, first);
        outline.declared.macros = text.macros;
        Parsed {
            source: **source,
            tokens: text.tokens,
            outline,
            includes: text.includes,
            leaves_out_calls: text.leaves_out_calls,
        }
    };
    sources.par_iter().map(one).collect()
}

fn find_wrappers<'t>(parsed: &[&Parsed<'t>], shared: &Headers<'_, 't>, callees: &mut Callees<'t>) {
    for _ in 0..ROUNDS {
        let (_, wrappers) = walk_all(parsed, shared, callees);
        let mut is_new = false;
        for wrapper in wrappers {
            is_new |= callees.add(wrapper);
        }
        if !is_new {
            return;
        }
    }
}

fn walk_all<'t>(
    parsed: &[&Parsed<'t>],
    shared: &Headers<'_, 't>,
    callees: &Callees<'t>,
) -> (ProgramCode, Vec<Wrapper<'t>>) {
    // A macro of a header that leads to no call leads to none in the files that see some of them.
    let of_headers = calling_macros(shared.macros(), callees);
    let one = |file: &&Parsed<'t>| {
        let included = shared.included(file.source.path, &file.includes);
        let seen = Shared { headers: shared, included: &included };
        let own = &file.outline.declared.macros;
        // A name that is redefined here is what it is here.
        let others = of_headers.iter().filter(|name| !own.contains_key(*name));
        let others = others.filter_map(|name| Some((*name, seen.macro_of(name)?)));
        let macros = own.iter().map(|(name, made)| (*name, made)).chain(others);
        let macros = calling_macros(macros, callees);
        let unit = Unit {
            file: file.source.file,
            is_cpp: file.source.is_cpp,
            tokens: &file.tokens,
            functions: &file.outline.functions,
            declared: &file.outline.declared,
            shared: seen,
        };
        walk(&unit, callees, &macros)
    };
    let walked: Vec<Walked<'t>> = parsed.par_iter().map(one).collect();
    let mut code = ProgramCode::default();
    let mut wrappers = Vec::new();
    for one in walked {
        code.calls.extend(one.code.calls);
        code.not_understood.extend(one.code.not_understood);
        wrappers.extend(one.wrappers);
    }
    (code, wrappers)
}

/// The macros that call, by themselves or through others.
fn calling_macros<'t, 'm>(
    macros: impl Iterator<Item = (&'t str, &'m Macro<'t>)>,
    callees: &Callees<'t>,
) -> FxHashSet<&'t str>
where
    't: 'm,
{
    let mut calling = FxHashSet::default();
    let mut users: FxHashMap<&str, Vec<&'t str>> = FxHashMap::default();
    let mut open: Vec<&'t str> = Vec::new();
    for (name, made) in macros {
        for (at, token) in made.body.iter().enumerate().filter(|(_, token)| token.is_name()) {
            let is_called = is_at(&made.body, at + 1, "(") && token.text != name;
            if is_called && callees.has(token.text) {
                open.push(name);
            }
            users.entry(token.text).or_default().push(name);
        }
    }
    while let Some(name) = open.pop() {
        if calling.insert(name) {
            open.extend(users.get(name).into_iter().flatten());
        }
    }
    calling
}
