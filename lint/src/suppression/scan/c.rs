//! Comments of C.

use super::{Line, Scan};

#[derive(Clone, Copy)]
enum State {
    Code,
    /// In a string or character constant, up to this byte.
    Quoted(u8),
    LineComment,
    BlockComment,
}

/// As [`super::scan`].
pub(super) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::new();
    let mut state = State::Code;
    let mut comment_start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let next = bytes.get(at + 1).copied();
        // What a state takes at a time: two bytes for delimiters and escapes.
        let mut width = 1;
        match (state, byte, next) {
            (State::Code, b'/', Some(b'/')) => {
                (state, comment_start, width) = (State::LineComment, at, 2);
                scan.comment_here();
            }
            (State::Code, b'/', Some(b'*')) => {
                (state, comment_start, width) = (State::BlockComment, at, 2);
                scan.comment_here();
            }
            (State::Code, b'"' | b'\'', _) => {
                state = State::Quoted(byte);
                scan.code_here();
            }
            (State::Code, _, _) if !byte.is_ascii_whitespace() => scan.code_here(),
            (State::Quoted(_), b'\\', Some(escaped)) if escaped != b'\n' => width = 2,
            (State::Quoted(end), _, _) if byte == end => state = State::Code,
            // An apostrophe in `#error don't` opens nothing that outlives its line.
            (State::Quoted(_), b'\n', _) if at == 0 || bytes[at - 1] != b'\\' => {
                state = State::Code;
            }
            (State::LineComment, b'\n', _) if bytes[at - 1] != b'\\' => {
                scan.comments.push(comment_start..at);
                state = State::Code;
            }
            (State::BlockComment, b'*', Some(b'/')) => {
                scan.comments.push(comment_start..at + 2);
                (state, width) = (State::Code, 2);
            }
            _ => {}
        }
        if byte == b'\n' {
            let inside = matches!(state, State::LineComment | State::BlockComment);
            scan.lines.push(Line { code: false, comment: inside });
        }
        at += width;
    }
    if matches!(state, State::LineComment | State::BlockComment) {
        scan.comments.push(comment_start..bytes.len());
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<&str> {
        scan(text).comments.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn comments_are_found_and_strings_are_not() {
        assert_eq!(comments("int a; /* b */ // c\nint d;"), ["/* b */", "// c"]);
        assert_eq!(comments(r#"char *s = "/* no */"; // yes"#), ["// yes"]);
        assert_eq!(comments(r#""\"/*" /* yes */"#), ["/* yes */"]);
        assert_eq!(comments(r"'\'' '/' /* yes */"), ["/* yes */"]);
        assert_eq!(comments("#error don't\n/* yes */"), ["/* yes */"]);
        assert_eq!(comments("// one \\\n still one\nint"), ["// one \\\n still one"]);
        assert_eq!(comments("/* /* once */ */"), ["/* /* once */"]);
        assert_eq!(comments("/*/ not closed"), ["/*/ not closed"]);
        assert_eq!(comments("/* é */"), ["/* é */"]);
        assert_eq!(comments("// at the end"), ["// at the end"]);
    }

    #[test]
    fn lines_with_code_are_told_from_lines_with_comments() {
        let scan = scan("/* a\n b */ int x;\n\n// c\n");
        let lines: Vec<_> = scan.lines.iter().map(|line| (line.code, line.comment)).collect();
        assert_eq!(
            lines,
            [(false, true), (true, true), (false, false), (false, true), (false, false)]
        );
    }
}
