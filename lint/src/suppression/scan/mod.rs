//! Where the comments of a file are, and which lines have anything else.

mod c;
mod rust;

use std::ops::Range;

use ioctlkit_model::Language;

/// What a file's text is made of, as far as suppressions care.
#[derive(Debug)]
pub(super) struct Scan {
    /// Comments with their delimiters, in order.
    pub(super) comments: Vec<Range<usize>>,
    /// For each line, from 0: what is on it.
    lines: Vec<Line>,
    /// For each line, from 0: the nearest at or below it that only lines with comments stand
    /// before and that has code, from 1. A block of comments may be as long as the file.
    code_from: Vec<Option<u32>>,
}

/// What is on a line.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Line {
    /// Something that is neither space nor comment.
    code: bool,
    /// A comment, or a part of one.
    comment: bool,
}

/// Looks at every byte once. Nothing is an error: what does not end, ends with the text.
pub(super) fn scan(text: &str, language: Language) -> Scan {
    let mut scan = match language {
        Language::C => c::scan(text),
        Language::Rust => rust::scan(text),
        // A listing has no comments of people.
        Language::Object => Scan::new(),
    };
    let mut below = None;
    scan.code_from = vec![None; scan.lines.len()];
    for (index, (line, from)) in scan.lines.iter().zip(&mut scan.code_from).enumerate().rev() {
        below = match line {
            Line { code: true, .. } => Some(index as u32 + 1),
            Line { comment: true, .. } => below,
            _ => None,
        };
        *from = below;
    }
    scan
}

impl Scan {
    fn new() -> Self {
        Self { comments: Vec::new(), lines: vec![Line::default()], code_from: Vec::new() }
    }

    fn comment_here(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.comment = true;
        }
    }

    fn code_here(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.code = true;
        }
    }

    /// The line (from 1) that has something besides comments.
    pub(super) fn has_code(&self, line: u32) -> bool {
        self.line(line).is_some_and(|line| line.code)
    }

    /// The first line with code below `line` that only comments stand between.
    pub(super) fn code_below(&self, line: u32) -> Option<u32> {
        self.code_from.get(line as usize).copied().flatten()
    }

    fn line(&self, line: u32) -> Option<Line> {
        self.lines.get(line.checked_sub(1)? as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_below_skips_comments_but_no_empty_line() {
        for language in [Language::C, Language::Rust] {
            let scan = scan("// a\n/* b\n c */\nint x;\n// d\n\nint y;\n// e", language);
            assert_eq!(scan.code_below(1), Some(4));
            assert_eq!(scan.code_below(3), Some(4));
            assert_eq!(scan.code_below(5), None);
            assert_eq!(scan.code_below(8), None);
        }
    }
}
