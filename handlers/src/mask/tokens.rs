//! The tokens of text without comments and directives.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    Character,
    Sign(u8),
    /// Blanked, and removed when the passes so far are done.
    Gone,
}

/// No partner.
pub(super) const NONE: u32 = u32::MAX;

/// A token, and for a bracket the number of the token that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) partner: u32,
}

/// Splits the text. What C has no use for becomes a blank, and what stands in strings and characters
/// becomes `_`, so that no escape is left.
pub(super) fn read(text: &mut [u8]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while at < text.len() {
        let start = at;
        let kind = match text[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => {
                at = name_end(text, at);
                Kind::Name
            }
            b'0'..=b'9' => {
                at = number_end(text, at);
                number_or_name(&mut text[start..at])
            }
            b'.' if text.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                at = number_end(text, at);
                Kind::Number
            }
            b'"' => {
                at = quoted_end(text, at, b'"');
                Kind::String
            }
            b'\'' => {
                at = quoted_end(text, at, b'\'');
                Kind::Character
            }
            b'\n' => {
                at += 1;
                continue;
            }
            sign if sign.is_ascii_graphic() && !matches!(sign, b'\\' | b'@' | b'`' | b'#') => {
                at += 1;
                Kind::Sign(sign)
            }
            _ => {
                text[at] = b' ';
                at += 1;
                continue;
            }
        };
        tokens.push(Token { kind, start: start as u32, end: at as u32, partner: NONE });
    }
    tokens
}

/// Names of other alphabets are names of as many `_`s as they have bytes.
fn name_end(text: &mut [u8], mut at: usize) -> usize {
    while let Some(byte) = text.get_mut(at) {
        match *byte {
            0x80.. | b'$' => *byte = b'_',
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {}
            _ => break,
        }
        at += 1;
    }
    at
}

/// What a macro is given may start with a digit and be no number: `10baseT_Full`.
fn number_or_name(spelled: &mut [u8]) -> Kind {
    let (prefix, is_digit): (usize, fn(&u8) -> bool) = match spelled {
        [b'0', b'x' | b'X', ..] => (2, u8::is_ascii_hexdigit),
        [b'0', b'b' | b'B', ..] => (2, |byte| matches!(byte, b'0' | b'1')),
        _ => (0, u8::is_ascii_digit),
    };
    let digits = spelled[prefix..].iter().take_while(|byte| is_digit(byte)).count();
    let suffix = &spelled[prefix + digits..];
    let is_suffix =
        |byte: &u8| matches!(byte, b'u' | b'U' | b'l' | b'L' | b'f' | b'F' | b'z' | b'Z');
    let is_number = suffix.iter().all(is_suffix)
        || suffix.contains(&b'.')
        || (prefix == 0 && matches!(suffix, [b'e' | b'E', b'+' | b'-' | b'0'..=b'9', ..]));
    if is_number {
        return Kind::Number;
    }
    for byte in spelled.iter_mut().filter(|byte| matches!(byte, b'+' | b'-')) {
        *byte = b'_';
    }
    spelled[0] = b'_';
    Kind::Name
}

fn number_end(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        let is_exponent =
            matches!(byte, b'+' | b'-') && matches!(text[at - 1], b'e' | b'E' | b'p' | b'P') && {
                // `0xe-1` is a hexadecimal number and a minus sign for those who meant it.
                !text[..at].ends_with(b"xe") && !text[..at].ends_with(b"xE")
            };
        // `0 ... 9` may lack its blanks.
        let is_range = byte == b'.' && text.get(at + 1) == Some(&b'.');
        if is_range
            || !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || is_exponent)
        {
            break;
        }
        at += 1;
    }
    at
}

