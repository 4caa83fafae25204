//! Just enough of C's text to find what is to be taken out. It shares nothing with what is tested.

use std::ops::Range;

/// The body of a function, by the kernel's habit of braces in the first column, with the name before it.
#[derive(Debug, Clone)]
pub(crate) struct Body<'t> {
    /// The function's name.
    pub(crate) name: &'t str,
    /// The names of its parameters.
    pub(crate) parameters: Vec<&'t str>,
    /// Where the text is.
    pub(crate) at: Range<usize>,
}

/// Every function of a file.
pub(crate) fn bodies(text: &str) -> Vec<Body<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("\n{\n").map(|at| from + at) {
        let Some(close) = text[open..].find("\n}").map(|at| open + at) else { break };
        let head = &text[..open];
        // The last line in front that begins in the first column.
        let start = head.rfind("\n\n").map_or(0, |at| at + 2);
        let head = &head[start..];
        if let Some(paren) = head.find('(') {
            let name = head[..paren].trim_end();
            let begin = name.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
            let parameters = head[paren + 1..].trim_end().trim_end_matches(')');
            let parameters = parameters.split(',').map(last_word).collect();
            found.push(Body { name: &name[begin..], parameters, at: open + 2..close });
        }
        from = close;
    }
    found
}

/// The word that a text ends with.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(|c: char| !is_word(c));
    &text[text.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1)..]
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A call.
#[derive(Debug, Clone)]
pub(crate) struct Call<'t> {
    /// From the function's name to behind the parenthesis.
    pub(crate) at: Range<usize>,
    /// Its arguments, without blanks around them.
    pub(crate) arguments: Vec<&'t str>,
}

/// Every call of a function in a part of a text.
pub(crate) fn calls<'t>(text: &'t str, within: &Range<usize>, function: &str) -> Vec<Call<'t>> {
    let mut found = Vec::new();
    for (at, _) in text[within.clone()].match_indices(function) {
        let at = within.start + at;
        if text[..at].ends_with(is_word) || !text[at + function.len()..].starts_with('(') {
            continue;
        }
        let open = at + function.len();
        let mut depth = 0;
        let mut arguments = Vec::new();
        let mut begin = open + 1;
        for (place, c) in text[open..].char_indices() {
            let place = open + place;
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 1 => {
                    arguments.push(text[begin..place].trim());
                    begin = place + 1;
                }
                _ => {}
            }
            if depth == 0 {
                arguments.push(text[begin..place].trim());
                found.push(Call { at: at..place + 1, arguments });
                break;
            }
        }
    }
    found
}

/// The places of a word.
pub(crate) fn words<'t>(
    text: &'t str,
    within: &Range<usize>,
    word: &'t str,
) -> impl Iterator<Item = usize> + use<'t> {
    let start = within.start;
    text[within.clone()].match_indices(word).map(move |(at, _)| start + at).filter(move |at| {
        !text[..*at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word)
    })
}

/// The call that a place is an argument of: the function's name, and which argument it is, from 0.
pub(crate) fn enclosing_call(text: &str, at: usize) -> Option<(&str, usize)> {
    let mut depth = 0;
    let mut argument = 0;
    for (place, c) in text[..at].char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth == 0 => {
                let before = text[..place].trim_end();
                let begin = before.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
                return Some((&before[begin..], argument));
            }
            ',' if depth == 0 => argument += 1,
            '(' => depth -= 1,
            ';' | '{' | '}' => return None,
            _ => {}
        }
    }
    None
}

/// A text without the casts in front of it: `&x` of `(void *)&x`.
pub(crate) fn without_casts(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = text.strip_prefix('(')
        && let Some((cast, behind)) = rest.split_once(')')
        && cast.chars().all(|c| is_word(c) || matches!(c, ' ' | '*'))
        && !behind.trim().is_empty()
    {
        text = behind.trim_start();
    }
    text
}

/// The number of a line, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}

/// A text without a part of it, whose lines stay where they are.
pub(crate) fn without(text: &str, at: &Range<usize>, instead: &str) -> String {
    let lines = text[at.clone()].matches('\n').count();
    format!("{}{instead}{}{}", &text[..at.start], "\n".repeat(lines), &text[at.end..])
}
