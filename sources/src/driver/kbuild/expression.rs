//! Expressions of Kconfig: what a symbol depends on.

use std::sync::Arc;

/// An expression, as Documentation/kbuild/kconfig-language.rst of the kernel has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Symbol(Arc<str>),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    /// A comparison of versions or texts, or what is no expression.
    Unknown,
}

/// How deep parentheses and negations may be nested.
const DEPTH: usize = 16;

impl Expression {
    /// Of the rest of a line. What is no expression is [`Expression::Unknown`].
    pub(super) fn parse(text: &str) -> Self {
        let mut parser = Parser { tokens: tokens(text), at: 0 };
        let parsed = parser.either(0);
        if parser.at == parser.tokens.len() { parsed } else { Self::Unknown }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            one => Self::All(vec![one, other]),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Quoted,
    Sign(&'static str),
}

const SIGNS: [&str; 11] = ["||", "&&", "!=", "<=", ">=", "=", "<", ">", "!", "(", ")"];

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '#' {
            break;
        }
        let length = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            sign.len()
        } else if first == '"' || first == '\'' {
            tokens.push(Token::Quoted);
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else {
            let is_word = |c: char| c.is_alphanumeric() || "_-./$".contains(c);
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            tokens.push(if end == 0 { Token::Quoted } else { Token::Word(&rest[..end]) });
            end.max(first.len_utf8())
        };
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl<'t> Parser<'t> {
    fn take(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn takes(&mut self, sign: &'static str) -> bool {
        let is_there = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(is_there);
        is_there
    }

    fn either(&mut self, depth: usize) -> Expression {
        let mut any = vec![self.both(depth)];
        while self.takes("||") {
            any.push(self.both(depth));
        }
        only(any, Expression::Any)
    }

    fn both(&mut self, depth: usize) -> Expression {
        let mut all = vec![self.one(depth)];
        while self.takes("&&") {
            all.push(self.one(depth));
        }
        only(all, Expression::All)
    }

    fn one(&mut self, depth: usize) -> Expression {
        if depth > DEPTH {
            self.at = self.tokens.len() + 1;
            return Expression::Unknown;
        }
        match self.take() {
            Some(Token::Sign("!")) => Expression::Not(Box::new(self.one(depth + 1))),
            Some(Token::Sign("(")) => {
                let inner = self.either(depth + 1);
                if self.takes(")") { inner } else { Expression::Unknown }
            }
            Some(Token::Word(word)) => self.compared(word),
            Some(Token::Quoted) => {
                self.compared("");
                Expression::Unknown
            }
            _ => Expression::Unknown,
        }
    }

    /// A symbol, and what it is compared with.
    fn compared(&mut self, word: &str) -> Expression {
        let Some(Token::Sign(sign @ ("=" | "!=" | "<" | ">" | "<=" | ">="))) =
            self.tokens.get(self.at).cloned()
        else {
            return Expression::Symbol(word.into());
        };
        self.at += 1;
        let symbol = Expression::Symbol(word.into());
        match (sign, self.take()) {
            ("=", Some(Token::Word("y" | "m"))) | ("!=", Some(Token::Word("n"))) => symbol,
            ("=", Some(Token::Word("n"))) => Expression::Not(Box::new(symbol)),
            _ => Expression::Unknown,
        }
    }
}

/// The only one, or all of them as one.
fn only(mut several: Vec<Expression>, whole: fn(Vec<Expression>) -> Expression) -> Expression {
    match several.pop() {
        Some(last) if several.is_empty() => last,
        Some(last) => {
            several.push(last);
            whole(several)
        }
        None => Expression::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &str) -> Expression {
        Expression::Symbol(name.into())
    }

    #[test]
    fn and_binds_more_tightly_than_or_and_not_than_both() {
        use Expression::{All, Any, Not};
        assert_eq!(
            Expression::parse("A || !B && C"),
            Any(vec![symbol("A"), All(vec![Not(Box::new(symbol("B"))), symbol("C")])])
        );
        assert_eq!(
            Expression::parse("(A||B) && C # why"),
            All(vec![Any(vec![symbol("A"), symbol("B")]), symbol("C")])
        );
    }

    #[test]
    fn a_comparison_with_on_and_off_asks_whether_the_symbol_is_on() {
        assert_eq!(Expression::parse("A=y"), symbol("A"));
        assert_eq!(Expression::parse("A != n"), symbol("A"));
        assert_eq!(Expression::parse("A = n"), Expression::Not(Box::new(symbol("A"))));
        assert_eq!(Expression::parse("GCC_VERSION >= 90100"), Expression::Unknown);
        assert_eq!(Expression::parse("\"$(ARCH)\" = \"x86\""), Expression::Unknown);
    }

    #[test]
    fn what_is_no_expression_is_unknown_and_deep_nesting_ends() {
        for text in ["", "A B", "(A", "&& A", &"(".repeat(100_000), &"!".repeat(100_000)] {
            let parsed = Expression::parse(text);
            assert!(!matches!(parsed, Expression::Symbol(_)), "{text:.20}: {parsed:?}");
        }
    }
}
