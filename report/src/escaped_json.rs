//! JSON in which characters that nobody sees are escaped: it means the same to a parser, and can
//! do nothing to a terminal or a CI log that it passes on its way.

use std::io;

use serde::Serialize;

use crate::visible::is_invisible;

/// Writes a value with an indentation of two spaces, and a line's end behind it.
///
/// # Errors
/// Those of `out`.
pub fn write_pretty(value: &impl Serialize, mut out: impl io::Write) -> io::Result<()> {
    // In a string every end of a line is escaped already.
    for line in serde_json::to_string_pretty(value)?.lines() {
        write_fragment(&mut out, line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes a value on one line, without the line's end.
///
/// # Errors
/// Those of `out`.
pub fn write_compact(value: &impl Serialize, mut out: impl io::Write) -> io::Result<()> {
    write_fragment(&mut out, &serde_json::to_string(value)?)
}

/// JSON on one line, or part of a string in it, without what JSON itself has to escape.
pub(crate) fn write_fragment(out: &mut (impl io::Write + ?Sized), text: &str) -> io::Result<()> {
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        // GitHub's runner finds commands that begin with `##[` anywhere in a line.
        if is_invisible(c) || (c == '[' && text[..at].ends_with("##")) {
            out.write_all(&text.as_bytes()[plain..at])?;
            plain = at + c.len_utf8();
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
    }
    out.write_all(&text.as_bytes()[plain..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_escaped_and_read_back_as_it_was() {
        let text = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{e0041}\n\"é ##[add-mask] #[x";
        let mut json = Vec::new();
        write_pretty(&[text], &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert_eq!(
            json,
            "[\n  \"a\\u001b[2J\\u009b\\u007f\\u202e\\udb40\\udc41\\n\\\"é ##\\u005badd-mask] #[x\"\n]\n"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
        let mut compact = Vec::new();
        write_compact(&[text], &mut compact).unwrap();
        assert_eq!(serde_json::from_slice::<Vec<String>>(&compact).unwrap(), [text]);
    }
}
