//! One function for each place in a language that text goes into: what comes out is only text
//! there, whatever went in. Characters that nobody sees are shown first, so that none ends a line.

use std::fmt::Write as _;

use ioctlkit_report::visible;

/// Between the quotes of a string of C.
pub(crate) fn c_string(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible::on_one_line(text).chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            // Two of them might begin a trigraph.
            '?' if escaped.ends_with('?') => escaped.push_str("\\?"),
            c if c.is_ascii() => escaped.push(c),
            c => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Three digits, so that no digit behind them is one of the byte's. Writing to a
                    // string does not fail.
                    let _ = write!(escaped, "\\{byte:03o}");
                }
            }
        }
    }
    escaped
}

/// Between the quotes of a format of `printf` in C.
pub(crate) fn c_format(text: &str) -> String {
    c_string(&text.replace('%', "%%"))
}

/// Within a comment of C, on one of its lines.
pub(crate) fn c_comment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Tabs stay: they indent code.
    let text = visible::in_lines(text).replace('\n', "\\u{a}");
    for c in without_continuation(&text).chars() {
        let joins = match c {
            // Behind the end of a comment, its beginning, or the trigraph of a backslash.
            '/' => escaped.ends_with('*') || escaped.ends_with("??"),
            '*' => escaped.ends_with('/'),
            _ => false,
        };
        if joins {
            escaped.push(' ');
        }
        escaped.push(c);
    }
    escaped
}

/// Behind a `#` that begins a comment, of make, a shell, syzkaller's descriptions and many others,
/// or in Kconfig's help, which ends with its lines' indentation.
pub(crate) fn hash_comment(text: &str) -> String {
    // make and Kconfig expand this in places where a line would be put by mistake.
    without_continuation(&visible::on_one_line(text)).replace("$(", "$ (").replace("${", "$ {")
}

/// Between the quotes of a string of Kconfig, which expands `$(…)` in it.
pub(crate) fn kconfig_string(text: &str) -> String {
    hash_comment(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Between the quotes of a string of syzkaller's descriptions, which knows no escapes: what could
/// end it is left out.
pub(crate) fn syzkaller_string(text: &str) -> String {
    visible::on_one_line(text).replace(['"', '\\', '`'], "")
}

/// What stands for itself in roff, within a line of text or an argument of a macro.
pub(crate) fn roff(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible::on_one_line(text).chars() {
        match c {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '"' => escaped.push_str("\\(dq"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            c if c.is_ascii() => escaped.push(c),
            c => {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\[u{:04X}]", u32::from(c));
            }
        }
    }
    escaped
}

/// Between the quotes of a string of Python, of one line or of three quotes.
pub(crate) fn python_string(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible::on_one_line(text).chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether a text is part of an expression of Python, on one line: words, strings that hold
/// nothing but words, and what is between them.
pub(crate) fn is_python_fragment(text: &str) -> bool {
    let mut open = Vec::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_ascii_alphanumeric() || c == '_' => {}
            _ if quoted => return false,
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() == Some(c) => {}
            ' ' | '.' | ',' | '*' | '=' => {}
            _ => return false,
        }
    }
    !quoted && open.is_empty()
}

/// A line of documentation in Rust, behind `///` or `//!`. rustc refuses text there that turns its
/// own direction.
pub(crate) fn rust_doc(text: &str) -> String {
    visible::on_one_line(text).into_owned()
}

/// Between the quotes of a string of Rust.
pub(crate) fn rust_string(text: &str) -> String {
    python_string(text)
}

/// Whether a text is part of a declaration or an expression of Rust, and ends within it: balanced
/// brackets, and nothing that begins a string, a comment or a statement.
pub(crate) fn is_rust_fragment(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() == Some(c) => {}
            // The length of an array.
            ';' if open.last() == Some(&']') => {}
            c if c.is_ascii_alphanumeric() || "_ .,:&*<>=!|+-".contains(c) => {}
            _ => return false,
        }
    }
    open.is_empty()
}

