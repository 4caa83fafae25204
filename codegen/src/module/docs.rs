//! Documentation of Rust items, as C comments have it.

use std::sync::LazyLock;

use regex::Regex;

/// Links of rustdoc, with and without a target, and code.
static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[`?([^\]`]+)`?\](?:\([^)]*\))?|`([^`]+)`").ok());

/// The first sentence or line, without its full stop, and the rest.
pub(crate) fn summary_and_details(docs: &[String], otherwise: &str) -> (String, Vec<String>) {
    let lines: Vec<String> = docs.iter().map(|line| plain(line)).collect();
    let first: Vec<&String> = lines
        .iter()
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let (summary, more) = match paragraph.find(". ") {
        Some(at) => (paragraph[..at].to_owned(), paragraph[at + 2..].to_owned()),
        None => (paragraph.trim_end_matches('.').to_owned(), String::new()),
    };
    let mut details = Vec::new();
    if !more.is_empty() {
        details.push(more);
    }
    let behind = lines.iter().skip_while(|line| line.is_empty()).skip(first.len());
    details.extend(behind.map(|line| line.trim_start_matches("# ").trim_end().to_owned()));
    while details.first().is_some_and(String::is_empty) {
        details.remove(0);
    }
    while details.last().is_some_and(String::is_empty) {
        details.pop();
    }
    let summary = if summary.is_empty() { otherwise.to_owned() } else { lower(&summary) };
    (summary, details)
}

/// All of it on one line.
pub(crate) fn one_line(docs: &[String], otherwise: &str) -> String {
    let (summary, details) = summary_and_details(docs, otherwise);
    if details.is_empty() {
        return summary;
    }
    let details: Vec<&str> = details.iter().map(String::as_str).filter(|l| !l.is_empty()).collect();
    format!("{summary}. {}", details.join(" "))
}

/// Without what only rustdoc understands, and without what would end the comment.
fn plain(line: &str) -> String {
    let text = match LINK.as_ref() {
        Some(pattern) => pattern.replace_all(line, "$1$2").into_owned(),
        None => line.to_owned(),
    };
    text.replace("*/", "* /").replace("/*", "/ *")
}

/// `Reads it` as `reads it`, `ECHO_FLAG` and `I` as they are.
pub(crate) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || (first == 'A' && second == ' ') => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn links_and_full_stops_of_rustdoc_go() {
        let docs =
            lines("Reads [`Echo::x`](crate::Echo), or `y`. More\nof it.\n\n# Errors\n`EBUSY`.");
        let (summary, details) = summary_and_details(&docs, "");
        assert_eq!(summary, "reads Echo::x, or y");
        assert_eq!(details, ["More of it.", "", "Errors", "EBUSY."]);
    }

    #[test]
    fn no_documentation_can_end_a_comment() {
        assert_eq!(one_line(&lines("a */ b /* c"), ""), "a * / b / * c");
        assert_eq!(one_line(&[], "nothing is said"), "nothing is said");
    }
}
