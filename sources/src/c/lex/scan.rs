//! What the text of a header says before any compiler reads it: which files it includes, which
//! macros it defines, and what its conditions ask for.

use std::ops::Range;
use std::sync::Arc;

use crate::c::lex::names::{hash, is_word, is_word_start};
use crate::c::lex::{constants, enumerators};

/// What one file's text holds.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Every directive, from its `#` to the end of its line, continued lines included.
    pub(crate) directives: Vec<Range<u32>>,
    pub(crate) includes: Vec<Include>,
    pub(crate) defines: Vec<Define>,
    /// Enumerators and constants with a value of words, as the macros that they could have been.
    pub(crate) enumerators: Vec<Define>,
    /// The names of macros that are invoked between enumerators, or where a declaration of the file begins.
    pub(crate) invocations: Vec<Range<u32>>,
    /// Conditional regions, outer ones before the ones they hold.
    pub(crate) regions: Vec<Region>,
    /// Where the innermost region becomes another one, by offset.
    innermost: Vec<(u32, Option<usize>)>,
    /// `#pragma pack` as it changes, by offset; `None` is the natural packing.
    pub(crate) packing: Vec<(u32, Option<u64>)>,
    /// Opening braces without a closing one. What is left open swallows the header behind it.
    pub(crate) open_braces: i64,
    /// Every identifier outside comments and strings, hashed, sorted.
    pub(crate) identifiers: Vec<u64>,
    /// Comments with their delimiters, in order.
    pub(crate) comments: Vec<Range<u32>>,
}

/// An `#include`.
#[derive(Debug)]
pub(crate) struct Include {
    pub(crate) name: String,
    pub(crate) quoted: bool,
    /// The directive.
    pub(crate) at: Range<u32>,
    /// Whether only a condition other than an include guard leads here.
    pub(crate) conditional: bool,
    /// Whether a condition on `__KERNEL__` keeps programs from it.
    pub(crate) kernel_only: bool,
}

/// A `#define`.
#[derive(Debug)]
pub(crate) struct Define {
    pub(crate) name: String,
    /// The name, hashed.
    pub(crate) hash: u64,
    /// The name's place.
    pub(crate) at: Range<u32>,
    /// The parameters of a function-like macro.
    pub(crate) parameters: Option<Vec<String>>,
    /// Where the text stands.
    pub(crate) body: Range<u32>,
    /// The words of the text, hashed. Enumerators that count from one share its words.
    pub(crate) words: Arc<[u64]>,
    /// The innermost region that it stands in.
    pub(crate) region: Option<usize>,
    /// For an enumerator without a value: how many enumerators it stands behind the one whose value
    /// the text is.
    pub(crate) behind: u32,
}

/// The text between a condition and the directive that ends it.
#[derive(Debug)]
pub(crate) struct Region {
    /// The directive that opens it.
    pub(crate) directive: Range<u32>,
    /// The identifiers of the directive, hashed. What those before it in the same `#if` chain ask
    /// for decides too, see [`Scan::asked`].
    pub(crate) identifiers: Vec<u64>,
    /// The region in front of it in the chain.
    pub(crate) before: Option<usize>,
    pub(crate) parent: Option<usize>,
    /// From this region outwards, the first one that asks for an ABI.
    pub(crate) asking: Option<usize>,
    /// `#ifndef X` around a file that then defines X.
    pub(crate) is_guard: bool,
    pub(crate) readers: Readers,
}

/// Whether a name has the letters of a macro's.
fn is_macro_by_name(name: &str) -> bool {
    !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Who reads a region, as far as its condition asks for `__KERNEL__`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Programs and the kernel, or nobody can tell.
    Any,
    /// The kernel alone.
    Kernel,
    /// All programs, and the kernel never: what stands in the `#else` is the kernel's.
    Programs,
}

