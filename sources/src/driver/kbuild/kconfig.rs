//! Files of Kconfig: which symbols they define, and under which conditions.

use std::borrow::Cow;
use std::sync::Arc;

use super::expression::Expression;

/// What a file says, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    Symbol(Symbol),
    Source { path: String, when: Expression },
}

/// A definition of a symbol. One may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) name: Arc<str>,
    /// What it depends on, the conditions around it included.
    pub(super) depends: Expression,
    /// When whoever configures the kernel is asked.
    pub(super) prompts: Vec<Expression>,
    /// Values that it has by itself, and when.
    pub(super) defaults: Vec<(Expression, Expression)>,
    /// What it turns on, and when.
    pub(super) selects: Vec<(Arc<str>, Expression)>,
}

/// How many `menu`, `if` and `choice` may be open.
const DEPTH: usize = 100;

/// Reads a file.
pub(super) fn parse(text: &str) -> Vec<Statement> {
    let mut reading = Reading::default();
    for line in lines(text) {
        reading.line(&line);
    }
    reading.ends_symbol();
    reading.statements
}

/// The lines, those that end in a backslash joined.
fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let first = lines.next()?;
        let Some(begun) = first.strip_suffix('\\') else { return Some(Cow::Borrowed(first)) };
        let mut joined = format!("{begun} ");
        for line in lines.by_ref() {
            let Some(begun) = line.strip_suffix('\\') else {
                joined.push_str(line);
                break;
            };
            joined.push_str(begun);
            joined.push(' ');
        }
        Some(Cow::Owned(joined))
    })
}

/// Where a help text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Help {
    /// None is open.
    #[default]
    Closed,
    /// Its first line has not come yet.
    Begins,
    /// It has lines that are indented by so many columns.
    Indented(usize),
}

#[derive(Default)]
struct Reading {
    statements: Vec<Statement>,
    symbol: Option<Symbol>,
    /// The conditions of what is open.
    around: Vec<Expression>,
    /// Whether `depends on` belongs to the last `menu` or `choice`.
    is_of_block: bool,
    help: Help,
}

impl Reading {
    fn line(&mut self, line: &str) {
        if self.is_help(line) {
            return;
        }
        let line = line.trim();
        let (word, rest) = split(line);
        match word {
            "config" | "menuconfig" => {
                self.ends_symbol();
                self.is_of_block = false;
                self.symbol = Some(Symbol {
                    name: rest.into(),
                    depends: self.condition(),
                    prompts: Vec::new(),
                    defaults: Vec::new(),
                    selects: Vec::new(),
                });
            }
            "menu" | "choice" => self.opens(yes(), true),
            "if" => self.opens(Expression::parse(rest), false),
            "endmenu" | "endchoice" | "endif" => {
                self.ends_symbol();
                self.is_of_block = false;
                self.around.pop();
            }
            "comment" | "mainmenu" => {
                self.ends_symbol();
                self.is_of_block = false;
            }
            "source" => {
                self.ends_symbol();
                let path = rest.trim_matches(['"', '\'']).to_owned();
                let when = self.condition();
                self.statements.push(Statement::Source { path, when });
            }
            "help" | "---help---" => self.help = Help::Begins,
            "depends" => {
                let condition = Expression::parse(split(rest).1);
                self.depends(condition);
            }
            _ => self.attribute(word, rest),
        }
    }

    /// Whether a line is a help text's: indented at least as far as its first line.
    fn is_help(&mut self, line: &str) -> bool {
        if self.help == Help::Closed {
            return false;
        }
        if line.trim().is_empty() {
            return true;
        }
        let own = line.chars().take_while(|c| c.is_whitespace());
        let own: usize = own.fold(0, |at, c| if c == '\t' { at / 8 * 8 + 8 } else { at + 1 });
        self.help = match self.help {
            Help::Begins if own > 0 => Help::Indented(own),
            Help::Indented(first) if own >= first => self.help,
            _ => Help::Closed,
        };
        self.help != Help::Closed
    }

    fn opens(&mut self, condition: Expression, is_block: bool) {
        self.ends_symbol();
        self.is_of_block = is_block;
        // What is nested deeper than any kernel has it keeps the conditions that are known.
        if self.around.len() < DEPTH {
            self.around.push(condition);
        }
    }

