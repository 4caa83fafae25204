//! Lines of a name and a number: CSV, or columns with anything between them that no name has.

use super::number::{LeadingZero, NOT_A_NUMBER, parse};
use super::{Entry, is_name, place};

/// The names, each with the number behind it. Lines that begin with `#` or `//` are comments; what follows
/// the number in its line is another column.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|line| entry(text, line.trim())).collect()
}

fn entry(text: &str, line: &str) -> Option<Entry> {
    const BETWEEN: [char; 6] = [',', ';', '\t', ' ', '=', ':'];
    if line.starts_with('#') || line.starts_with("//") {
        return None;
    }
    let end = line.find(BETWEEN).unwrap_or(line.len());
    let name = unquoted(&line[..end]);
    let rest = line[end..].trim_start_matches(BETWEEN);
    let value = &rest[..rest.find(BETWEEN).unwrap_or(rest.len())];
    let value = match unquoted(value) {
        "" => Err(NOT_A_NUMBER),
        value => parse(value, LeadingZero::Refused),
    };
    is_name(name).then(|| Entry { name: name.to_owned(), at: place(text, name), value })
}

fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field)
}
