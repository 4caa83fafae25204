//! How far a suppression reaches.

use std::ops::Range;

use ioctlkit_model::{Comment, Definition, FileId, Interface, Span};

use super::whole_line;

/// The bytes of a file in which findings are allowed.
#[derive(Debug, Clone)]
pub(super) struct Coverage(Vec<Range<u32>>);

impl Coverage {
    /// A whole file.
    pub(super) fn whole() -> Self {
        Self(std::iter::once(0..u32::MAX).collect())
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
pub(super) fn of_comment(interface: &Interface, id: FileId, comment: Comment<'_>) -> Coverage {
    let file = interface.sources.file(id);
    let first = file.position(comment.start).line;
    let last = file.position(comment.end().saturating_sub(1)).line;
    let beside: Vec<u32> = [first, last].into_iter().filter(|line| file.has_code(*line)).collect();
    let lines =
        if beside.is_empty() { file.code_below(last).into_iter().collect() } else { beside };
    let mut ranges: Vec<Range<u32>> = lines.iter().map(|line| whole_line(file, *line)).collect();
    let spans = definitions(interface).filter(|(span, _)| span.file == id);
    for (span, head) in spans {
        let start = head.start;
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
    let records = records.map(|(_, body)| (body.span, body.span.start..body.span.start));
    let commands = interface.commands.iter().flat_map(|command| {
        command.variants.iter().map(|(_, body)| (body.span, body.span.start..command.span.start))
    });
    records.chain(commands).map(|(span, head)| match interface.definitions.get(span) {
        Some(Definition { head: Some(head), .. }) => (span, head.start..head.end),
        _ => (span, head),
    })
}