/// A string of TOML with its quotes.
pub(crate) fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if visible::is_invisible(c) => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// Without a backslash at the end of a word, which may come to stand at that of a line: it would
/// take the next line with it.
fn without_continuation(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let ends_word = letters.peek().is_none_or(|next| next.is_whitespace());
        if c == '\\' && ends_word { result.push_str("\\u{5c}") } else { result.push(c) }
    }
    result
}

/// Whether a text is a word in every language that is generated: ASCII letters, digits and `_`.
pub(crate) fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text is part of a declaration or an expression in C, and ends within it: balanced
/// brackets, and nothing that begins a string, a comment, a statement or a directive.
pub(crate) fn is_c_fragment(text: &str) -> bool {
    let mut open = Vec::new();
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = letters.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() == Some(c) => {}
            // A character of one letter.
            '\'' => {
                let is_letter = letters.next().is_some_and(|c| c.is_ascii_graphic() && c != '\\');
                if !is_letter || letters.next() != Some('\'') {
                    return false;
                }
            }
            '*' | '/' if before == '/' => return false,
            '?' if before == '?' => return false,
            ' ' | '\t' | '\n' | '_' | '*' | '/' | '&' | '|' | '!' | '=' | '<' | '>' | '+' | '-'
            | '~' | '^' | ',' | '.' | '?' | ':' => {}
            c if c.is_ascii_alphanumeric() => {}
            _ => return false,
        }
        before = c;
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_string_or_a_comment() {
        assert_eq!(
            c_string("\"; f(); \\ \n??/\u{1b}9é"),
            "\\\"; f(); \\\\ \\\\u{a}?\\?/\\\\u{1b}9\\303\\251"
        );
        assert_eq!(c_format("100%s"), "100%%s");
        assert_eq!(c_comment("a */ b /* c */*/ ??/ \\"), "a * / b / * c * / * / ?? / \\u{5c}");
        assert_eq!(hash_comment("$(shell x) \\ y\\"), "$ (shell x) \\u{5c} y\\u{5c}");
        assert_eq!(kconfig_string("\"$(x)"), "\\\"$ (x)");
        assert_eq!(roff(".a\\b é -1\u{1b}"), ".a\\eb \\[u00E9] \\-1\\eu{1b}");
        assert_eq!(python_string("\"\"\"\\ \n\\"), "\\\"\\\"\\\"\\\\ \\\\u{a}\\\\");
        assert_eq!(toml_string("a\"\n\\"), "\"a\\\"\\U0000000a\\\\\"");
    }

    #[test]
    fn a_fragment_of_python_stays_an_expression() {
        for code in ["", "(ctypes.c_uint8 * 4) * 2", "_call(self, A, (\"x\", b))", "a[0] = b"] {
            assert!(is_python_fragment(code), "{code}");
        }
        for code in ["a; b", "a\nb", "a # b", "(", ")(", "\"a b\"", "\"", "a\\", "'a'", "é", "f(])"]
        {
            assert!(!is_python_fragment(code), "{code}");
        }
    }

    #[test]
    fn a_fragment_of_c_ends_where_it_ends() {
        for code in [
            "struct echo_config",
            "_IOW('(', 0x02, __u32[4])",
            "(A | B)",
            ", unsigned int cmd",
            "arg->flags & ~ECHO_VALID",
            "(-2147483647 - 1)",
            "'\"'",
            "goto out",
            "",
            "static int f(struct file *file,\n\t     u32 arg)",
        ] {
            assert!(is_c_fragment(code), "{code}");
        }
        for code in [
            "CAP_X) || f(",
            "a; b",
            "a /* b",
            "a // b",
            "\"a\"",
            "#a",
            "a{",
            "(",
            ")(",
            "a\\",
            "'",
            "'ab'",
            "'\\'",
            "$(a)",
            "`a`",
            "é",
            "a\r",
            "a[",
            "(]",
            "??(",
            "a@b",
        ] {
            assert!(!is_c_fragment(code), "{code}");
        }
    }
}
