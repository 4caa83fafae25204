//! The comments of a header, and what each is about.

use std::collections::HashMap;
use std::ops::Range;

/// The comments of a text, with where every name stands in the code between them.
#[derive(Debug)]
pub(crate) struct Comments<'t> {
    text: &'t str,
    ranges: Vec<Range<usize>>,
    defines: HashMap<&'t str, usize>,
}

impl<'t> Comments<'t> {
    /// Finds the comments of `text`.
    pub(crate) fn of(text: &'t str) -> Self {
        let ranges = comments(text);
        let mut found = Self { text, ranges, defines: HashMap::new() };
        found.defines = found.find_defines();
        found
    }

    /// The comment on the macro `name`: the one behind its definition, else the one above.
    pub(crate) fn of_define(&self, name: &str) -> Vec<String> {
        let Some(at) = self.defines.get(name) else { return Vec::new() };
        let behind = self.behind(*at);
        if behind.is_empty() { self.above(*at) } else { behind }
    }

    /// Whether the text defines the macro.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defines.contains_key(name)
    }

    /// What a macro is defined as, without comments.
    pub(crate) fn body(&self, name: &str) -> Option<&'t str> {
        let start = *self.defines.get(name)?;
        let line = self.text.get(start..)?;
        let end = line.find('\n').unwrap_or(line.len());
        let comment = self.ranges.iter().find(|comment| comment.start > start);
        let end = comment.map_or(end, |comment| end.min(comment.start - start));
        let (_, body) = line.get(..end)?.split_once(name)?;
        let body = body.trim();
        (!body.ends_with('\\')).then_some(body)
    }

    /// The comment that begins on the line of `at`, behind it.
    fn behind(&self, at: usize) -> Vec<String> {
        let line_end = self.end_of_directive(at);
        let comment = self.ranges.iter().find(|comment| (at..line_end).contains(&comment.start));
        let Some(comment) = comment else { return Vec::new() };
        // One that goes on over lines of code is about more than this line.
        let rest = self.text.get(comment.end..).unwrap_or("");
        let rest = rest.split('\n').next().unwrap_or("").trim();
        if rest.is_empty() { self.lines(comment) } else { Vec::new() }
    }

    /// The comment that ends on the line above the one of `at`.
    fn above(&self, at: usize) -> Vec<String> {
        let line = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let Some(last) = self.ranges.iter().rposition(|comment| comment.end <= line) else {
            return Vec::new();
        };
        let between = self.text.get(self.ranges[last].end..line).unwrap_or("x");
        if !between.trim().is_empty() || between.matches('\n').count() > 1 {
            return Vec::new();
        }
        // One that stands behind code belongs to that code.
        let first = self.first_of_block(last);
        let start = self.ranges[first].start;
        let before = self.text.get(..start).and_then(|text| text.rsplit('\n').next());
        if before.is_some_and(|before| !before.trim().is_empty()) {
            return Vec::new();
        }
        (first..=last).flat_map(|index| self.lines(&self.ranges[index])).collect()
    }

    /// The first of the `//` comments that stand on lines one after another and end with this one.
    fn first_of_block(&self, last: usize) -> usize {
        let is_line = |index: usize| self.text[self.ranges[index].clone()].starts_with("//");
        let mut first = last;
        while first > 0 && is_line(first) && is_line(first - 1) {
            let between = &self.text[self.ranges[first - 1].end..self.ranges[first].start];
            if !between.trim().is_empty() || between.matches('\n').count() != 1 {
                break;
            }
            first -= 1;
        }
        first
    }

    /// Where the directive ends that begins at `at`, continued lines included.
    fn end_of_directive(&self, at: usize) -> usize {
        let mut end = at;
        for line in self.text[at..].split_inclusive('\n') {
            end += line.len();
            if !line.trim_end().ends_with('\\') {
                break;
            }
        }
        end
    }

    fn lines(&self, comment: &Range<usize>) -> Vec<String> {
        plain(self.text.get(comment.clone()).unwrap_or(""))
    }

    fn find_defines(&self) -> HashMap<&'t str, usize> {
        let mut defines = HashMap::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if self.ranges.iter().any(|comment| comment.start <= start && start < comment.end) {
                continue;
            }
            let rest = line.trim_start().strip_prefix('#').map(str::trim_start);
            let Some(rest) = rest.and_then(|rest| rest.strip_prefix("define")) else { continue };
            let name = rest.trim_start();
            let length = name.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &name[..length.unwrap_or(name.len())];
            if !name.is_empty() && rest.starts_with(char::is_whitespace) {
                defines.entry(name).or_insert(start);
            }
        }
        defines
    }
}

/// Where the comments of C text are.
fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                let end = text[at + 2..].find("*/").map_or(text.len(), |end| at + 2 + end + 2);
                found.push(at..end);
                at = end;
            }
            (b'/', Some(b'/')) => {
                let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                found.push(at..end);
                at = end;
            }
            (quote @ (b'"' | b'\''), _) => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// The lines of a comment without what makes it one.
fn plain(comment: &str) -> Vec<String> {
    let inner = match comment.strip_prefix("/*") {
        Some(inner) => inner.strip_suffix("*/").unwrap_or(inner).trim_matches('*'),
        None => comment.trim_start_matches('/'),
    };
    let inner = inner.strip_prefix(['<', '!']).unwrap_or(inner);
    let mut lines: Vec<String> = inner
        .lines()
        .map(|line| {
            let line = line.trim_end();
            let starred = line.trim_start();
            starred.strip_prefix('*').filter(|_| comment.contains('\n')).unwrap_or(line).to_owned()
        })
        .collect();
    while lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef A_H
#define A_H

/* Type letter. */
#define A_BASE 0x81

/* section */

#define A_ONE _IO(A_BASE, 1) /* one */
#define A_TWO _IO(A_BASE, 2)
// three
// lines
#define A_THREE \\
\t_IO(A_BASE, 3)
#define A_FOUR \"/* no comment */\" /* four,
 * of two lines */
#endif
";

    #[test]
    fn a_comment_is_about_the_line_that_it_stands_behind_or_else_above() {
        let comments = Comments::of(TEXT);
        assert_eq!(comments.of_define("A_BASE"), [" Type letter."]);
        assert_eq!(comments.of_define("A_ONE"), [" one"]);
        assert!(comments.of_define("A_TWO").is_empty());
        assert_eq!(comments.of_define("A_THREE"), [" three", " lines"]);
        assert_eq!(comments.of_define("A_FOUR"), [" four,", " of two lines"]);
        assert!(comments.of_define("A_H").is_empty());
    }

    #[test]
    fn the_text_of_a_macro_is_what_stands_between_its_name_and_a_comment() {
        let comments = Comments::of(TEXT);
        assert_eq!(comments.body("A_BASE"), Some("0x81"));
        assert_eq!(comments.body("A_ONE"), Some("_IO(A_BASE, 1)"));
        assert_eq!(comments.body("A_THREE"), None);
        assert_eq!(comments.body("NONE"), None);
    }

    #[test]
    fn unfinished_text_is_read_to_its_end() {
        for text in ["/*", "//", "'", "\"\\", "#define", "#define A", "/* é", "#define é '"] {
            let comments = Comments::of(text);
            assert!(comments.of_define("A").is_empty());
        }
    }
}
