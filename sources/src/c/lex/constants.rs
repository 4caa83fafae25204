//! Constants of a file whose values are made of words, or of shifts: some headers define their commands so
//! (`static const unsigned int FOO_GET = _IOR('f', 1, …);`).

use crate::c::lex::scan::{Define, Token};
use crate::c::lex::value::Value;

/// Follows the tokens of a file, those of directives left out.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    state: State,
    /// Braces that are open: of functions and types, not those of `extern "C"`.
    braces: u32,
}

#[derive(Debug, Default)]
enum State {
    /// Anywhere else.
    #[default]
    Outside,
    /// Behind a string: the `"C"` of `extern "C" {`.
    Linkage,
    /// Behind `const`, with the last word so far and its place: the name, once `=` follows.
    Declared(Option<(String, u32)>),
    /// In a constant's value.
    Valued(Value),
}

impl Reader {
    /// Whether the next token is in no function, type or initialiser.
    pub(crate) fn is_at_file_scope(&self) -> bool {
        self.braces == 0
    }

    /// Takes the token at `at`, in that region, and yields the constant that it ends. `line` is the text
    /// of the token's line in front of it.
    pub(crate) fn take(
        &mut self,
        at: usize,
        token: Token<'_>,
        region: Option<usize>,
        line: &str,
    ) -> Option<Define> {
        let (start, end) = (at as u32, (at + token.text().len()) as u32);
        let state = std::mem::take(&mut self.state);
        match token {
            Token::Punctuation("{") if matches!(state, State::Linkage) => return None,
            Token::Punctuation("{") => {
                self.braces += 1;
                return None;
            }
            Token::Punctuation("}") => {
                // Branches of a condition may open a brace twice; what begins a line ends them all.
                self.braces = if line.is_empty() { 0 } else { self.braces.saturating_sub(1) };
                return None;
            }
            _ if self.braces > 0 => return None,
            _ => {}
        }
        let mut ended = None;
        self.state = match (state, token) {
            (State::Outside | State::Linkage, Token::Word("const" | "constexpr")) => {
                State::Declared(None)
            }
            (State::Outside, Token::Quoted(_)) => State::Linkage,
            (State::Declared(_), Token::Word(name)) => {
                State::Declared(Some((name.to_owned(), start)))
            }
            (State::Declared(_), Token::Punctuation(",")) => State::Declared(None),
            (State::Declared(Some((name, at))), Token::Punctuation("=")) => {
                State::Valued(Value::new(name, at, end, region))
            }
            (State::Valued(value), Token::Punctuation(mark @ ("," | ";"))) if value.is_closed() => {
                ended = value.end();
                if mark == "," { State::Declared(None) } else { State::Outside }
            }
            // The default of a parameter.
            (State::Valued(value), Token::Punctuation(")")) if value.is_closed() => State::Outside,
            (State::Valued(value), token) => State::Valued(value.add(token, start, end)),
            _ => State::Outside,
        };
        ended
    }
}

#[cfg(test)]
mod tests {
    use crate::c::lex::scan::scan;

    fn constants(text: &str) -> Vec<(String, String)> {
        let found = scan(text).enumerators;
        let slice = |at: &std::ops::Range<u32>| text[at.start as usize..at.end as usize].to_owned();
        found.iter().map(|one| (slice(&one.at), slice(&one.body))).collect()
    }

    #[test]
    fn constants_of_a_file_with_words_in_their_values_are_found() {
        let text = "static const unsigned int A = _IO('a', 1);\n\
                    unsigned const long B = /* B */ X(1, 2), C = 3, D = Y;\n\
                    #ifdef __cplusplus\nextern \"C\" {\n#endif\n\
                    static constexpr int E = (Z);\nconst int S = 1 << 3, H = 2u << 30 | 'h' << 8;\n\
                    #ifdef __cplusplus\n}\n#endif\n\
                    #ifdef P\nstruct s {\n#else\nstruct t {\n#endif\nint m;\n};\nconst int F = X;\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [
            pair("A", "_IO('a', 1)"),
            pair("B", "X(1, 2)"),
            pair("D", "Y"),
            pair("E", "(Z)"),
            pair("H", "2u << 30 | 'h' << 8"),
            pair("F", "X"),
        ];
        assert_eq!(constants(text)[..], expected);
    }

    #[test]
    fn what_is_no_integer_or_in_a_function_is_no_constant_of_the_file() {
        for text in [
            "static unsigned int a = X;\n",
            "const char *a = X;\n",
            "static const unsigned int a[] = { X, Y };\n",
            "static const struct s a = { .m = X };\n",
            "static inline int f(const int a, const struct s *s)\n{\n\tconst int b = X(a);\n\treturn b;\n}\n",
            "int f(const int a = X);\n",
            "static const int a = 1;\nint b = X;\n",
        ] {
            assert!(constants(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn text_that_ends_in_a_constant_is_no_harm() {
        for text in ["const", "const int", "const =", "const a =", "const a = (", "const a = X))"] {
            assert!(constants(text).is_empty(), "{text}");
        }
    }
}
