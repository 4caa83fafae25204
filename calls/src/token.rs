//! The tokens of C and C++ text.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Number,
    /// A string or a character.
    Quoted,
    Sign,
}

/// Where a token is that comes from another file.
pub(crate) const ELSEWHERE: u32 = u32::MAX;

/// A token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    /// Its first byte in the file that is read; [`ELSEWHERE`] where a macro brought it.
    pub(crate) at: u32,
}

impl Token<'_> {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != Kind::Quoted
    }

    pub(crate) fn is_name(&self) -> bool {
        self.kind == Kind::Name
    }

    /// The byte behind it.
    pub(crate) fn end(&self) -> u32 {
        self.at.saturating_add(self.text.len() as u32)
    }
}

/// Whether the token at a place is that one.
pub(crate) fn is_at(tokens: &[Token<'_>], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is(text))
}

/// Signs of more than one character, the longer ones first.
const SIGNS: [&str; 22] = [
    "...", "<<=", ">>=", "->", "::", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "++", "--",
    "+=", "-=", "*=", "/=", "%=", "&=", "|=",
];

/// What the text has next.
pub(crate) enum Step<'t> {
    Token(Token<'t>),
    /// A `#` that begins a line: the directive begins there.
    Directive(usize),
    End,
}

/// Takes tokens off a text, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    is_line_empty: bool,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, is_line_empty: true }
    }

    /// Goes on from another place, at the beginning of a line.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = at.min(self.text.len());
        self.is_line_empty = true;
    }

    pub(crate) fn next(&mut self) -> Step<'t> {
        let bytes = self.text.as_bytes();
        loop {
            let Some(&byte) = bytes.get(self.at) else { return Step::End };
            let start = self.at;
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.is_line_empty = true;
                }
                b'/' if bytes.get(start + 1) == Some(&b'*') => {
                    let end = memchr::memmem::find(&bytes[start + 2..], b"*/");
                    self.at = end.map_or(bytes.len(), |end| start + 2 + end + 2);
                }
                b'/' if bytes.get(start + 1) == Some(&b'/') => self.at = line_end(bytes, start),
                b'#' if self.is_line_empty => {
                    self.is_line_empty = false;
                    return Step::Directive(start);
                }
                b'"' | b'\'' => {
                    self.at = quoted_end(bytes, start);
                    return self.token(Kind::Quoted, start);
                }
                b'R' if bytes.get(start + 1) == Some(&b'"') => {
                    self.at = raw_string_end(bytes, start);
                    return self.token(Kind::Quoted, start);
                }
                b'0'..=b'9' => {
                    self.at = number_end(bytes, start);
                    return self.token(Kind::Number, start);
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => {
                    let is_name = |byte: &u8| {
                        byte.is_ascii_alphanumeric() || matches!(*byte, b'_' | b'$' | 0x80..)
                    };
                    let length = bytes[start..].iter().take_while(|byte| is_name(byte)).count();
                    self.at = start + length;
                    return self.token(Kind::Name, start);
                }
                byte if byte.is_ascii_graphic() && byte != b'\\' => {
                    let rest = &self.text[start..];
                    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                    self.at = start + sign.map_or(1, |sign| sign.len());
                    return self.token(Kind::Sign, start);
                }
                _ => self.at += 1,
            }
        }
    }

    fn token(&mut self, kind: Kind, start: usize) -> Step<'t> {
        self.is_line_empty = false;
        Step::Token(Token { kind, text: &self.text[start..self.at], at: start as u32 })
    }
}

/// The tokens of a piece of text without directives, as of a macro's definition; `offset` is where it begins.
pub(crate) fn tokens_of(text: &str, offset: u32) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text);
    lexer.is_line_empty = false;
    let mut tokens = Vec::new();
    loop {
        match lexer.next() {
            Step::Token(token) => tokens.push(Token { at: token.at + offset, ..token }),
            Step::Directive(at) => lexer.at = at + 1,
            Step::End => return tokens,
        }
    }
}

