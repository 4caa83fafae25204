//! A stream that people read: on a terminal, or in the log of a CI system, which obeys lines of it.
//!
//! What programs print for people holds names and texts of others. [`Terminal`] is the last thing
//! that they go through, so that none of them can move the cursor, turn the direction of the text,
//! or give the CI system a command.

use std::ffi::OsString;
use std::io;

use crate::visible::{self, is_invisible};

/// Passes text on. What nobody sees is shown (`\u{1b}`), but for ends of lines, tabs and, where
/// they are wanted, colours. A line that GitHub's runner would take for a command is none: the name
/// behind `::` at its beginning, and `##[` anywhere, lose their form.
#[derive(Debug)]
pub struct Terminal<W: io::Write> {
    out: W,
    colours: bool,
    /// Bytes of a character that is not complete.
    partial: Vec<u8>,
    /// An escape sequence that is not complete, or what else is not known yet.
    sequence: String,
    /// What the line has so far, as far as that matters.
    line: Line,
}

/// What the characters before tell of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Nothing but white space is on the line.
    Empty,
    /// A colon is the first thing on it.
    Colon,
    /// Two are.
    Colons,
    /// Something is on it.
    Text,
    /// One `#` is in front.
    Hash,
    /// Two are.
    Hashes,
}

/// The longest sequence for colours, in bytes.
const LONGEST: usize = 32;

impl<W: io::Write> Terminal<W> {
    /// A stream without colours.
    pub fn plain(out: W) -> Self {
        Self {
            out,
            colours: false,
            partial: Vec::new(),
            sequence: String::new(),
            line: Line::Empty,
        }
    }

    /// A stream that lets sequences for colours through. Text of others may not hold any: see
    /// [`crate::visible`].
    pub fn coloured(out: W) -> Self {
        Self { colours: true, ..Self::plain(out) }
    }

    fn text(&mut self, text: &str, shown: &mut String) {
        for c in text.chars() {
            if self.sequence.is_empty() {
                self.character(c, shown);
                continue;
            }
            self.sequence.push(c);
            let is_body = |c: char| c.is_ascii_digit() || c == ';';
            match c {
                '[' if self.sequence.len() == 2 => {}
                'm' if self.sequence.len() > 2 => {
                    shown.push_str(&std::mem::take(&mut self.sequence));
                }
                c if self.sequence.len() > 2 && is_body(c) && self.sequence.len() < LONGEST => {}
                _ => self.give_up(shown),
            }
        }
    }

    /// What looked like a sequence is none.
    fn give_up(&mut self, shown: &mut String) {
        let sequence = std::mem::take(&mut self.sequence);
        let mut characters = sequence.chars();
        if let Some(first) = characters.next() {
            self.show(first, shown);
        }
        let rest: String = characters.collect();
        self.text(&rest, shown);
    }

    fn character(&mut self, c: char, shown: &mut String) {
        match c {
            '\n' => self.line = Line::Empty,
            '\u{1b}' if self.colours => return self.sequence.push(c),
            c if is_invisible(c) && c != '\t' => return self.show(c, shown),
            // The runner skips white space in front of `::`.
            c if c.is_whitespace() && self.line == Line::Empty => {}
            ':' if self.line == Line::Empty => self.line = Line::Colon,
            ':' if self.line == Line::Colon => self.line = Line::Colons,
            // Every command begins with a letter.
            c if c.is_ascii_alphabetic() && self.line == Line::Colons => {
                return self.show(c, shown);
            }
            '#' if matches!(self.line, Line::Hash | Line::Hashes) => self.line = Line::Hashes,
            '#' => self.line = Line::Hash,
            '[' if self.line == Line::Hashes => return self.show(c, shown),
            _ => self.line = Line::Text,
        }
        shown.push(c);
    }

    fn show(&mut self, c: char, shown: &mut String) {
        shown.extend(c.escape_unicode());
        self.line = Line::Text;
    }
}

