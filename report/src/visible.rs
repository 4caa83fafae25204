//! Characters that nobody sees, shown: what moves a terminal's cursor, ends a line, or turns the
//! direction of the text around it is written as Rust has it (`\u{1b}`), so that a name reads as
//! what it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// Whether a character acts on the text around it: controls (C0, DEL and C1), the ends of lines and
/// paragraphs of Unicode, marks, embeddings, overrides and isolates of bidirectional text, tags, and
/// what is put between lines. What only has no width, such as a joiner, does not.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text on one line: ends of lines and tabs are shown like all that nobody sees.
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    shown(text, is_invisible)
}

/// The text with its lines and tabs, and the rest of what nobody sees shown.
pub fn in_lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| is_invisible(c) && !matches!(c, '\n' | '\t'))
}

/// A path in what people read. Names of files may hold any character, ends of lines too.
pub trait ShownPath {
    /// The path on one line.
    fn shown(&self) -> String;
}

impl ShownPath for Path {
    fn shown(&self) -> String {
        on_one_line(&self.to_string_lossy()).into_owned()
    }
}

fn shown(text: &str, is_shown: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_shown) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_shown(c) {
            // Writing to a string does not fail.
            let _ = write!(result, "{}", c.escape_unicode());
        } else {
            result.push(c);
        }
    }
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_shown_and_the_rest_is_as_it_was() {
        assert_eq!(
            on_one_line("a\u{1b}[2J\u{9b}1m\r\n\tb"),
            "a\\u{1b}[2J\\u{9b}1m\\u{d}\\u{a}\\u{9}b"
        );
        assert_eq!(in_lines("a\n\tb\u{202e}c"), "a\n\tb\\u{202e}c");
        assert_eq!(Path::new("a\n::error::/\u{1b}").shown(), "a\\u{a}::error::/\\u{1b}");
        assert!(matches!(on_one_line("naïve 漢字 ::"), Cow::Borrowed(_)));
    }

    #[test]
    fn every_control_and_every_bidirectional_format_character_is_shown() {
        let bidirectional = (0x202a..=0x202e).chain(0x2066..=0x2069).chain([0x200e, 0x200f, 0x61c]);
        for code in (0..0x20).chain(0x7f..=0x9f).chain(bidirectional) {
            let c = char::from_u32(code).unwrap();
            assert!(is_invisible(c), "{code:x}");
            assert_eq!(on_one_line(&c.to_string()), format!("\\u{{{code:x}}}"));
        }
    }
}