    fn depends(&mut self, condition: Expression) {
        if let Some(symbol) = &mut self.symbol {
            let before = std::mem::replace(&mut symbol.depends, Expression::Unknown);
            symbol.depends = before.and(condition);
        } else if self.is_of_block
            && let Some(around) = self.around.last_mut()
        {
            let before = std::mem::replace(around, Expression::Unknown);
            *around = before.and(condition);
        }
    }

    fn attribute(&mut self, word: &str, rest: &str) {
        let Some(symbol) = &mut self.symbol else { return };
        let (value, when) = conditional(rest);
        match word {
            "bool" | "tristate" | "string" | "int" | "hex" | "prompt" if !value.is_empty() => {
                symbol.prompts.push(when);
            }
            "def_bool" | "def_tristate" | "default" => {
                symbol.defaults.push((Expression::parse(value), when));
            }
            "select" => symbol.selects.push((value.into(), when)),
            _ => {}
        }
    }

    fn condition(&self) -> Expression {
        self.around.iter().cloned().reduce(Expression::and).unwrap_or_else(yes)
    }

    fn ends_symbol(&mut self) {
        self.statements.extend(self.symbol.take().map(Statement::Symbol));
        self.help = Help::Closed;
    }
}

/// The condition that always holds.
pub(super) fn yes() -> Expression {
    Expression::Symbol("y".into())
}

/// The first word, and what follows.
fn split(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim())
}

/// A value, and the condition behind `if`.
fn conditional(text: &str) -> (&str, Expression) {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let behind = quote.and_then(|quote| text[1..].find(quote)).map_or(0, |end| end + 2);
    let begins = |at: usize| {
        let is_blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = text.as_bytes();
        (at == 0 || is_blank(bytes.get(at - 1))) && is_blank(bytes.get(at + 2))
    };
    let found =
        text[behind..].match_indices("if").map(|(at, _)| behind + at).find(|at| begins(*at));
    match found {
        Some(at) => (text[..at].trim(), Expression::parse(&text[at + 2..])),
        None => (text.trim(), yes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> Vec<Symbol> {
        let of = |statement| match statement {
            Statement::Symbol(symbol) => Some(symbol),
            Statement::Source { .. } => None,
        };
        parse(text).into_iter().filter_map(of).collect()
    }

    #[test]
    fn a_symbol_has_the_conditions_around_it_and_its_own() {
        let found = symbols(
            "menu \"Devices\"\n\tdepends on PCI\n\nif X86\nconfig FOO\n\ttristate \"Foo\" if EXPERT\n\
             \tdepends on A || \\\n\t\tB\n\tselect BAR if C\n\tdefault y if D\n\thelp\n\t  config \
             NOT\n\n\t  if this\n\nendif\nendmenu\nconfig LAST\n\tbool\n",
        );
        assert_eq!(found.len(), 2);
        let foo = &found[0];
        let expected = Expression::parse("y && PCI && X86 && (A || B)");
        let shown = |it: &Expression| format!("{it:?}").matches("Symbol").count();
        assert_eq!(shown(&foo.depends), shown(&expected));
        assert_eq!(foo.prompts, [Expression::parse("EXPERT")]);
        assert_eq!(foo.selects, [("BAR".into(), Expression::parse("C"))]);
        assert_eq!(foo.defaults, [(yes(), Expression::parse("D"))]);
        assert_eq!((&*found[1].name, &found[1].depends), ("LAST", &yes()));
        assert!(found[1].prompts.is_empty());
    }

    #[test]
    fn a_file_that_is_included_has_the_conditions_around_it() {
        let found = parse("if NET\nsource \"net/Kconfig\"\nendif\n");
        let when = Expression::parse("NET");
        assert_eq!(found, [Statement::Source { path: "net/Kconfig".into(), when }]);
    }

    #[test]
    fn what_ends_too_often_or_never_is_read_all_the_same() {
        assert_eq!(symbols("endif\nendmenu\nconfig A\nbool \"a\"").len(), 1);
        assert_eq!(symbols(&format!("{}config A\n", "if X\n".repeat(100_000))).len(), 1);
        assert!(parse("help\nhelp\n\tdepends\ndepends on\nselect\nconfig").len() <= 1);
    }
}
