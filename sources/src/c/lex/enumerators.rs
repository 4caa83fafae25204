//! Enumerators whose values are made of words, or of shifts: some headers define their commands so
//! (`enum { BINDER_WRITE_READ = _IOWR('b', 1, …) }`).
//!
//! Where a tag speaks of a protocol, the values go into a buffer, though `_IOW` makes them: binder's.

use std::sync::Arc;

use crate::c::lex::names::hash;
use crate::c::lex::scan::{Define, Token};
use crate::c::lex::value::Value;

/// Follows the tokens of a file, those of directives left out.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    state: State,
    base: Option<Base>,
}

#[derive(Debug, Default)]
enum State {
    /// Anywhere else.
    #[default]
    Outside,
    /// Behind the word `enum`.
    Announced,
    /// Between two enumerators.
    Inside,
    /// Behind an enumerator's name.
    Named { name: String, at: u32 },
    /// In an enumerator's value.
    Valued(Value),
}

/// The enumerator with a value that those without one count from.
#[derive(Debug, Clone)]
struct Base {
    body: std::ops::Range<u32>,
    words: Arc<[u64]>,
    /// How many enumerators stand behind it so far.
    behind: u32,
}

impl Reader {
    /// Takes the token at `at`, in that region, and yields the enumerator that it ends.
    pub(crate) fn take(
        &mut self,
        at: usize,
        token: Token<'_>,
        region: Option<usize>,
    ) -> Option<Define> {
        let (start, end) = (at as u32, (at + token.text().len()) as u32);
        let state = std::mem::take(&mut self.state);
        let mut ended = None;
        self.state = match (state, token) {
            (State::Announced, Token::Punctuation("{")) => {
                self.base = None;
                State::Inside
            }
            (State::Named { name, at }, Token::Punctuation(mark @ ("," | "}"))) => {
                ended = self.counted(name, at, region);
                if mark == "," { State::Inside } else { State::Outside }
            }
            (State::Outside, Token::Word("enum")) => State::Announced,
            // The tag; what is no definition ends with it.
            (State::Announced, Token::Word(tag)) if !is_of_protocol(tag) => State::Announced,
            (State::Inside | State::Named { .. }, Token::Word(name)) => {
                State::Named { name: name.to_owned(), at: start }
            }
            (State::Named { name, at }, Token::Punctuation("=")) => {
                State::Valued(Value::new(name, at, end, region))
            }
            (State::Valued(value), Token::Punctuation(mark @ ("," | "}"))) if value.is_closed() => {
                ended = value.end();
                self.base = ended.as_ref().map(|found| {
                    let (body, words) = (found.body.clone(), Arc::clone(&found.words));
                    Base { body, words, behind: 0 }
                });
                if mark == "," { State::Inside } else { State::Outside }
            }
            (State::Valued(value), token) => State::Valued(value.add(token, start, end)),
            (State::Inside | State::Named { .. }, token) if token != Token::Punctuation("}") => {
                State::Inside
            }
            _ => State::Outside,
        };
        ended
    }

    /// Whether the next token may begin an enumerator, or follows the name of one.
    pub(crate) fn is_between(&self) -> bool {
        matches!(self.state, State::Inside | State::Named { .. })
    }

    /// An enumerator without a value: one more than the one in front of it.
    fn counted(&mut self, name: String, at: u32, region: Option<usize>) -> Option<Define> {
        let base = self.base.as_mut()?;
        base.behind += 1;
        let end = at + name.len() as u32;
        Some(Define {
            hash: hash(&name),
            name,
            at: at..end,
            parameters: None,
            body: base.body.clone(),
            words: Arc::clone(&base.words),
            region,
            behind: base.behind,
        })
    }
}

/// Whether a tag says that its values are sent and not called: `binder_driver_return_protocol`.
fn is_of_protocol(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    ["protocol", "event", "message", "reply", "response"].iter().any(|word| tag.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::c::lex::scan::scan;

    fn enumerators(text: &str) -> Vec<(String, String)> {
        let found = scan(text).enumerators;
        let slice = |at: &std::ops::Range<u32>| text[at.start as usize..at.end as usize].to_owned();
        found.iter().map(|one| (slice(&one.at), slice(&one.body))).collect()
    }

    #[test]
    fn enumerators_are_those_of_definitions_with_words_in_their_values() {
        let text = "enum a_ioctls { A, B = 1, N, C = _IO('b', 1), /* D = X, */\n\
                    #define F F\n\tF = X | (Y, Z) };\nenum a_ioctls v = A;\nint w = { X };\n\
                    struct s s = { .x = A, .y = X };\nenum b;\n\
                    enum a_protocol { P = _IO(1, 3) };\nenum { E = _IO(1, 2) } e;\n\
                    enum { S = 1 << 3, H = 2u << 30 | ('h' << 8), I };\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let own = "2u << 30 | ('h' << 8)";
        let expected = [
            pair("C", "_IO('b', 1)"),
            pair("F", "X | (Y, Z)"),
            pair("E", "_IO(1, 2)"),
            pair("H", own),
            pair("I", own),
        ];
        assert_eq!(enumerators(text)[..], expected);
    }

    #[test]
    fn text_that_ends_in_an_enumeration_is_no_harm() {
        for text in ["enum", "enum {", "enum { A", "enum { A =", "enum { A = (", "enum { = , }"] {
            assert!(enumerators(text).is_empty(), "{text}");
        }
    }
}
