//! The value of an enumerator or a constant, as its tokens come.

use std::sync::Arc;

use crate::c::lex::names::hash;
use crate::c::lex::scan::{Define, Token};

/// A name, and what has been seen of the value behind its `=`.
#[derive(Debug)]
pub(super) struct Value {
    found: Define,
    words: Vec<u64>,
    /// How often it shifts.
    shifts: u32,
    /// Parentheses that are open.
    open: u32,
}

impl Value {
    /// Of the name that begins at `at`; the `=` ends at `end`.
    pub(super) fn new(name: String, at: u32, end: u32, region: Option<usize>) -> Self {
        let found = Define {
            hash: hash(&name),
            at: at..at + name.len() as u32,
            name,
            parameters: None,
            body: end..end,
            words: Arc::default(),
            region,
            behind: 0,
        };
        Self { found, words: Vec::new(), shifts: 0, open: 0 }
    }

    /// Whether a comma would end it.
    pub(super) fn is_closed(&self) -> bool {
        self.open == 0
    }

    /// Adds a token at that place.
    pub(super) fn add(mut self, token: Token<'_>, start: u32, end: u32) -> Self {
        match token {
            Token::Punctuation("(") => self.open += 1,
            Token::Punctuation(")") => self.open = self.open.saturating_sub(1),
            Token::Punctuation("<<") => self.shifts += 1,
            Token::Word(word) => self.words.push(hash(word)),
            _ => {}
        }
        if self.found.body.is_empty() {
            self.found.body.start = start;
        }
        self.found.body.end = end;
        self
    }

    /// The definition, as the macro that it could have been; nothing where the value is made of plain numbers
    /// that no shifts put together.
    pub(super) fn end(self) -> Option<Define> {
        let may_be_command = !self.words.is_empty() || self.shifts > 1;
        may_be_command.then(|| Define { words: self.words.into(), ..self.found })
    }
}