/// The value of the last `--color` of a command line, whether the rest of it is right or not, so that usage errors
/// obey it. Arguments behind `--` are not the program's.
pub fn colour_word(arguments: impl IntoIterator<Item = OsString>) -> Option<String> {
    let mut word = None;
    let mut arguments = arguments.into_iter().map_while(|it| it.into_string().ok());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--" => break,
            "--color" => word = arguments.next().or(word),
            other => word = other.strip_prefix("--color=").map(str::to_owned).or(word),
        }
    }
    word
}

/// A usage error or a help text as it is printed: in colours, where that form is given, else plain. It quotes the
/// command line, and so is plain where the command line has escape sequences in it: nobody could tell these from ours.
pub fn about_arguments(coloured: Option<String>, plain: &str) -> String {
    let has_escapes = std::env::args_os().any(|it| it.as_encoded_bytes().contains(&0x1b));
    let coloured = coloured.filter(|_| !has_escapes);
    coloured.unwrap_or_else(|| visible::in_lines(plain).into_owned())
}

/// A text as it comes out of a stream without colours.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    Terminal::plain(io::sink()).text(text, &mut shown);
    shown
}

impl<W: io::Write> io::Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut shown = String::with_capacity(bytes.len());
        let mut all = std::mem::take(&mut self.partial);
        all.extend_from_slice(bytes);
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.text(chunk.valid(), &mut shown);
            let invalid = chunk.invalid();
            // The end of the bytes may be the beginning of a character.
            let may_go_on = std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
            if chunks.peek().is_none() && may_go_on {
                invalid.clone_into(&mut self.partial);
            } else if !invalid.is_empty() {
                self.text("\u{fffd}", &mut shown);
            }
        }
        self.out.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut shown = String::new();
        self.give_up(&mut shown);
        self.out.write_all(shown.as_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn through(mut terminal: Terminal<Vec<u8>>, bytes: &[u8], at_once: usize) -> String {
        bytes.chunks(at_once).for_each(|chunk| terminal.write_all(chunk).unwrap());
        terminal.flush().unwrap();
        String::from_utf8(terminal.out).unwrap()
    }

    #[test]
    fn commands_of_a_ci_system_and_of_a_terminal_become_text_however_they_are_cut() {
        for (text, expected) in [
            ("a\n::error::b", "a\n::\\u{65}rror::b"),
            ("  \t::x", "  \t::\\u{78}"),
            ("\u{a0}::x", "\u{a0}::\\u{78}"),
            ("a::b ##x # [ #[ ::", "a::b ##x # [ #[ ::"),
            ("  ::: a.h:1", "  ::: a.h:1"),
            ("a ##[add-mask]b ###[c", "a ##\\u{5b}add-mask]b ###\\u{5b}c"),
            ("a\r::x", "a\\u{d}::x"),
            ("\u{1b}[2Ja\u{9b}1mb\u{202e}c\tnaïve 漢", "\\u{1b}[2Ja\\u{9b}1mb\\u{202e}c\tnaïve 漢"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
        ] {
            for at_once in 1..8 {
                let plain = Terminal::plain(Vec::new());
                assert_eq!(through(plain, text.as_bytes(), at_once), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn the_last_word_about_colours_counts_wherever_it_is() {
        let word = |arguments: &str| colour_word(arguments.split(' ').map(OsString::from));
        assert_eq!(word("x --colour --color=never y --color always").as_deref(), Some("always"));
        assert_eq!(word("x --color always --color").as_deref(), Some("always"));
        assert_eq!(word("x -- --color always"), None);
        assert_eq!(word("x --color-not=never"), None);
    }

    #[test]
    fn colours_come_through_where_they_are_wanted_and_nothing_else_does() {
        for (text, expected) in [
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{1b}[0m::x", "\u{1b}[0m::\\u{78}"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}\u{1b}[2J", "\\u{1b}\\u{1b}[2J"),
            ("a\u{1b}[1", "a\\u{1b}[1"),
        ] {
            for at_once in 1..8 {
                let coloured = Terminal::coloured(Vec::new());
                assert_eq!(through(coloured, text.as_bytes(), at_once), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let plain = Terminal::plain(Vec::new());
        assert_eq!(through(plain, b"a\xff\xc3b\xe6\xbc", 1), "a\u{fffd}\u{fffd}b");
    }
}
