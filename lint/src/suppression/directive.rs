//! The words of a suppression: `ioctl-lint: allow(CODE, …) reason`.

use std::ops::Range;

use ioctlkit_model::Comment;

/// What a suppression begins with.
pub(super) const MARK: &str = "ioctl-lint:";

/// What a suppression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `allow`: what is beside it or right below.
    Here,
    /// `allow-file`: the whole file.
    File,
}

/// A suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// What it is about.
    pub scope: Scope,
    /// The rules in parentheses, at least one.
    pub rules: Vec<NamedRule>,
    /// Why; empty where nothing is said.
    pub reason: String,
    /// From the mark to the closing parenthesis, in bytes of the file.
    pub place: Range<usize>,
}

/// A rule as a suppression names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRule {
    /// Code or slug, as written.
    pub name: String,
    /// Where, in bytes of the file.
    pub place: Range<usize>,
}

/// A comment that begins like a suppression and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// From the mark to the end of the line, in bytes of the file.
    pub place: Range<usize>,
    /// What is missing.
    pub expected: &'static str,
}

/// Every suppression in a comment, in order: each begins a line.
pub fn directives(comment: Comment<'_>) -> Vec<Result<Directive, Malformed>> {
    if !comment.text.contains(MARK) {
        return Vec::new();
    }
    let lines = lines(comment);
    let begins: Vec<usize> =
        (0..lines.len()).filter(|index| lines[*index].words.starts_with(MARK)).collect();
    let ends = begins.iter().skip(1).copied().chain([lines.len()]);
    begins.iter().zip(ends).map(|(begin, end)| parse(&lines[*begin..end])).collect()
}

/// A line of a comment, and where it begins in the file.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    start: usize,
    words: &'t str,
}

impl Line<'_> {
    fn place(self) -> Range<usize> {
        self.start..self.start + self.words.len()
    }
}

