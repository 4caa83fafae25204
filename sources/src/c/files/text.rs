//! The text of a header, and what is wrong with one that has none.

use std::path::Path;
use std::sync::Arc;

use ioctlkit_model::{Problem, ProblemKind};

use crate::c::discover::unreadable;
use crate::c::lex::scan::{self, Scan, Token};
use crate::c::look;
use crate::reading;

/// The text of a file, or the problem with it.
pub(super) fn read_text(path: &Path) -> Result<(Arc<str>, Scan), Problem> {
    // Such a path cannot stand in an `#include`, which is how the compiler is told of it.
    if path.to_str().is_none_or(|path| path.contains(['"', '\n', '\r', '\0'])) {
        let message = "the path has a quotation mark, a line break, or bytes that are not UTF-8";
        return Err(Problem {
            help: Some("rename the file or the folder".into()),
            ..not_text(path, message)
        });
    }
    let bytes = look::read(path).map_err(|error| unreadable(path, &error))?;
    if bytes.contains(&0) {
        return Err(not_text(path, "the file is binary, not a header"));
    }
    let (text, replaced) = reading::decode(bytes);
    if let Some(at) = first_in_code(&text, &replaced) {
        let line = text[..at].split('\n').count();
        let message = format!("line {line} has invalid UTF-8 outside comments and strings");
        return Err(not_text(path, &message));
    }
    let scan = scan::scan(&text);
    Ok((text.into(), scan))
}

/// The first of such places, in order, that is part of the code. A compiler reads over what is in comments
/// and strings, but looks up the file that an `#include` names.
fn first_in_code(text: &str, places: &[usize]) -> Option<usize> {
    let mut places = places.iter().copied().peekable();
    // Most files have none, and are not taken apart for it.
    places.peek()?;
    let mut before = [Token::Punctuation(""); 2];
    for (start, token) in scan::tokens(text) {
        while places.next_if(|at| *at < start).is_some() {}
        let at = *places.peek()?;
        if at < start + token.text().len() {
            if !matches!(token, Token::Quoted(_)) || names_file(before) {
                return Some(at);
            }
            while places.next_if(|at| *at < start + token.text().len()).is_some() {}
        }
        before = [before[1], token];
    }
    None
}

/// Whether what follows two tokens is the name of a file, in quotation marks.
fn names_file(before: [Token<'_>; 2]) -> bool {
    match before {
        [Token::Punctuation("#"), Token::Word(word)] => {
            matches!(word, "include" | "include_next" | "import")
        }
        [Token::Word(word), Token::Punctuation("(")] => {
            matches!(word, "__has_include" | "__has_include_next")
        }
        _ => false,
    }
}

fn not_text(path: &Path, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: message.to_owned(),
        help: Some("convert it to UTF-8, or leave it out".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of the first byte in the code that is not UTF-8.
    fn in_code(text: &[u8]) -> Option<usize> {
        let (text, replaced) = reading::decode(text.to_vec());
        first_in_code(&text, &replaced)
    }

    #[test]
    fn bytes_in_comments_and_strings_are_none_of_the_code() {
        assert_eq!(in_code(b"/* Andr\xe9 */ int a; // caf\xe9\n"), None);
        assert_eq!(in_code(b"#define A \"\xe9\xe8\" /* \xfc */\n#define B '\xb5'\n"), None);
        assert_eq!(in_code("int caf\u{e9}; /* \u{e9} */".as_bytes()), None);
    }

    #[test]
    fn bytes_in_names_and_between_tokens_are() {
        assert_eq!(in_code(b"int caf\xe9;"), Some(7));
        assert_eq!(in_code(b"/* \xe9 */ \xa0int a;"), Some(8));
        assert_eq!(in_code(b"char *a = \"\xe9\"; \xe9"), Some(15));
        assert_eq!(in_code(b"#include <caf\xe9.h>\n"), Some(13));
    }

    #[test]
    fn bytes_in_the_name_of_a_file_are() {
        assert_eq!(in_code(b"#include \"caf\xe9.h\"\n"), Some(13));
        assert_eq!(in_code(b"# include_next /* \xe9 */ \"caf\xe9.h\"\n"), Some(27));
        assert_eq!(in_code(b"#if __has_include(\"\xe9.h\")\n#endif\n"), Some(19));
        assert_eq!(in_code(b"#include \"a.h\"\nchar *include = \"\xe9\";\n"), None);
    }
}