/// The end of a string or a character; one without an end is closed where its line ends.
fn quoted_end(text: &mut [u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        let byte = text[at];
        if byte == quote {
            if quote == b'\'' && at == start + 1 {
                text[start] = b'0';
                text[at] = b' ';
            }
            return at + 1;
        }
        if byte == b'\n' {
            break;
        }
        if byte == b'\\' && at + 1 < text.len() {
            if text[at + 1] == b'\n' || text[at + 1..].starts_with(b"\r\n") {
                return spliced(text, start, at, quote);
            }
            text[at] = b'_';
            at += 1;
        }
        text[at] = b'_';
        at += 1;
    }
    // What is left of an apostrophe that opens nothing.
    if at == start + 1 {
        text[start] = b'0';
    } else {
        text[at - 1] = quote;
    }
    at
}

/// A string that goes on in the next line becomes two strings.
fn spliced(text: &mut [u8], start: usize, backslash: usize, quote: u8) -> usize {
    text[backslash] = quote;
    if quote == b'\'' && backslash == start + 1 {
        text[start] = b'0';
        text[backslash] = b' ';
    }
    let mut next = backslash + 1;
    while text.get(next) == Some(&b'\r') {
        text[next] = b' ';
        next += 1;
    }
    next += 1;
    match text.get(next) {
        // The string ends right there: its quote would open another one.
        Some(&byte) if byte == quote => text[next] = b' ',
        Some(b'\n') | None => {}
        // An escape that starts the line keeps its second half.
        Some(b'\\') => {
            text[next] = quote;
            if let Some(byte) = text.get_mut(next + 1).filter(|byte| **byte != b'\n') {
                *byte = b'_';
            }
        }
        Some(_) => text[next] = quote,
    }
    backslash + 1
}

/// Finds the partner of each bracket. One without a partner has none, and closes nothing of another kind:
/// a parenthesis ends at the brace around it. A function that starts at the first column ends whatever is
/// still open, which takes care of a brace that is missing.
pub(super) fn pair(tokens: &mut [Token], text: &[u8]) {
    let mut open: Vec<u32> = Vec::new();
    for at in 0..tokens.len() {
        tokens[at].partner = NONE;
        let Kind::Sign(sign) = tokens[at].kind else { continue };
        match sign {
            b'{' => {
                if !open.is_empty() && starts_function(tokens, text, at) {
                    open.clear();
                }
                open.push(at as u32);
            }
            b'(' | b'[' => open.push(at as u32),
            b')' | b']' | b'}' => {
                let opener = match sign {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                let kind = |at: u32| tokens[at as usize].kind;
                let fits = if sign == b'}' {
                    open.iter().rposition(|&other| kind(other) == Kind::Sign(opener))
                } else {
                    open.len().checked_sub(1).filter(|&last| kind(open[last]) == Kind::Sign(opener))
                };
                if let Some(fits) = fits {
                    let other = open[fits];
                    open.truncate(fits);
                    tokens[at].partner = other;
                    tokens[other as usize].partner = at as u32;
                }
            }
            _ => {}
        }
    }
}

/// Whether the brace opens a function: at the first column, behind `)`, with a name at the first column
/// that starts the line of the opening parenthesis.
fn starts_function(tokens: &[Token], text: &[u8], brace: usize) -> bool {
    let is_first = |at: u32| at == 0 || text[at as usize - 1] == b'\n';
    if !is_first(tokens[brace].start) || brace == 0 || tokens[brace - 1].kind != Kind::Sign(b')') {
        return false;
    }
    let partner = tokens[brace - 1].partner;
    if partner == NONE || partner == 0 {
        return false;
    }
    let name = tokens[partner as usize - 1];
    let spelled = &text[name.start as usize..name.end as usize];
    if name.kind != Kind::Name || matches!(spelled, b"if" | b"for" | b"while" | b"switch") {
        return false;
    }
    let line =
        memchr::memrchr(b'\n', &text[..name.start as usize]).map_or(0, |newline| newline + 1);
    text[line].is_ascii_alphabetic() || text[line] == b'_'
}
