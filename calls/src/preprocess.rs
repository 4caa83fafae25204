//! Directives: which text counts, which macros there are, what is included.
//!
//! Nobody knows how a program is configured. What is for another system than Linux is left out. Of the other
//! conditionals one branch is taken, and where calls are in the branches that were not, the file is read once
//! more with the last ones.

use ioctlkit_model::kernel_copies;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::token::{Kind, Lexer, Step, Token, directive_end, is_at, tokens_of};

/// Which branch of a conditional is read whose condition is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Branch {
    First,
    Last,
}

/// A macro.
#[derive(Debug, Clone)]
pub(crate) struct Macro<'t> {
    /// The names of its parameters; the last one is `__VA_ARGS__` where it takes any number of arguments.
    pub(crate) parameters: Option<Vec<&'t str>>,
    pub(crate) body: Vec<Token<'t>>,
}

/// A file without its directives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text<'t> {
    pub(crate) tokens: Vec<Token<'t>>,
    /// The first definition of each macro.
    pub(crate) macros: FxHashMap<&'t str, Macro<'t>>,
    /// The names of the files that are included.
    pub(crate) includes: Vec<&'t str>,
    /// Whether a branch that was not taken speaks of ioctl.
    pub(crate) leaves_out_calls: bool,
}

/// Macros that compilers for Linux define, and most of its ABIs: types that depend on the width of words are those
/// of 64 bits.
const DEFINED: [&str; 14] = [
    "__LP64__",
    "_LP64",
    "__linux__",
    "__linux",
    "linux",
    "__gnu_linux__",
    "__unix__",
    "unix",
    "__unix",
    "__GNUC__",
    "__GLIBC__",
    "__STDC__",
    "_IOC_NONE",
    "__ELF__",
];

/// Macros of compilers for other systems.
const ELSEWHERE: [&str; 34] = [
    "__FreeBSD__",
    "__FreeBSD_kernel__",
    "__OpenBSD__",
    "__NetBSD__",
    "__DragonFly__",
    "__APPLE__",
    "__MACH__",
    "_WIN32",
    "WIN32",
    "_WIN64",
    "__CYGWIN__",
    "__MSYS__",
    "__MINGW32__",
    "_MSC_VER",
    "__sun",
    "sun",
    "__sun__",
    "__SVR4",
    "__svr4__",
    "_AIX",
    "__hpux",
    "__sgi",
    "sgi",
    "__GNU__",
    "__HAIKU__",
    "__QNX__",
    "__QNXNTO__",
    "__minix",
    "__BEOS__",
    "__osf__",
    "__EMSCRIPTEN__",
    "__EMX__",
    "__BSD__",
    "BSD",
];

/// Whether a macro is one of compilers for other systems.
fn is_elsewhere(name: &str) -> bool {
    ELSEWHERE.contains(&name) || name.starts_with("_WIN32_") || name.starts_with("__MINGW")
}

/// The folders of headers that Linux does not have.
const NO_HEADERS: [&str; 3] = ["sys/filio.h", "sys/sockio.h", "sys/disk.h"];

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Conditional {
    is_live: bool,
    is_outer_live: bool,
    /// Whether a branch was taken, or one may have been.
    is_taken: bool,
    /// Whether the condition of this branch or of one before is unknown.
    is_open: bool,
}

