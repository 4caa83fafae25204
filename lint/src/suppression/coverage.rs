//! How far a suppression reaches.

use std::ops::Range;

use ioctlkit_model::{FileId, Interface, Language, SourceFile, Span};

use super::scan::Scan;
use super::whole_line;
use crate::rust_source;

/// The bytes of a file in which findings are allowed.
#[derive(Debug, Clone)]
pub(super) struct Coverage(Vec<Range<u32>>);

impl Coverage {
    /// The whole file, its end included.
    pub(super) fn whole(file: &SourceFile) -> Self {
        Self(std::iter::once(0..file.text.len() as u32 + 1).collect())
    }

    pub(super) fn contains(&self, offset: u32) -> bool {
        self.0.iter().any(|range| range.contains(&offset))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a comment is beside, or right above: those lines, and the whole of each structure or
/// command whose head is on them.
pub(super) fn of_comment(
    interface: &Interface,
    id: FileId,
    scan: &Scan,
    comment: &Range<usize>,
) -> Coverage {
    let file = interface.sources.file(id);
    let first = file.position(comment.start as u32).line;
    let last = file.position(comment.end.saturating_sub(1) as u32).line;
    let beside: Vec<u32> = [first, last].into_iter().filter(|line| scan.has_code(*line)).collect();
    let lines =
        if beside.is_empty() { scan.code_below(last).into_iter().collect() } else { beside };
    let mut ranges: Vec<Range<u32>> = lines.iter().map(|line| whole_line(file, *line)).collect();
    let spans = definitions(interface).filter(|(span, _)| span.file == id);
    for (span, head) in spans {
        let start = match file.language() {
            Language::C | Language::Object => head.start,
            Language::Rust => rust_source::item_start(&file.text, head.start as usize) as u32,
        };
        let head = file.position(start).line..=file.position(head.end).line;
        if lines.iter().any(|line| head.contains(line)) {
            ranges.push(start.min(span.start)..span.end.max(span.start + 1));
        }
    }
    Coverage(ranges)
}

/// Each definition with its head: for a structure from the keyword to the opening brace, for a
/// command the name.
fn definitions(interface: &Interface) -> impl Iterator<Item = (Span, Range<u32>)> {
    let records = interface.records.iter().flat_map(|record| record.variants.iter());
    let records = records.map(|(_, body)| {
        let brace = interface.sources.text(body.span).find('{').unwrap_or(0) as u32;
        (body.span, body.span.start..body.span.start + brace)
    });
    let commands = interface.commands.iter().flat_map(|command| {
        command.variants.iter().map(|(_, body)| {
            // A macro's name stands before that of the command in Rust, and behind it in C.
            (body.span, body.span.start.min(command.span.start)..command.span.start)
        })
    });
    records.chain(commands)
}
