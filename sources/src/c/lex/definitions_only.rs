//! A source file cut down to what a header could hold: directives and definitions of types. All else
//! becomes blanks, so that places stay what they are.

use std::ops::Range;

use crate::c::lex::scan::{Define, Scan, Token, tokens};

/// The text of a `.c` file, of which `scan` is the scan, without its functions, variables and
/// initializers. Constants that may be commands keep their names, as the compiler is asked whether they are
/// there. `is_found` says whether an included file, by its name as it is spelled, can be read; the others are
/// left out too.
pub(crate) fn definitions_only(text: &str, scan: &Scan, is_found: impl Fn(&str) -> bool) -> String {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut items = Items::default();
    let mut directives = scan.directives.iter().map(range).peekable();
    let missing: Vec<usize> = scan
        .includes
        .iter()
        .filter(|include| !is_found(&include.name))
        .map(|include| include.at.start as usize)
        .collect();
    let mut behind = 0;
    for (at, token) in tokens(text) {
        if at < behind {
            continue;
        }
        if let Some(directive) = directives.next_if(|directive| directive.start <= at) {
            behind = directive.end;
            if missing.binary_search(&directive.start).is_err() {
                kept.push(directive);
            }
            continue;
        }
        items.take(text, at, token, &scan.enumerators, &mut kept);
    }
    blank_but(text, &kept)
}

fn range(at: &Range<u32>) -> Range<usize> {
    at.start as usize..at.end as usize
}

/// Bytes outside the ranges as blanks, lines as they were.
fn blank_but(text: &str, kept: &[Range<usize>]) -> String {
    let mut bytes: Vec<u8> =
        text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    for range in kept {
        bytes[range.clone()].copy_from_slice(&text.as_bytes()[range.clone()]);
    }
    // Ranges begin and end with tokens, which are whole characters.
    String::from_utf8(bytes).unwrap_or_default()
}

/// What an item at the outermost level turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// Words such as `static`, so far.
    #[default]
    Unknown,
    /// `typedef …;`
    Typedef,
    /// `struct …`, `union …` or `enum …`, with a definition or without.
    Tagged,
    /// A function, a variable, the call of a macro.
    Other,
}

/// The items of a file, one after the other.
#[derive(Debug, Default)]
struct Items {
    kind: Kind,
    /// Where what is kept of the item begins.
    start: usize,
    braces: usize,
    parentheses: usize,
    /// Words behind `struct` and before its brace.
    words: usize,
    /// Whether the braces of a definition were closed.
    defined: bool,
    /// Where the initializer begins.
    initializer: Option<usize>,
    /// The word before this token.
    previous: String,
}

/// Words that may stand before a type.
const QUALIFIERS: [&str; 6] = ["static", "extern", "const", "volatile", "inline", "register"];

impl Items {
    fn take(
        &mut self,
        text: &str,
        at: usize,
        token: Token<'_>,
        constants: &[Define],
        kept: &mut Vec<Range<usize>>,
    ) {
        let outermost = self.braces == 0 && self.parentheses == 0;
        match token.text() {
            "(" | "[" => {
                // A function, unless it is an attribute or a bound.
                let is_attribute = self.previous.starts_with("__");
                if outermost && token.text() == "(" && self.kind == Kind::Tagged && !is_attribute {
                    self.kind = Kind::Other;
                }
                self.parentheses += 1;
            }
            ")" | "]" => self.parentheses = self.parentheses.saturating_sub(1),
            "{" => self.braces += 1,
            "}" => {
                // Branches of a condition may open a brace twice; what begins a line ends it all.
                let begins_line = at == 0 || text.as_bytes()[at - 1] == b'\n';
                self.braces = if begins_line { 0 } else { self.braces.saturating_sub(1) };
                if begins_line {
                    self.parentheses = 0;
                }
                if self.braces == 0 && self.initializer.is_none() {
                    match self.kind {
                        Kind::Tagged | Kind::Typedef => self.defined = true,
                        Kind::Unknown | Kind::Other => *self = Self::default(),
                    }
                }
            }
            "=" if outermost && self.initializer.is_none() => {
                self.initializer = Some(at);
                // No definition of a type has its initializer in front.
                if self.kind == Kind::Unknown {
                    self.kind = Kind::Other;
                }
            }
            ";" if outermost => {
                self.end(at, constants, kept);
                *self = Self::default();
            }
            word if outermost => self.word(at, word),
            _ => {}
        }
        if let Token::Word(word) = token {
            word.clone_into(&mut self.previous);
        } else if !matches!(token.text(), ")" | "]") {
            self.previous.clear();
        }
    }