/// The end of a line with those that continue it.
pub(crate) fn line_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
        let line = bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]);
        if end == bytes.len() || !line.ends_with(b"\\") {
            return end;
        }
        at = end + 1;
    }
}

/// The end of a directive: a comment in it may go on in other lines.
pub(crate) fn directive_end(bytes: &[u8], start: usize) -> usize {
    let mut from = start;
    loop {
        let end = line_end(bytes, from);
        let mut at = from;
        let mut behind = None;
        while at + 1 < end {
            match &bytes[at..at + 2] {
                b"//" => break,
                b"/*" => {
                    let close = memchr::memmem::find(&bytes[at + 2..], b"*/");
                    at = close.map_or(bytes.len(), |close| at + 2 + close + 2);
                    if at > end {
                        behind = Some(at);
                        break;
                    }
                }
                [b'"', _] => at = quoted_end(bytes, at),
                _ => at += 1,
            }
        }
        match behind {
            Some(at) => from = at.min(bytes.len()),
            None => return end,
        }
    }
}

/// Behind a string or a character, or at the end of its line when nothing closes it.
fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => return at,
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    // An escape may begin in front of a character of several bytes.
    bytes.len()
}

/// Behind `R"x(…)x"`.
fn raw_string_end(bytes: &[u8], start: usize) -> usize {
    let head = &bytes[start + 2..bytes.len().min(start + 20)];
    let Some(open) = memchr::memchr(b'(', head) else { return quoted_end(bytes, start + 1) };
    let mut close = vec![b')'];
    close.extend_from_slice(&head[..open]);
    close.push(b'"');
    let from = start + 2 + open;
    let end = memchr::memmem::find(&bytes[from..], &close);
    end.map_or(bytes.len(), |end| from + end + close.len())
}

fn number_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        let is_exponent = matches!(byte, b'+' | b'-')
            && matches!(bytes[at - 1], b'e' | b'E' | b'p' | b'P')
            && !bytes[..at].ends_with(b"xe")
            && !bytes[..at].ends_with(b"xE");
        let is_separator =
            byte == b'\'' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !(byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'_')
            || is_exponent
            || is_separator)
        {
            break;
        }
        at += 1;
    }
    at
}

/// The place behind the bracket that closes the one at `open`; the end where nothing closes it.
pub(crate) fn behind(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Sign {
            continue;
        }
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// The pieces between commas that no bracket encloses.
pub(crate) fn split<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (place, token) in tokens.iter().enumerate() {
        match token.text {
            _ if token.kind != Kind::Sign => {}
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                pieces.push(&tokens[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    if start < tokens.len() || !pieces.is_empty() {
        pieces.push(&tokens[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens_of(text, 0).iter().map(|token| token.text).collect()
    }

    #[test]
    fn names_numbers_strings_and_signs_are_told_apart() {
        assert_eq!(
            texts("a->b >>= 0x1fUL + 1e-3 /* x */ // y"),
            ["a", "->", "b", ">>=", "0x1fUL", "+", "1e-3"]
        );
        assert_eq!(
            texts(r#"f("a\"b", 'x', R"z(")z")"#),
            ["f", "(", r#""a\"b""#, ",", "'x'", ",", r#"R"z(")z""#, ")"]
        );
        assert_eq!(texts("0xe-1"), ["0xe", "-", "1"]);
        assert_eq!(texts("1'000"), ["1'000"]);
        assert_eq!(texts("\"open"), ["\"open"]);
        assert_eq!(texts("\"ä\\"), ["\"ä\\"]);
    }

    #[test]
    fn arguments_end_at_the_commas_between_them() {
        let tokens = tokens_of("f(a, b[1, 2]), {c, d}", 0);
        assert_eq!(split(&tokens).len(), 2);
        assert_eq!(behind(&tokens, 1), 11);
        assert_eq!(split(&[]).len(), 0);
    }
}