impl Readers {
    /// By the words of an `#if`, `#ifdef`, `#ifndef` or `#elif`.
    fn of(directive: &[(usize, Token<'_>)]) -> Self {
        let words = || directive.iter().map(|(_, token)| token.text());
        let Some(place) = words().position(|word| word == "__KERNEL__") else { return Self::Any };
        let before = directive[..place].iter().rev().map(|(_, token)| token.text());
        let is_negated =
            before.take_while(|word| ["!", "(", "defined"].contains(word)).any(|it| it == "!")
                || words().next() == Some("ifndef");
        match (words().any(|word| word == "||"), is_negated, words().any(|word| word == "&&")) {
            (false, false, _) => Self::Kernel,
            (false, true, false) => Self::Programs,
            _ => Self::Any,
        }
    }
}

/// A token of C, as far as this front end cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    /// A string or a character constant, quotes included.
    Quoted(&'a str),
    Punctuation(&'a str),
}

impl<'a> Token<'a> {
    pub(crate) fn text(self) -> &'a str {
        match self {
            Token::Word(text)
            | Token::Number(text)
            | Token::Quoted(text)
            | Token::Punctuation(text) => text,
        }
    }
}

/// The tokens of `text` with their offsets. Comments and line continuations are white space.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = (usize, Token<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at = skip_blank(text.as_bytes(), at, false, |_| {});
        let start = at;
        let token = next_token(text, start)?;
        at = start + token.text().len();
        Some((start, token))
    })
}

fn next_token(text: &str, start: usize) -> Option<Token<'_>> {
    let bytes = text.as_bytes();
    let first = *bytes.get(start)?;
    let mut end = start + 1;
    if is_word_start(first) {
        while end < bytes.len() && is_word(bytes[end]) {
            end += 1;
        }
        return Some(Token::Word(&text[start..end]));
    }
    if first.is_ascii_digit() {
        while end < bytes.len() && (is_word(bytes[end]) || bytes[end] == b'.') {
            end += 1;
        }
        return Some(Token::Number(&text[start..end]));
    }
    if first == b'"' || first == b'\'' {
        while end < bytes.len() && bytes[end] != first && bytes[end] != b'\n' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        // What is not closed ends with its line, which is not part of it.
        if bytes.get(end) == Some(&first) {
            end += 1;
        }
        end = end.min(bytes.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        return Some(Token::Quoted(&text[start..end]));
    }
    let next = bytes.get(end).copied();
    let is_pair = match first {
        b'<' | b'>' => next == Some(first) || next == Some(b'='),
        b'=' | b'!' => next == Some(b'='),
        b'&' | b'|' | b'#' => next == Some(first),
        _ => false,
    };
    end += usize::from(is_pair);
    Some(Token::Punctuation(&text[start..end]))
}

/// Skips white space, comments and continued lines; stops at a line's end if `in_directive`. Tells of
/// each comment.
fn skip_blank(
    bytes: &[u8],
    mut at: usize,
    in_directive: bool,
    mut comment: impl FnMut(Range<u32>),
) -> usize {
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' if in_directive => break,
            byte if byte.is_ascii_whitespace() => at += 1,
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n')) => at += 2,
            b'\\' if bytes.get(at + 1) == Some(&b'\r') && bytes.get(at + 2) == Some(&b'\n') => {
                at += 3;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = comment_end(bytes, at + 2);
                comment(start as u32..at as u32);
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                // A backslash at its end continues it.
                while at < bytes.len() && (bytes[at] != b'\n' || bytes[at - 1] == b'\\') {
                    at += 1;
                }
                comment(start as u32..at as u32);
            }
            _ => break,
        }
    }
    at
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memmem::find(rest, b"*/").map_or(bytes.len().max(at), |end| at + end + 2)
}

/// The comments of a text, as [`Scan::comments`] has them.
pub(crate) fn comments(text: &str) -> Vec<Range<u32>> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    // Whatever else there is, no comment begins in it.
    while let Some(next) = memchr::memchr3(b'/', b'"', b'\'', &bytes[at..]) {
        let start = at + next;
        at = skip_blank(bytes, start, false, |comment| comments.push(comment));
        if at == start {
            at += next_token(text, start).map_or(1, |token| token.text().len());
        }
    }
    comments
}

