//! C headers that define numbers and nothing else.

use super::number::{LeadingZero, parse};
use super::{Entry, is_name, place};
use crate::c::comments;

/// The macros, each with its number.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let blank = without_comments(text);
    let defined = blank.lines().filter_map(|line| match directive(line.trim()) {
        Directive::Defines(name, value) => Some(Entry {
            name: name.to_owned(),
            at: place(&blank, name),
            value: parse(value, LeadingZero::Octal),
        }),
        Directive::Other | Directive::Code => None,
    });
    defined.collect()
}

/// Whether nothing but numbers is defined, and at least one.
pub(super) fn has_numbers_alone(text: &str) -> bool {
    let mut has_numbers = false;
    for line in without_comments(text).lines() {
        match directive(line.trim()) {
            Directive::Defines(_, value) if parse(value, LeadingZero::Octal).is_ok() => {
                has_numbers = true;
            }
            Directive::Other => {}
            Directive::Defines(..) | Directive::Code => return false,
        }
    }
    has_numbers
}

/// The text with blanks instead of comments, so that every byte keeps its place.
fn without_comments(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for comment in comments(text) {
        let (start, end) = (comment.start as usize, comment.end as usize);
        let inside = bytes.get_mut(start..end).into_iter().flatten();
        inside.filter(|byte| **byte != b'\n' && **byte != b'\r').for_each(|byte| *byte = b' ');
    }
    String::from_utf8(bytes).unwrap_or_default()
}

enum Directive<'t> {
    /// `#define NAME value`.
    Defines(&'t str, &'t str),
    /// Nothing, or an include guard.
    Other,
    /// Anything else.
    Code,
}

fn directive(code: &str) -> Directive<'_> {
    let Some(code) = code.strip_prefix('#').map(str::trim) else {
        return if code.is_empty() { Directive::Other } else { Directive::Code };
    };
    let (word, rest) = code.split_once(char::is_whitespace).unwrap_or((code, ""));
    let rest = rest.trim();
    match word {
        "ifndef" | "endif" => Directive::Other,
        "pragma" if rest == "once" => Directive::Other,
        "define" => match rest.split_once(char::is_whitespace) {
            Some((name, value)) if is_name(name) => Directive::Defines(name, value.trim()),
            None if is_name(rest) => Directive::Other,
            _ => Directive::Code,
        },
        _ => Directive::Code,
    }
}