/// The comment's lines without its delimiters, and without the stars that decorate it.
fn lines(comment: Comment<'_>) -> Vec<Line<'_>> {
    let inner = comment.text;
    let body = inner.strip_suffix("*/").filter(|_| inner.len() >= 4).unwrap_or(inner);
    let mut start = comment.start as usize;
    let mut lines = Vec::new();
    for line in body.split_inclusive('\n') {
        let decoration = |c: char| c.is_whitespace() || matches!(c, '*' | '/' | '!');
        let trimmed = line.trim_start_matches(decoration);
        let begin = start + (line.len() - trimmed.len());
        let words = trimmed.trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
        lines.push(Line { start: begin, words });
        start += line.len();
    }
    lines
}

fn parse(lines: &[Line<'_>]) -> Result<Directive, Malformed> {
    let Some((first, below)) = lines.split_first() else {
        return Err(Malformed { place: 0..0, expected: "expected `allow(…)` behind it" });
    };
    let malformed = |expected| Malformed { place: first.place(), expected };
    let rest = first.words[MARK.len()..].trim_start();
    let (scope, rest) = match (rest.strip_prefix("allow-file"), rest.strip_prefix("allow")) {
        (Some(rest), _) => (Scope::File, rest),
        (None, Some(rest)) => (Scope::Here, rest),
        (None, None) => return Err(malformed("expected `allow(…)` or `allow-file(…)`")),
    };
    let Some(rest) = rest.trim_start().strip_prefix('(') else {
        return Err(malformed("expected the rules in parentheses"));
    };
    let Some((list, reason)) = rest.split_once(')') else {
        return Err(malformed("expected a closing parenthesis on this line"));
    };
    let list_start = first.place().end - rest.len();
    let rules = named_rules(list, list_start);
    if rules.is_empty() {
        return Err(malformed("expected a code or a slug in the parentheses"));
    }
    let place = first.start..list_start + list.len() + 1;
    Ok(Directive { scope, rules, reason: reason_of(reason, below), place })
}

fn named_rules(list: &str, start: usize) -> Vec<NamedRule> {
    let mut at = start;
    let mut rules = Vec::new();
    for item in list.split(',') {
        let name = item.trim();
        let begin = at + (item.len() - item.trim_start().len());
        if !name.is_empty() {
            rules.push(NamedRule { name: name.to_owned(), place: begin..begin + name.len() });
        }
        at += item.len() + 1;
    }
    rules
}

/// The rest of the line, and the lines below up to an empty one.
fn reason_of(first: &str, below: &[Line<'_>]) -> String {
    let below = below.iter().map(|line| line.words).take_while(|line| !line.is_empty());
    let all: Vec<&str> = std::iter::once(first.trim()).chain(below).collect();
    let reason = all.join(" ");
    let reason = reason.trim_matches(|c: char| !c.is_alphanumeric() && !"([{}])\"'`".contains(c));
    if reason.chars().any(char::is_alphanumeric) { reason.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use ioctlkit_model::{Language, SourceMap};

    use super::*;

    /// Every suppression in a text.
    fn directives_in(text: &str, name: &str) -> Vec<Result<Directive, Malformed>> {
        let mut sources = SourceMap::default();
        let id = sources.add(name.into(), text.into());
        let file = sources.file_mut(id);
        file.comments = match file.language() {
            Language::Rust => ioctlkit_sources::rust::comments(text),
            Language::C | Language::List | Language::Object => ioctlkit_sources::c::comments(text),
        };
        file.comments().flat_map(directives).collect()
    }

    fn one(text: &str) -> Result<Directive, Malformed> {
        let mut all = directives_in(text, "x.h");
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn names(directive: &Directive) -> Vec<&str> {
        directive.rules.iter().map(|rule| rule.name.as_str()).collect()
    }

    #[test]
    fn codes_and_reason_are_read_with_their_places() {
        let text = "int a; /* ioctl-lint: allow(L001, implicit-tail) in use since 2.6 */";
        let directive = one(text).unwrap();
        assert_eq!(directive.scope, Scope::Here);
        assert_eq!(names(&directive), ["L001", "implicit-tail"]);
        for rule in &directive.rules {
            assert_eq!(&text[rule.place.clone()], rule.name);
        }
        assert_eq!(directive.reason, "in use since 2.6");
        assert_eq!(&text[directive.place], "ioctl-lint: allow(L001, implicit-tail)");
    }

    #[test]
    fn every_kind_of_comment_can_hold_one() {
        let texts = [
            "// ioctl-lint: allow(L001) why\n",
            "/// ioctl-lint: allow(L001) why",
            "/* ioctl-lint: allow (L001) why */",
            "/* ioctl-lint:allow( L001 ) - why */",
            "/**\n * struct x - of y\n *\n * ioctl-lint: allow(L001)\n *   why\n *\n * more\n */",
            "/* ioctl-lint: allow(L001): why*/",
            "// ioctl-lint: allow(L001) \\\n why\n",
            "/*\r\n * ioctl-lint: allow(L001) why\r\n */\r\n",
        ];
        for text in texts {
            let directive = one(text).unwrap();
            assert_eq!(names(&directive), ["L001"], "{text}");
            assert_eq!(directive.reason, "why", "{text}");
        }
    }

    #[test]
    fn comments_of_rust_hold_them_and_its_strings_do_not() {
        let rust = |text: &str| directives_in(text, "x.rs");
        for text in [
            "// ioctl-lint: allow(L001) why\n",
            "/* /* nested */\n * ioctl-lint: allow(L001) why\n */",
            "let s = \"/*\"; // ioctl-lint: allow(L001) why",
            "fn f<'a>() {} // ioctl-lint: allow(L001) why",
        ] {
            assert_eq!(rust(text).len(), 1, "{text}");
            assert!(rust(text)[0].is_ok(), "{text}");
        }
        assert_eq!(rust("let s = r#\"\n// ioctl-lint: allow(L001) why\n\"#;"), []);
    }

    #[test]
    fn a_file_wide_one_is_told_from_a_local_one() {
        let directive = one("/* ioctl-lint: allow-file(L011) old */").unwrap();
        assert_eq!((directive.scope, directive.reason.as_str()), (Scope::File, "old"));
    }

    #[test]
    fn two_in_one_comment_keep_their_reasons_apart() {
        let text = "/* ioctl-lint: allow(L001) one\n * ioctl-lint: allow(L002) two */";
        let reasons: Vec<String> = directives_in(text, "x.h")
            .into_iter()
            .map(|directive| directive.unwrap().reason)
            .collect();
        assert_eq!(reasons, ["one", "two"]);
    }

    #[test]
    fn a_reason_has_a_word() {
        for text in ["/* ioctl-lint: allow(L001) */", "// ioctl-lint: allow(L001) -- ?"] {
            assert_eq!(one(text).unwrap().reason, "", "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_one_is_malformed() {
        let texts = [
            "/* ioctl-lint: alow(L001) x */",
            "/* ioctl-lint: allow L001 x */",
            "/* ioctl-lint: allow(L001 x */",
            "/* ioctl-lint: allow( , ) x */",
            "/* ioctl-lint: */",
            "// ioctl-lint:",
        ];
        let expected: Vec<_> =
            texts.iter().map(|text| (*text, one(text).unwrap_err().expected)).collect();
        insta::assert_debug_snapshot!(expected);
    }

    #[test]
    fn prose_and_strings_hold_none() {
        let texts = [
            "/* see ioctl-lint: allow(L001) */",
            "char *s = \"/* ioctl-lint: allow(L001) x */\";",
            "#define S \"// ioctl-lint: allow(L001) x\"",
            "ioctl-lint: allow(L001) x",
        ];
        for text in texts {
            assert_eq!(directives_in(text, "x.h"), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn places_are_inside_the_text_whatever_it_is(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("/*"), Just("*/"), Just("//"), Just("\n"), Just("\\"), Just("\""),
                    Just("'"), Just("ioctl-lint:"), Just(" allow"), Just("-file"), Just("("),
                    Just(")"), Just("L001"), Just(","), Just("é"), Just(" "), Just("*"), Just("\r"),
                ],
                0..40,
            )
        ) {
            let text = pieces.concat();
            for parsed in directives_in(&text, "x.h") {
                match parsed {
                    Ok(directive) => {
                        prop_assert!(text[directive.place].starts_with(MARK));
                        for rule in directive.rules {
                            prop_assert_eq!(&text[rule.place], rule.name);
                        }
                    }
                    Err(malformed) => prop_assert!(text[malformed.place].starts_with(MARK)),
                }
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            directives_in(&text, "x.h");
        }
    }
}