/// Reads a file's text once.
pub(crate) fn scan(text: &str) -> Scan {
    let mut scanner =
        Scanner { text, scan: Scan::default(), open: Vec::new(), pack: Vec::new(), kernel_only: 0 };
    scanner.run();
    let mut scan = scanner.scan;
    scan.identifiers.sort_unstable();
    scan.identifiers.dedup();
    scan
}

struct Scanner<'a> {
    text: &'a str,
    scan: Scan,
    /// Regions that are not closed yet: the index, and the identifiers of the chain so far.
    open: Vec<usize>,
    pack: Vec<Option<u64>>,
    /// How many of the open regions only the kernel reads.
    kernel_only: usize,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        // Editors of other systems begin a file with a byte order mark.
        let mut at = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut line_start = true;
        let mut enumerators = enumerators::Reader::default();
        let mut constants = constants::Reader::default();
        let mut line = 0;
        // The last token, and whether a declaration may begin with it.
        let mut last: Option<(usize, Token<'a>)> = None;
        let mut begins = true;
        loop {
            let comments = &mut self.scan.comments;
            let next = skip_blank(bytes, at, false, |comment| comments.push(comment));
            if let Some(end) = memchr::memrchr(b'\n', &bytes[at..next]) {
                line_start = true;
                line = at + end + 1;
            }
            at = next;
            let Some(token) = next_token(self.text, at) else { break };
            if line_start && token == Token::Punctuation("#") {
                at = self.directive(at);
                line_start = true;
                (last, begins) = (None, true);
                continue;
            }
            line_start = false;
            let region = self.open.last().copied();
            if let (Some((start, Token::Word(name))), Token::Punctuation("(")) = (last, token)
                && is_macro_by_name(name)
                && (enumerators.is_between() || (begins && constants.is_at_file_scope()))
            {
                self.scan.invocations.push(start as u32..(start + name.len()) as u32);
            }
            begins =
                last.is_none_or(|(_, last)| matches!(last, Token::Punctuation(";" | "}" | ")")));
            last = Some((at, token));
            self.scan.enumerators.extend(enumerators.take(at, token, region));
            self.scan.enumerators.extend(constants.take(at, token, region, &self.text[line..at]));
            match token {
                Token::Word(word) => self.scan.identifiers.push(hash(word)),
                Token::Punctuation("{") => self.scan.open_braces += 1,
                Token::Punctuation("}") => self.scan.open_braces -= 1,
                _ => {}
            }
            at += token.text().len();
        }
        while self.open.last().is_some() {
            self.close(self.text.len());
        }
    }

    /// Reads the directive at `start`; answers where its line ends.
    fn directive(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut tokens: Vec<(usize, Token<'a>)> = Vec::new();
        let mut at = start + 1;
        loop {
            let comments = &mut self.scan.comments;
            at = skip_blank(bytes, at, true, |comment| comments.push(comment));
            if at >= bytes.len() || bytes[at] == b'\n' {
                break;
            }
            let Some(token) = next_token(self.text, at) else { break };
            if let Token::Word(word) = token {
                self.scan.identifiers.push(hash(word));
            }
            tokens.push((at, token));
            at += token.text().len();
        }
        let end = at;
        self.scan.directives.push(start as u32..end as u32);
        let Some((_, name)) = tokens.first() else { return end };
        match name.text() {
            "include" | "include_next" => self.include(&tokens[1..], start as u32..end as u32),
            "define" => self.define(&tokens[1..], end),
            "if" | "ifdef" | "ifndef" => {
                self.open(&tokens, start..end, (None, Readers::of(&tokens)));
            }
            "elif" => {
                let before = self.close(start);
                self.open(&tokens, start..end, (before, Readers::of(&tokens)));
            }
            "else" => {
                let before = self.close(start);
                let others = match before.map(|region| self.scan.regions[region].readers) {
                    Some(Readers::Programs) => Readers::Kernel,
                    _ => Readers::Any,
                };
                self.open(&tokens, start..end, (before, others));
            }
            "endif" => {
                self.close(start);
            }
            "pragma" => self.pragma(&tokens[1..], end),
            _ => {}
        }
        end
    }

    fn include(&mut self, tokens: &[(usize, Token<'a>)], at: Range<u32>) {
        // Only the outermost region can be a guard.
        let conditional = match self.open[..] {
            [] => false,
            [only] => !self.scan.regions[only].is_guard,
            _ => true,
        };
        let kernel_only = self.kernel_only > 0;
        let (name, quoted) = match tokens {
            [(_, Token::Quoted(name)), ..] => (name.trim_matches('"').to_owned(), true),
            [(at, Token::Punctuation("<")), ..] => {
                let rest = &self.text[at + 1..];
                match rest.split_once(['>', '\n']) {
                    Some((name, _)) => (name.to_owned(), false),
                    None => return,
                }
            }
            _ => return,
        };
        self.scan.includes.push(Include { name, quoted, at, conditional, kernel_only });
    }

    fn define(&mut self, tokens: &[(usize, Token<'a>)], end: usize) {
        let Some((at, Token::Word(name))) = tokens.first().copied() else { return };
        self.mark_guard(name);
        let name_end = at + name.len();
        let mut rest = &tokens[1..];
        let mut body_start = name_end;
        let mut parameters = None;
        // Only a parenthesis that touches the name begins parameters.
        if let Some((paren, Token::Punctuation("("))) = rest.first()
            && *paren == name_end
        {
            let mut names = Vec::new();
            let mut used = 1;
            for (offset, token) in &rest[1..] {
                used += 1;
                match token {
                    Token::Punctuation(")") => {
                        body_start = offset + 1;
                        break;
                    }
                    Token::Word(word) => names.push((*word).to_owned()),
                    _ => {}
                }
            }
            rest = &rest[used.min(rest.len())..];
            parameters = Some(names);
        }
        let body = match (rest.first(), rest.last()) {
            (Some((first, _)), Some((last, token))) => *first..last + token.text().len(),
            _ => body_start.min(end)..body_start.min(end),
        };
        let words = rest
            .iter()
            .filter_map(|(_, token)| match token {
                Token::Word(word) => Some(hash(word)),
                _ => None,
            })
            .collect();
        self.scan.defines.push(Define {
            words,
            hash: hash(name),
            name: name.to_owned(),
            at: at as u32..name_end as u32,
            parameters,
            body: body.start as u32..body.end as u32,
            region: self.open.last().copied(),
            behind: 0,
        });
    }

    /// `#ifndef X` whose first act is to define X is an include guard, and no condition.
    fn mark_guard(&mut self, name: &str) {
        if let [only] = self.open[..] {
            let region = &mut self.scan.regions[only];
            if region.before.is_none()
                && region.identifiers == [hash(name)]
                && self.text[region.directive.start as usize..region.directive.end as usize]
                    .contains("if")
                && self.scan.defines.is_empty()
            {
                region.is_guard = true;
            }
        }
    }

    fn open(
        &mut self,
        tokens: &[(usize, Token<'a>)],
        directive: Range<usize>,
        (before, readers): (Option<usize>, Readers),
    ) {
        let words = tokens[1..].iter().filter_map(|(_, token)| match token {
            Token::Word(word) if *word != "defined" => Some(hash(word)),
            _ => None,
        });
        let region = self.scan.regions.len();
        self.kernel_only += usize::from(readers == Readers::Kernel);
        self.scan.innermost.push((directive.end as u32, Some(region)));
        self.scan.regions.push(Region {
            directive: directive.start as u32..directive.end as u32,
            identifiers: words.collect(),
            before,
            parent: self.open.last().copied(),
            asking: None,
            is_guard: false,
            readers,
        });
        self.open.push(region);
    }

    /// Ends the innermost region, and answers it.
    fn close(&mut self, at: usize) -> Option<usize> {
        let region = self.open.pop()?;
        self.kernel_only -= usize::from(self.scan.regions[region].readers == Readers::Kernel);
        self.scan.innermost.push((at as u32, self.open.last().copied()));
        Some(region)
    }

    fn pragma(&mut self, tokens: &[(usize, Token<'a>)], end: usize) {
        let [(_, Token::Word("pack")), rest @ ..] = tokens else { return };
        let mut current = self.scan.packing.last().and_then(|(_, pack)| *pack);
        let mut given = None;
        for (_, token) in rest {
            match token {
                Token::Word("push") => self.pack.push(current),
                Token::Word("pop") => current = self.pack.pop().flatten(),
                Token::Number(number) => given = number.parse().ok(),
                _ => {}
            }
        }
        let resets = matches!(rest, [(_, Token::Punctuation("(")), (_, Token::Punctuation(")"))]);
        let pack = if resets { None } else { given.or(current) };
        self.scan.packing.push((end as u32, pack));
    }
}

impl Scan {
    /// Where the `#ifndef` and the `#define` of the include guard stand.
    pub(crate) fn guard(&self) -> Option<Range<u32>> {
        let (at, region) = self.regions.iter().enumerate().find(|(_, region)| region.is_guard)?;
        let define = self.defines.iter().find(|define| define.region == Some(at))?;
        Some(region.directive.start..define.body.end.max(define.at.end))
    }

    /// `#pragma pack` in force at that offset, in bytes.
    pub(crate) fn pack_at(&self, offset: u32) -> Option<u64> {
        let index = self.packing.partition_point(|(at, _)| *at <= offset);
        self.packing[..index].last().and_then(|(_, pack)| *pack)
    }

    /// The innermost region around an offset.
    pub(crate) fn region_at(&self, offset: u32) -> Option<usize> {
        let changes = self.innermost.partition_point(|(at, _)| *at <= offset);
        self.innermost[..changes].last().and_then(|(_, region)| *region)
    }

    /// Notes which regions ask for an ABI; `tells` says which words do.
    pub(crate) fn mark_regions(&mut self, tells: impl Fn(u64) -> bool) {
        let mut asks: Vec<bool> = Vec::with_capacity(self.regions.len());
        for at in 0..self.regions.len() {
            let region = &self.regions[at];
            let is_asking = region.before.is_some_and(|before| asks[before])
                || region.identifiers.iter().any(|word| tells(*word));
            asks.push(is_asking);
            let outer = region.parent.and_then(|parent| self.regions[parent].asking);
            self.regions[at].asking = if is_asking { Some(at) } else { outer };
        }
    }

    pub(crate) fn mentions(&self, identifier: u64) -> bool {
        self.identifiers.binary_search(&identifier).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_no_conditions_and_conditions_nest() {
        let scan = scan(
            "#ifndef _X_H\n#define _X_H\n#include <a.h>\n#ifdef __x86_64__\n#include \"b.h\"\n\
             # define ONE 1\n#elif defined(__arm__) /* x */\n#define TWO(a, b) (a + \\\n  b)\n\
             #endif\n#endif\n",
        );
        assert!(scan.regions[0].is_guard);
        let asked = |region: usize| {
            let chain = std::iter::successors(Some(region), |at| scan.regions[*at].before);
            chain.flat_map(|at| scan.regions[at].identifiers.clone()).collect::<Vec<u64>>()
        };
        assert_eq!(asked(1), ["__x86_64__"].map(hash));
        assert_eq!(asked(2), ["__arm__", "__x86_64__"].map(hash));
        assert!(!scan.includes[0].conditional);
        assert!(scan.includes[1].conditional && scan.includes[1].quoted);
        let two = &scan.defines[2];
        assert_eq!(two.parameters.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        assert_eq!(two.region, Some(2));
        assert!(scan.mentions(hash("__arm__")) && !scan.mentions(hash("x")));
    }

    #[test]
    fn what_only_the_kernel_includes_is_told() {
        let is_the_kernels = |text: &str| {
            let text = format!("{text}\n#include <a.h>\n#endif\n");
            scan(&text).includes[0].kernel_only
        };
        for text in [
            "#ifdef __KERNEL__",
            "#if defined(__KERNEL__) && defined(X)",
            "#if X\n#elif defined __KERNEL__",
            "#ifndef __KERNEL__\n#else",
            "#if !defined(__KERNEL__)\n#else",
            "#ifdef __KERNEL__\n#if !X",
        ] {
            assert!(is_the_kernels(text), "{text}");
        }
        for text in [
            "#ifndef __KERNEL__",
            "#if !defined(__KERNEL__)",
            "#if !(defined(__KERNEL__))",
            "#if defined(__KERNEL__) || defined(X)",
            "#ifdef __KERNEL__\n#else",
            "#if !defined(__KERNEL__) && X\n#else",
            "#ifdef X",
        ] {
            assert!(!is_the_kernels(text), "{text}");
        }
    }

    #[test]
    fn a_quotation_mark_alone_takes_no_other_line() {
        let text = "#ifdef A\n#error don't\n#endif\n#include <a.h>\n#define B \"\n#define C 1\n";
        let scan = scan(text);
        assert!(!scan.includes[0].conditional);
        let names: Vec<_> = scan.defines.iter().map(|define| define.name.as_str()).collect();
        assert_eq!(names, ["B", "C"]);
        let directives: Vec<_> =
            scan.directives.iter().map(|at| &text[at.start as usize..at.end as usize]).collect();
        assert_eq!(directives, text.lines().collect::<Vec<_>>());
    }

    #[test]
    fn the_guard_ends_with_its_definition() {
        let guard = |text: &str| {
            scan(text).guard().map(|at| text[at.start as usize..at.end as usize].to_owned())
        };
        let text = "/* x */\n#ifndef X_H\n#define X_H 1 /* y */\nint x;\n#endif\n";
        assert_eq!(guard(text).as_deref(), Some("#ifndef X_H\n#define X_H 1"));
        assert_eq!(guard("#ifdef X\n#define X_H\n#endif\n"), None);
    }

    #[test]
    fn pragma_pack_is_followed_through_push_and_pop() {
        let text = "#pragma pack(push, 1)\nstruct a;\n#pragma pack(2)\nstruct b;\n\
                    #pragma pack(pop)\nstruct c;\n#pragma pack(4)\nstruct d;\n#pragma pack()\n\
                    struct e;\n";
        let scan = scan(text);
        let at = |name: &str| scan.pack_at(text.find(name).unwrap() as u32);
        assert_eq!(
            ["struct a", "struct b", "struct c", "struct d", "struct e"].map(at),
            [Some(1), Some(2), None, Some(4), None]
        );
    }

    #[test]
    fn odd_text_is_read_without_panic() {
        for text in [
            "#",
            "#define",
            "#define X(",
            "/*",
            "\"",
            "'\\",
            "#if\n#elif\n#endif\n#endif",
            "\u{e9}\u{4e16}\\",
            "#include",
            "#include <",
            "#pragma pack(pop)\n#pragma pack",
        ] {
            let _ = scan(text);
            let _ = tokens(text).count();
        }
    }

    #[test]
    fn comments_are_found_and_strings_are_not() {
        let comments = |text: &'static str| -> Vec<&str> {
            let range = |range: Range<u32>| range.start as usize..range.end as usize;
            let found = scan(text).comments;
            assert_eq!(comments(text), found, "{text}");
            found.into_iter().map(|found| &text[range(found)]).collect()
        };
        assert_eq!(comments("int a; /* b */ // c\nint d;"), ["/* b */", "// c"]);
        assert_eq!(comments("#define A 1 /* b\n */ // c\nint d;"), ["/* b\n */", "// c"]);
        assert_eq!(comments(r#"char *s = "/* no */"; // yes"#), ["// yes"]);
        assert_eq!(comments(r#""\"/*" /* yes */"#), ["/* yes */"]);
        assert_eq!(comments(r"'\'' '/' /* yes */"), ["/* yes */"]);
        assert_eq!(comments("#error don't\n/* yes */"), ["/* yes */"]);
        assert_eq!(comments("// one \\\n still one\nint"), ["// one \\\n still one"]);
        assert_eq!(comments("/* /* once */ */"), ["/* /* once */"]);
        assert_eq!(comments("/*/ not closed"), ["/*/ not closed"]);
        assert_eq!(comments("/* é */"), ["/* é */"]);
        assert_eq!(comments("// at the end"), ["// at the end"]);
    }
}
