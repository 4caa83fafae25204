//! The assignments of a Python file.

use super::number::{LeadingZero, parse};
use super::{Entry, is_name, place};

/// The assignments to one name, at the beginning of a line, whatever block they are in.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut scanner = Scanner::default();
    for line in text.lines() {
        let is_statement = scanner.is_outside();
        let code = scanner.code(line);
        if is_statement {
            found.extend(assignment(text, code.trim()));
        }
    }
    found
}

/// `NAME = value` or `NAME: type = value`.
fn assignment(text: &str, code: &str) -> Option<Entry> {
    let (target, value) = code.split_once('=')?;
    if value.starts_with('=') {
        return None;
    }
    let name = target.split(':').next()?.trim();
    is_name(name).then(|| Entry {
        name: name.to_owned(),
        at: place(text, name),
        value: parse(value.trim_end_matches(';'), LeadingZero::Refused),
    })
}

/// Where a line is: in a text over several lines, in brackets, or behind a line that goes on.
#[derive(Debug, Default)]
struct Scanner {
    text: Option<&'static str>,
    depth: usize,
    goes_on: bool,
}

impl Scanner {
    fn is_outside(&self) -> bool {
        self.text.is_none() && self.depth == 0 && !self.goes_on
    }

    /// The line without its comment.
    fn code<'t>(&mut self, line: &'t str) -> &'t str {
        let bytes = line.as_bytes();
        let mut at = 0;
        self.goes_on = false;
        while at < bytes.len() {
            let rest = &line[at..];
            if let Some(mark) = self.text {
                match bytes[at] {
                    b'\\' => at += 1,
                    _ if rest.starts_with(mark) => {
                        self.text = None;
                        at += mark.len() - 1;
                    }
                    _ => {}
                }
            } else {
                match bytes[at] {
                    b'#' => return &line[..at],
                    b'\'' | b'"' => {
                        let mark = mark(rest);
                        self.text = Some(mark);
                        at += mark.len() - 1;
                    }
                    b'(' | b'[' | b'{' => self.depth += 1,
                    b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    b'\\' if at + 1 == bytes.len() => self.goes_on = true,
                    _ => {}
                }
            }
            at += 1;
            while at < bytes.len() && !line.is_char_boundary(at) {
                at += 1;
            }
        }
        // A text in single quotes ends with its line.
        if self.text.is_some_and(|mark| mark.len() == 1) {
            self.text = None;
        }
        line
    }
}

fn mark(text: &str) -> &'static str {
    let marks = ["\"\"\"", "'''", "\"", "'"];
    marks.into_iter().find(|mark| text.starts_with(mark)).unwrap_or("\"")
}