/// Reads a file.
pub(crate) fn read(text: &str, is_cpp: bool, branch: Branch) -> Text<'_> {
    let bytes = text.as_bytes();
    let mut read = Text::default();
    let mut open: Vec<Conditional> = Vec::new();
    let mut undefined: FxHashSet<&str> = FxHashSet::default();
    let mut lexer = Lexer::new(text);
    loop {
        let is_live = open.last().is_none_or(|conditional| conditional.is_live);
        match lexer.next() {
            Step::End => return read,
            Step::Token(token) if is_live => read.tokens.push(token),
            Step::Token(token) => {
                let is_open = open.last().is_some_and(|it| it.is_open && it.is_outer_live);
                let is_call = token.is_name() && speaks_of_ioctl(token.text.as_bytes());
                read.leaves_out_calls |= is_open && is_call;
            }
            Step::Directive(start) => {
                let end = directive_end(bytes, start);
                let line = text.get(start + 1..end).unwrap_or_default();
                lexer.go_to(end);
                let tokens = tokens_of(line, start as u32 + 1);
                let Some((keyword, words)) = tokens.split_first() else { continue };
                let conditions = Conditions { read: &read, undefined: &undefined, is_cpp };
                match keyword.text {
                    "if" | "ifdef" | "ifndef" => {
                        let holds =
                            is_live.then(|| conditions.holds(keyword.text, words)).flatten();
                        let is_unknown = is_live && holds.is_none();
                        let is_true = is_live && holds.unwrap_or(branch == Branch::First);
                        open.push(Conditional {
                            is_live: is_true,
                            is_outer_live: is_live,
                            is_taken: is_true,
                            is_open: is_unknown,
                        });
                    }
                    "elif" | "elifdef" | "elifndef" | "else" => {
                        let Some(last) = open.last_mut() else { continue };
                        let holds = match keyword.text {
                            "else" => Some(true),
                            word => conditions.holds(&word[2..], words),
                        };
                        let may_be = last.is_outer_live && !last.is_taken;
                        last.is_open |= holds.is_none();
                        last.is_live = may_be && holds.unwrap_or(branch == Branch::First);
                        last.is_taken |= last.is_live;
                    }
                    "endif" => {
                        open.pop();
                    }
                    "include" | "import" | "include_next" if is_live => {
                        let inside = line.split(['"', '<', '>']).nth(1);
                        read.includes.extend(inside.map(str::trim));
                    }
                    "define" if is_live => define(&mut read, words),
                    "undef" if is_live => undefined.extend(words.first().map(|name| name.text)),
                    _ => {}
                }
            }
        }
    }
}

/// Whether a text has the word that every call does.
pub fn speaks_of_ioctl(bytes: &[u8]) -> bool {
    let word = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    word(b"ioctl") || word(b"Ioctl") || word(b"IOCTL")
}

fn define<'t>(read: &mut Text<'t>, words: &[Token<'t>]) {
    let Some((name, rest)) = words.split_first().filter(|(name, _)| name.is_name()) else { return };
    // A parenthesis is one of parameters where no blank is in front of it.
    let takes = rest.first().is_some_and(|open| open.is("(") && open.at == name.end());
    let (parameters, body) = if takes {
        let close = rest.iter().position(|token| token.is(")")).unwrap_or(rest.len());
        let words = rest[..close].iter().filter(|token| token.is_name() || token.is("..."));
        let text = |token: &Token<'t>| if token.is("...") { "__VA_ARGS__" } else { token.text };
        let mut parameters: Vec<&str> = words.map(text).collect();
        // `args...` is `args` and the rest.
        let is_named_rest = close >= 2 && rest[close - 1].is("...") && rest[close - 2].is_name();
        if is_named_rest {
            parameters.pop();
        }
        (Some(parameters), rest.get(close + 1..).unwrap_or_default())
    } else {
        (None, rest)
    };
    let body = Macro { parameters, body: body.to_vec() };
    read.macros.entry(name.text).or_insert(body);
}

/// What is known where a condition is asked.
struct Conditions<'a, 't> {
    read: &'a Text<'t>,
    undefined: &'a FxHashSet<&'t str>,
    is_cpp: bool,
}

/// How deep a condition may be nested.
const DEEPEST: usize = 64;

