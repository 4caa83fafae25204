//! Comments.

/// Blanks comments. A newline in a comment of a directive is a continuation of the directive.
pub(super) fn blank(text: &mut [u8]) {
    if text.starts_with(b"\xef\xbb\xbf") {
        text[..3].fill(b' ');
    }
    let mut at = 0;
    let mut is_directive = false;
    let mut is_line_empty = true;
    while at < text.len() {
        match text[at] {
            b'\n' => {
                if !ends_with_backslash(&text[..at]) {
                    is_directive = false;
                    is_line_empty = true;
                }
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'/' if text.get(at + 1) == Some(&b'*') => {
                let end = memchr::memmem::find(&text[at + 2..], b"*/")
                    .map_or(text.len(), |end| at + 2 + end + 2);
                blank_comment(&mut text[at..end], is_directive);
                at = end;
                continue;
            }
            b'/' if text.get(at + 1) == Some(&b'/') => {
                let end = line_end(text, at);
                let is_spliced = memchr::memchr(b'\n', &text[at..end]).is_some();
                blank_comment(&mut text[at..end], is_directive && is_spliced);
                at = end;
                continue;
            }
            b'"' => at = string_end(text, at),
            b'\'' => at = character_end(text, at),
            b'#' if is_line_empty => {
                is_directive = true;
                at += 1;
            }
            _ => at += 1,
        }
        is_line_empty = false;
    }
}

fn blank_comment(comment: &mut [u8], is_directive: bool) {
    for at in 0..comment.len() {
        if comment[at] != b'\n' {
            comment[at] = b' ';
        } else if is_directive && at > 0 && comment[at - 1] != b'\n' {
            comment[at - 1] = b'\\';
        }
    }
}

/// Whether the line that ends here goes on in the next one.
pub(super) fn ends_with_backslash(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let line = &text[text.len().saturating_sub(64)..];
    line.trim_ascii_end().ends_with(b"\\") && {
        // Blanks behind the backslash are a mistake that compilers forgive; a newline is none.
        let blanks = line.len() - line.trim_ascii_end().len();
        !line[line.len() - blanks..].contains(&b'\n')
    }
}

/// The end of a line with those that continue it.
pub(super) fn line_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
        if end == text.len() || !ends_with_backslash(&text[at..end]) {
            return end;
        }
        at = end + 1;
    }
}

/// Behind a string, or at the end of its line when nothing closes it.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if text[at + 1..].starts_with(b"\r\n") => at += 3,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Behind a character, or behind the apostrophe when it is one of a text.
fn character_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && at < start + 16 {
        match text[at] {
            b'\'' => return at + 1,
            b'\n' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    start + 1
}