    fn word(&mut self, at: usize, word: &str) {
        match (self.kind, word) {
            (Kind::Unknown, word) if QUALIFIERS.contains(&word) => {}
            (Kind::Unknown, "typedef") => (self.kind, self.start) = (Kind::Typedef, at),
            (Kind::Unknown, "struct" | "union" | "enum") => {
                (self.kind, self.start) = (Kind::Tagged, at);
            }
            (Kind::Unknown, _) => (self.kind, self.start) = (Kind::Other, at),
            (Kind::Tagged, _) => self.words += 1,
            (Kind::Typedef | Kind::Other, _) => {}
        }
    }

    /// Files the item that a semicolon at `at` ends.
    fn end(&self, at: usize, constants: &[Define], kept: &mut Vec<Range<usize>>) {
        let before = kept.len();
        match self.kind {
            Kind::Typedef => kept.push(self.start..self.initializer.unwrap_or(at)),
            // `struct foo;` and no `struct foo variable;`
            Kind::Tagged if self.defined || (self.words == 1 && self.initializer.is_none()) => {
                kept.push(self.start..self.initializer.unwrap_or(at));
            }
            Kind::Other => {
                // The type with the first name, and each comma with the next.
                let mut from = self.start;
                let first = constants.partition_point(|constant| range(&constant.at).start < from);
                for constant in &constants[first..] {
                    let name = range(&constant.at);
                    if name.start < from || name.end > at {
                        break;
                    }
                    kept.push(from..name.end);
                    from = range(&constant.body).end;
                }
            }
            Kind::Unknown | Kind::Tagged => {}
        }
        if kept.len() > before {
            kept.push(at..at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::lex::scan::scan;

    /// What is left, a line for each that is not empty.
    fn left(text: &str) -> Vec<String> {
        let cut = definitions_only(text, &scan(text), |name| name != "linux/module.h");
        assert_eq!(cut.len(), text.len());
        let lines = cut.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn functions_and_variables_go_and_types_and_directives_stay() {
        let text = "\
#include <linux/module.h>
#include <linux/ioctl.h>
#define GET _IOR('x', 1, \\
\t\tstruct foo)
MODULE_LICENSE(\"GPL\");
struct foo { int a; } __attribute__((packed));
static DEFINE_MUTEX(lock);
static long answer(struct file *file, unsigned int cmd)
{
	struct local { int b; } here = { 1 };
#ifdef X
	if (cmd) {
#else
	{
#endif
	}
}
typedef struct { int c; } bar_t;
static const struct file_operations fops = { .open = open, };
struct foo *made(void) { return 0; }
enum { A, B = 3 };
static struct baz { int d; } one = { 4 };
struct qux;
struct foo variable;
static const unsigned int RUN = _IO('x', 2), STOP = _IO('x', 3);
static const int LIMIT = 4;
";
        assert_eq!(
            left(text),
            [
                "#include <linux/ioctl.h>",
                "#define GET _IOR('x', 1, \\",
                "struct foo)",
                "struct foo { int a; } __attribute__((packed));",
                "#ifdef X",
                "#else",
                "#endif",
                "typedef struct { int c; } bar_t;",
                "enum { A, B = 3 };",
                "struct baz { int d; } one ;",
                "struct qux;",
                "unsigned int RUN , STOP ;",
            ]
        );
    }

    #[test]
    fn any_text_keeps_its_length_and_lines() {
        for text in [
            "",
            "}",
            "{",
            "#",
            "#define X /* a\n b */ 1\nint x;",
            "struct { é",
            "= ;",
            "=typedef;",
            "static = struct a { int b; };",
            "typedef\n;",
            "enum { A = (\n}\nconst int b = X, c = Y, d) = Z };\n",
        ] {
            let cut = definitions_only(text, &scan(text), |_| true);
            assert_eq!(cut.len(), text.len(), "{text:?}");
            assert_eq!(cut.lines().count(), text.lines().count(), "{text:?}");
        }
    }
}
