//! How definitions are spelled, and the comments that stand by them: what a message quotes, a fix
//! replaces, or a rule takes for evidence. A front end that reads text fills this in; what was read
//! of an object or of a dump has none.

use std::collections::BTreeMap;

use crate::{Record, Span};

/// What is known of the spelling of definitions, by their spans.
#[derive(Debug, Clone, Default)]
pub struct Definitions(BTreeMap<Span, Definition>);

/// What the text says of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definition {
    /// What stands behind the name.
    pub written: Written,
    /// The comment that ends on the line above, its lines without marks.
    pub comment_above: Option<String>,
    /// The comment that begins on the last line, its lines without marks.
    pub comment_beside: Option<String>,
    /// Of a structure, from its keyword to the opening brace. In Rust from the first attribute or
    /// comment, and of a command or a member up to its name.
    pub head: Option<Span>,
    /// What the attributes of a structure in Rust ask for.
    pub attributes: Attributes,
}

/// Attributes of Rust that say how to mend a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// A derive of `ioctlkit`, whose types the structure may then use.
    pub derives_checks: bool,
    /// Any `repr`.
    pub has_repr: bool,
}

/// What a definition consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Written {
    /// Something else, or nothing.
    #[default]
    Otherwise,
    /// `_IOWR('x', 1, struct foo)`.
    Call(Call),
    /// Another name and nothing else.
    Name(String),
    /// `0x5401` and nothing else.
    Hexadecimal(Word),
}

/// A call of a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The macro.
    pub name: Word,
    /// Each argument, without the white space around it.
    pub arguments: Vec<Word>,
    /// From the macro's name to the closing parenthesis.
    pub span: Span,
}

/// A piece of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is spelled.
    pub spelling: String,
    /// Where.
    pub span: Span,
}

impl Definitions {
    /// Adds what is known of the definition at `span`; nothing is worth no entry.
    pub fn add(&mut self, span: Span, definition: Definition) {
        if definition != Definition::default() {
            self.0.insert(span, definition);
        }
    }

    /// Each definition that something is known of, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Span, &Definition)> {
        self.0.iter()
    }

    /// What is known of the definition at `span`.
    pub fn get(&self, span: Span) -> Option<&Definition> {
        self.0.get(&span)
    }

    /// What is known of the first definition of a structure.
    pub fn of_record(&self, record: &Record) -> Option<&Definition> {
        self.get(record.variants.first()?.span)
    }

    /// The call that the definition at `span` consists of.
    pub fn call(&self, span: Span) -> Option<&Call> {
        match &self.get(span)?.written {
            Written::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The other name that the definition at `span` consists of.
    pub fn name(&self, span: Span) -> Option<&str> {
        match &self.get(span)?.written {
            Written::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The hexadecimal literal that the definition at `span` consists of.
    pub fn hexadecimal(&self, span: Span) -> Option<&Word> {
        match &self.get(span)?.written {
            Written::Hexadecimal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Takes in those of another interface.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }
}
