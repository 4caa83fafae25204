//! What the passes work on, and what comes out.
use super::names::Names;
use super::pieces::{Piece, PieceKind};
use super::tokens::{self, Kind, NONE, Token};
use crate::ast::{Text, TypeName};
use rustc_hash::FxHashMap;

/// What stands in the masked text for something else, by the place where it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// A name or a keyword that stands for a type.
    Type(TypeName),
    /// A `!` that stands for a cast.
    Cast(TypeName),
    /// A `while` that stands for the call of a macro: its name.
    Loop(Text),
    /// A `while` that stands for the call of a macro without arguments: its name.
    EmptyLoop(Text),
    /// A `||` that stands for the `...` of a case.
    Range,
    /// A name that stands for something that is no C.
    Opaque,
    /// A name that stands for an operator.
    Operator,
    /// A name that stands for another place.
    Name(Text),
    /// The name of a call that is `sizeof`.
    SizeOf,
}

/// A masked file.
#[derive(Debug)]
pub(crate) struct Masked {
    /// ASCII text, as long as the original.
    pub(crate) text: Vec<u8>,
    /// Where `__user` stood, in order.
    pub(crate) users: Vec<u32>,
    /// What stands for something else.
    pub(crate) marks: FxHashMap<u32, Mark>,
    /// Conditionals that nothing closes.
    pub(crate) unclosed: Vec<Text>,
    /// The functions and variables of the file's scope.
    pub(crate) pieces: Vec<Piece>,
    /// Which names are types.
    pub(crate) names: Names,
}

/// The state of the passes.
pub(super) struct Sink {
    pub(super) masked: Masked,
    pub(super) tokens: Vec<Token>,
}

impl Sink {
    pub(super) fn new(text: Vec<u8>, mut tokens: Vec<Token>) -> Self {
        tokens::pair(&mut tokens, &text);
        let masked = Masked {
            text,
            users: Vec::new(),
            marks: FxHashMap::default(),
            unclosed: Vec::new(),
            pieces: Vec::new(),
            names: Names::default(),
        };
        Self { masked, tokens }
    }

    pub(super) fn finish(mut self, names: Names) -> Masked {
        self.masked.names = names;
        // What is left of other alphabets stands where C has none.
        debug_assert!(self.masked.text.is_ascii());
        self.masked
    }

    /// Drops the tokens that are gone and pairs the brackets again.
    pub(super) fn settle(&mut self) {
        self.tokens.retain(|token| token.kind != Kind::Gone);
        tokens::pair(&mut self.tokens, &self.masked.text);
    }

    /// The spelling of a token; empty behind the last one.
    pub(super) fn spelled(&self, at: usize) -> &[u8] {
        self.tokens
            .get(at)
            .map_or(b"", |token| &self.masked.text[token.start as usize..token.end as usize])
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.tokens.get(at).map_or(Kind::Gone, |token| token.kind)
    }

    pub(super) fn is(&self, at: usize, sign: u8) -> bool {
        self.kind(at) == Kind::Sign(sign)
    }

    pub(super) fn is_name(&self, at: usize) -> bool {
        self.kind(at) == Kind::Name
    }

    /// The token that closes what this one opens, or opens what it closes.
    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.tokens
            .get(at)
            .map(|token| token.partner)
            .filter(|&partner| partner != NONE)
            .map(|it| it as usize)
    }

    /// From the start of a token to the end of another one.
    pub(super) fn place(&self, from: usize, to: usize) -> Text {
        Text { start: self.tokens[from].start, end: self.tokens[to].end }
    }

    /// Whether a newline stands in front of the token.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        let (Some(before), Some(token)) =
            (at.checked_sub(1).map(|at| self.tokens[at]), self.tokens.get(at))
        else {
            return true;
        };
        memchr::memchr(b'\n', &self.masked.text[before.end as usize..token.start as usize])
            .is_some()
    }

    /// Blanks what stands in a place; newlines stay.
    pub(super) fn blank(&mut self, place: Text) {
        for byte in &mut self.masked.text[place.start as usize..place.end as usize] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    /// Blanks tokens, and what is between them.
    pub(super) fn remove(&mut self, from: usize, to: usize) {
        self.blank(self.place(from, to));
        for token in &mut self.tokens[from..=to] {
            token.kind = Kind::Gone;
        }
    }

    pub(super) fn write(&mut self, at: u32, with: &[u8]) {
        self.masked.text[at as usize..at as usize + with.len()].copy_from_slice(with);
    }

    /// Replaces tokens by one name: `with` where it fits in a line, filled up with `_` when it is to be as
    /// long as what it stands for. Gives the place of the name.
    pub(super) fn replace(&mut self, from: usize, to: usize, with: &[u8]) -> Option<u32> {
        let place = self.place(from, to);
        let mut start = place.start;
        let mut fits = None;
        while start < place.end {
            let rest = &self.masked.text[start as usize..place.end as usize];
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            if length >= with.len() {
                fits = Some(start);
                break;
            }
            start += length as u32 + 1;
        }
        let start = fits?;
        self.remove(from, to);
        self.write(start, with);
        let token =
            Token { kind: Kind::Name, start, end: start + with.len() as u32, partner: NONE };
        self.tokens[from] = token;
        Some(start)
    }
}

impl Sink {
    /// Whether `__user` stood in a place.
    pub(super) fn has_user(&self, place: Text) -> bool {
        self.masked.has_user(place)
    }

    /// The bodies of functions and the initialisers of variables: their first tokens, and those behind
    /// their last ones.
    pub(super) fn bodies(&self) -> Vec<(usize, usize)> {
        let number = |place: u32| self.tokens.partition_point(|token| token.start < place);
        let pieces = self.masked.pieces.iter().filter(|piece| piece.kind != PieceKind::Broken);
        pieces.map(|piece| (number(piece.body), number(piece.at.end))).collect()
    }

    /// The token in front of another one, without those that are gone.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        (0..at).rev().take(64).find(|&at| self.tokens[at].kind != Kind::Gone)
    }
}

impl Masked {
    /// Whether `__user` stood in a place.
    pub(crate) fn has_user(&self, place: Text) -> bool {
        let first = self.users.partition_point(|user| *user < place.start);
        self.users.get(first).is_some_and(|user| *user < place.end)
    }
}
