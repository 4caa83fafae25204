//! Conditions of the preprocessor that the text decides: whether a region is read on Linux.

use super::scan::{Region, Scan, Token, tokens};

/// What gcc and clang define on every Linux.
const DEFINED: [&str; 8] = [
    "__linux__",
    "__linux",
    "__gnu_linux__",
    "__unix__",
    "__unix",
    "__GNUC__",
    "__ELF__",
    "__STDC__",
];

/// What compilers define elsewhere, and never on Linux.
const UNDEFINED: [&str; 20] = [
    "__FreeBSD__",
    "__FreeBSD_kernel__",
    "__NetBSD__",
    "__OpenBSD__",
    "__DragonFly__",
    "__bsdi__",
    "__APPLE__",
    "__MACH__",
    "_WIN32",
    "_WIN64",
    "WIN32",
    "__CYGWIN__",
    "_MSC_VER",
    "__sun",
    "__sun__",
    "__svr4__",
    "_AIX",
    "__hpux",
    "__QNX__",
    "__VXWORKS__",
];

/// Whether the compiler reads each region of a file on Linux, as far as the text tells, where it reads what
/// is around it; `is_defined` knows of further macros.
pub(crate) fn holds(
    scan: &Scan,
    text: &str,
    is_defined: &dyn Fn(&str) -> Option<bool>,
) -> Vec<Option<bool>> {
    // Whether a branch or one in front of it is taken; `#else` and `#elif` hold where none was before.
    let mut taken: Vec<Option<bool>> = Vec::with_capacity(scan.regions.len());
    let mut holds = Vec::with_capacity(scan.regions.len());
    for region in &scan.regions {
        let own = branch(text, region, is_defined);
        // A branch stands behind the one in front of it.
        let before = region.before.map_or(Some(false), |at| taken.get(at).copied().flatten());
        holds.push(and(own, before.map(|before| !before)));
        taken.push(or(own, before));
    }
    holds
}

/// What the condition of one branch comes to by itself.
fn branch(text: &str, region: &Region, is_defined: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    let directive = text.get(region.directive.start as usize..region.directive.end as usize)?;
    let directive = directive.trim_start().trim_start_matches('#').replace("\\\n", " ");
    let words: Vec<Token<'_>> = tokens(&directive).map(|(_, token)| token).collect();
    let known = |name: &str| {
        if DEFINED.contains(&name) {
            Some(true)
        } else if UNDEFINED.contains(&name) {
            Some(false)
        } else {
            is_defined(name)
        }
    };
    match words.as_slice() {
        [Token::Word("else"), ..] => Some(true),
        [Token::Word("ifdef"), Token::Word(name), ..] => known(name),
        [Token::Word("ifndef"), Token::Word(name), ..] => known(name).map(|known| !known),
        [Token::Word("if" | "elif"), rest @ ..] => {
            let mut parser = Parser { words: rest, known: &known, depth: 0 };
            let value = parser.either();
            value.filter(|_| parser.words.is_empty())
        }
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

pub(crate) fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    or(a.map(|a| !a), b.map(|b| !b)).map(|it| !it)
}

/// `defined`, `!`, `&&`, `||`, parentheses and numbers; anything else is not known.
struct Parser<'w, 't> {
    words: &'w [Token<'t>],
    known: &'w dyn Fn(&str) -> Option<bool>,
    depth: u32,
}

/// No condition that anybody writes is nested deeper.
const DEEPEST: u32 = 64;

impl Parser<'_, '_> {
    fn either(&mut self) -> Option<bool> {
        let mut value = self.both();
        while self.skip("||") {
            let right = self.both();
            value = or(value, right);
        }
        value
    }

    fn both(&mut self) -> Option<bool> {
        let mut value = self.one();
        while self.skip("&&") {
            let right = self.one();
            value = and(value, right);
        }
        value
    }

    fn one(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.words = &[];
            return None;
        }
        let value = self.operand();
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Option<bool> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        match first {
            Token::Punctuation("!") => self.one().map(|value| !value),
            Token::Punctuation("(") => {
                let value = self.either();
                self.skip(")");
                value
            }
            Token::Word("defined") => {
                let parenthesis = self.skip("(");
                let (Token::Word(name), rest) = self.words.split_first()? else { return None };
                let value = (self.known)(name);
                self.words = rest;
                if parenthesis {
                    self.skip(")");
                }
                value
            }
            Token::Number(number) => {
                crate::c::lex::expression::integer(number).map(|value| value != 0)
            }
            // `#if __FreeBSD__`: what is not defined is 0, and what is may be anything.
            Token::Word(name) => match (self.known)(name) {
                Some(false) => Some(false),
                Some(true) if DEFINED.contains(name) => Some(true),
                _ => None,
            },
            _ => None,
        }
    }

    fn skip(&mut self, word: &str) -> bool {
        let found = self.words.first().is_some_and(|first| first.text() == word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::lex::scan::scan;

    /// Whether the region with `X` in it is read, where `OWN` is defined and `NONE` is not.
    fn read(text: &str) -> Option<bool> {
        let scan = scan(text);
        let place = text.find('X').unwrap() as u32;
        let is_defined = |name: &str| match name {
            "OWN" => Some(true),
            "NONE" => Some(false),
            _ => None,
        };
        let holds = holds(&scan, text, &is_defined);
        let mut all = Some(true);
        let mut region = scan.region_at(place);
        while let Some(at) = region {
            all = and(all, holds[at]);
            region = scan.regions[at].parent;
        }
        all
    }

    #[test]
    fn what_linux_reads_is_told_from_what_others_do() {
        for (text, expected) in [
            ("#ifdef __FreeBSD__\nX\n#endif\n", Some(false)),
            ("#ifdef __linux__\nX\n#endif\n", Some(true)),
            ("#if defined(__linux__)\n#else\nX\n#endif\n", Some(false)),
            ("#if defined(__APPLE__) || defined __linux__\nX\n#endif\n", Some(true)),
            ("#if !defined(_WIN32) && !defined(FOO)\nX\n#endif\n", None),
            ("#ifdef _WIN32\n#elif defined(__sun)\n#else\nX\n#endif\n", Some(true)),
            ("#ifdef __linux__\n#elif defined(FOO)\nX\n#endif\n", Some(false)),
            ("#ifdef FOO\n#else\nX\n#endif\n", None),
            ("#ifdef OWN\n#ifndef NONE\nX\n#endif\n#endif\n", Some(true)),
            ("#if 0\nX\n#endif\n", Some(false)),
            ("#if __FreeBSD__\nX\n#endif\n", Some(false)),
            ("#if OWN > 3\nX\n#endif\n", None),
            ("#if FOO(1) || defined(__linux__)\nX\n#endif\n", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