impl Conditions<'_, '_> {
    fn holds(&self, keyword: &str, words: &[Token<'_>]) -> Option<bool> {
        let name = || words.first().map(|name| name.text).unwrap_or_default();
        match keyword {
            "ifdef" | "def" => self.is_defined(name()),
            "ifndef" | "ndef" => self.is_defined(name()).map(|is_defined| !is_defined),
            _ => {
                let mut at = 0;
                let value = self.either(words, &mut at, 0);
                if at == words.len() { value } else { None }
            }
        }
    }

    fn is_defined(&self, name: &str) -> Option<bool> {
        if name == "__cplusplus" {
            return Some(self.is_cpp);
        }
        if self.undefined.contains(name) {
            return Some(false);
        }
        if DEFINED.contains(&name)
            || self.read.macros.contains_key(name)
            || kernel_copies::is_known(name)
        {
            return Some(true);
        }
        is_elsewhere(name).then_some(false)
    }

    /// `a || b`
    fn either(&self, words: &[Token<'_>], at: &mut usize, depth: usize) -> Option<bool> {
        let mut value = self.both(words, at, depth);
        while is_at(words, *at, "||") {
            *at += 1;
            let other = self.both(words, at, depth);
            value = match (value, other) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        value
    }

    /// `a && b`
    fn both(&self, words: &[Token<'_>], at: &mut usize, depth: usize) -> Option<bool> {
        let mut value = self.one(words, at, depth);
        while is_at(words, *at, "&&") {
            *at += 1;
            let other = self.one(words, at, depth);
            value = match (value, other) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        value
    }

    fn one(&self, words: &[Token<'_>], at: &mut usize, depth: usize) -> Option<bool> {
        let word = words.get(*at)?;
        if depth > DEEPEST {
            return None;
        }
        *at += 1;
        let value = if word.is("!") {
            return self.one(words, at, depth + 1).map(|value| !value);
        } else if word.is("(") {
            let value = self.either(words, at, depth + 1);
            if is_at(words, *at, ")") {
                *at += 1;
            }
            value
        } else if word.is("defined") {
            let is_enclosed = is_at(words, *at, "(");
            *at += usize::from(is_enclosed);
            let name = words.get(*at).map(|name| name.text).unwrap_or_default();
            *at += 1 + usize::from(is_enclosed);
            self.is_defined(name)
        } else if word.is("__has_include") && is_at(words, *at, "(") {
            let close = words[*at..].iter().position(|token| token.is(")"));
            let named: String = words[*at + 1..close.map_or(words.len(), |close| *at + close)]
                .iter()
                .map(|token| token.text)
                .collect();
            *at = close.map_or(words.len(), |close| *at + close + 1);
            let is_elsewhere = NO_HEADERS.iter().any(|header| named.contains(header));
            is_elsewhere.then_some(false)
        } else if word.kind == Kind::Number {
            word.text.parse().ok().map(|number: u64| number != 0)
        } else {
            // A macro that is a number.
            let value = self.read.macros.get(word.text);
            match value.map(|value| &value.body[..]) {
                Some([number]) if number.kind == Kind::Number => {
                    number.text.parse().ok().map(|it: u64| it != 0)
                }
                _ if DEFINED.contains(&word.text) => Some(true),
                _ if is_elsewhere(word.text) => Some(false),
                _ => None,
            }
        };
        // What is compared or computed is not followed.
        let is_over = |token: &Token<'_>| ["&&", "||", ")"].iter().any(|sign| token.is(sign));
        if words.get(*at).is_none_or(is_over) {
            return value;
        }
        let mut depth = 0_usize;
        while let Some(token) = words.get(*at) {
            if depth == 0 && is_over(token) {
                break;
            }
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            *at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str, branch: Branch) -> String {
        let read = read(text, false, branch);
        read.tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_for_other_systems_is_left_out_and_of_the_rest_one_branch_is_read() {
        let text = "#if defined(__FreeBSD__) || defined(__sun)\na\n#elif defined(__linux__)\nb\n#else\nc\n#endif\n\
                    #ifdef HAVE_X\nd\n#else\ne\n#endif\n#ifndef __APPLE__\nf\n#endif\n#if 0\ng\n#endif\n";
        assert_eq!(left(text, Branch::First), "b d f");
        assert_eq!(left(text, Branch::Last), "b e f");
    }

    #[test]
    fn of_types_that_depend_on_the_width_of_words_those_of_64_bits_are_read() {
        let text = "#if !defined(__LP64__) && !defined(OWN)\na\n#else\nb\n#endif\n#ifdef _LP64\nc\n#endif\n";
        assert_eq!(left(text, Branch::First), "b c");
    }

    #[test]
    fn what_a_file_defines_is_defined_and_so_is_a_command_of_the_kernel() {
        let text = "#define A\n#ifdef A\na\n#endif\n#undef A\n#ifdef A\nb\n#endif\n\
                    #ifndef BLKGETSIZE64\nc\n#endif\n#if defined(BLKGETSIZE64) && 1\nd\n#endif\n";
        assert_eq!(left(text, Branch::First), "a d");
    }

    #[test]
    fn a_branch_that_is_not_read_and_has_calls_is_noticed() {
        let read_first = |text| read(text, false, Branch::First).leaves_out_calls;
        assert!(read_first("#ifdef X\n#else\nioctl(fd, A);\n#endif\n"));
        assert!(!read_first("#ifdef X\nioctl(fd, A);\n#endif\n"));
        assert!(!read_first("#ifdef __APPLE__\nioctl(fd, A);\n#endif\n"));
    }

    #[test]
    fn macros_have_their_parameters_and_their_lines() {
        let read =
            read("#define F(a, ...) g(a, \\\n __VA_ARGS__)\n#define N (1)\n", false, Branch::First);
        assert_eq!(read.macros["F"].parameters.as_deref(), Some(&["a", "__VA_ARGS__"][..]));
        assert_eq!(read.macros["F"].body.len(), 6);
        assert!(read.macros["N"].parameters.is_none());
    }
}
