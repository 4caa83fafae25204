//! The comments of Rust, which syn leaves out: they nest, and stand among strings, of which some are
//! raw.

use std::ops::Range;

/// Where the comments of a text are, delimiters included, in order. Nothing is an error: what does
/// not end, ends with the text.
pub fn comments(text: &str) -> Vec<Range<u32>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = at + token(&text.as_bytes()[at..], before(text, at));
        if let [b'/', b'/' | b'*', ..] = text.as_bytes()[at..end] {
            found.push(at as u32..end as u32);
        }
        at = end;
    }
    found
}

/// The text with white space in place of comments and what is in strings, byte for byte.
pub(in crate::rust) fn code(text: &str) -> Vec<u8> {
    let mut code = text.as_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let end = at + token(&text.as_bytes()[at..], before(text, at));
        if end - at > 1 {
            code[at..end].fill(b' ');
        }
        at = end;
    }
    code
}

fn before(text: &str, at: usize) -> Option<u8> {
    at.checked_sub(1).map(|before| text.as_bytes()[before])
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// How long the token at the beginning is: a comment, a string, or one character.
fn token(text: &[u8], before: Option<u8>) -> usize {
    match text {
        [b'/', b'/', ..] => find(text, b"\n").unwrap_or(text.len()),
        [b'/', b'*', ..] => block_comment(text),
        [b'"', ..] => quoted(text, b'"'),
        [b'\'', ..] => letter_or_lifetime(text),
        [b'r', rest @ ..] if !before.is_some_and(|c| is_name(c) && !matches!(c, b'b' | b'c')) => {
            raw_string(rest).map_or(1, |length| length + 1)
        }
        [first, ..] => width(*first),
        [] => 0,
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// How many bytes the character has that begins with this one.
fn width(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

fn block_comment(text: &[u8]) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        match text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => {
                (depth, at) = (depth.saturating_sub(1), at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// From one mark to the next that no backslash stands before.
fn quoted(text: &[u8], mark: u8) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            byte if byte == mark => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// `'a'` is a letter, `'a` a lifetime.
fn letter_or_lifetime(text: &[u8]) -> usize {
    match text.get(1) {
        Some(b'\\') => {
            // No escape of a letter has an end of line in it.
            let line = find(text, b"\n").unwrap_or(text.len());
            quoted(&text[..line], b'\'')
        }
        Some(first) => {
            let end = 1 + width(*first);
            if text.get(end) == Some(&b'\'') { end + 1 } else { 1 }
        }
        None => 1,
    }
}

/// `#"…"#` behind an `r`, with any number of `#`; `r#type` is a name.
fn raw_string(text: &[u8]) -> Option<usize> {
    let hashes = text.iter().take_while(|byte| **byte == b'#').count();
    let body = text.get(hashes..)?.strip_prefix(b"\"")?;
    let end: Vec<u8> = [b"\"".as_slice(), &text[..hashes]].concat();
    let length = find(body, &end).map_or(body.len(), |at| at + end.len());
    Some(hashes + 1 + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        let range = |range: Range<u32>| range.start as usize..range.end as usize;
        comments(text).into_iter().map(|found| &text[range(found)]).collect()
    }

    #[test]
    fn comments_are_found_and_strings_are_not() {
        assert_eq!(texts("let a; /* b */ // c\nlet d;"), ["/* b */", "// c"]);
        assert_eq!(texts("/* a /* b */ c */ d"), ["/* a /* b */ c */"]);
        assert_eq!(texts(r#"let s = "// no"; // yes"#), ["// yes"]);
        assert_eq!(texts(r#"let s = "\"// no"; // yes"#), ["// yes"]);
        assert_eq!(texts("let s = r\"\\\"; // yes"), ["// yes"]);
        assert_eq!(texts("let s = r#\"\" // no\"#; // yes"), ["// yes"]);
        assert_eq!(texts("let s = br##\"\"# // no\"##; // yes"), ["// yes"]);
        assert_eq!(texts("let r#type = 1; // yes"), ["// yes"]);
        assert_eq!(texts("let four\"// no\""), [] as [&str; 0]);
        assert_eq!(texts("let c = '\"'; // yes"), ["// yes"]);
        assert_eq!(texts(r"let c = '\''; // yes"), ["// yes"]);
        assert_eq!(texts("fn f<'a>(x: &'a str) {} // yes"), ["// yes"]);
        assert_eq!(texts("let c = 'é'; // yes"), ["// yes"]);
        assert_eq!(texts("// one \\\nlet a;"), ["// one \\"]);
        assert_eq!(texts("/* not closed /* */"), ["/* not closed /* */"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_every_place_is_one_of_the_text(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("\""), Just("'"), Just("r#\""), Just("\"#"), Just("/*"), Just("*/"),
                    Just("//"), Just("\n"), Just("\\"), Just("é"), Just("'a"), Just("b"), Just("🦀"),
                ],
                0..30,
            )
        ) {
            let text = pieces.concat();
            for found in texts(&text) {
                prop_assert!(found.starts_with("//") || found.starts_with("/*"));
            }
        }
    }
}
