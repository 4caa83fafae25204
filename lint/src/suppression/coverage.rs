//! How far a suppression reaches.

use std::ops::{Range, RangeInclusive};

use ioctlkit_model::{Comment, FileId, Interface, SourceFile, Span};

use super::whole_line;

/// The bytes of a file in which findings are allowed.
#[derive(Debug, Clone)]
pub(super) struct Coverage(Vec<Range<u32>>);

impl Coverage {
    /// A whole file.
    pub(super) fn whole() -> Self {
        Self(std::iter::once(0..u32::MAX).collect())
    }

    pub(super) fn ranges(&self) -> &[Range<u32>] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The structures and commands of a file, by the lines of their heads.
#[derive(Debug)]
pub(super) struct Definitions {
    /// In the order of the first lines.
    all: Vec<Definition>,
    /// The last line of any head up to and with this one: where to stop looking back.
    reach: Vec<u32>,
}

#[derive(Debug)]
struct Definition {
    /// The lines of the head.
    head: RangeInclusive<u32>,
    /// The bytes of the whole.
    whole: Range<u32>,
}

impl Definitions {
    /// Those of a file.
    pub(super) fn of_file(interface: &Interface, id: FileId) -> Self {
        let file = interface.sources.file(id);
        let definition = |(span, head): (Span, Range<u32>)| Definition {
            head: file.line(head.start)..=file.line(head.end),
            whole: head.start.min(span.start)..span.end.max(span.start + 1),
        };
        let mut all: Vec<Definition> = definitions(interface, id).map(definition).collect();
        all.sort_by_key(|definition| *definition.head.start());
        Self::in_order(all)
    }

    fn in_order(all: Vec<Definition>) -> Self {
        let reach = all.iter().scan(0, |reach, definition| {
            *reach = (*reach).max(*definition.head.end());
            Some(*reach)
        });
        let reach = reach.collect();
        Self { all, reach }
    }

    /// The same where a line is put in: it becomes `line`, and has `length` bytes from `at` on.
    pub(super) fn below(self, line: u32, at: u32, length: u32) -> Self {
        let moved_line = |known: u32| known + u32::from(known >= line);
        let moved = |place: u32| if place < at { place } else { place.saturating_add(length) };
        let moved = |Definition { head, whole }| Definition {
            head: moved_line(*head.start())..=moved_line(*head.end()),
            whole: moved(whole.start)..moved(whole.end),
        };
        Self::in_order(self.all.into_iter().map(moved).collect())
    }

    /// The first line of each definition that a byte is in, the innermost first.
    pub(super) fn heads_around(&self, place: u32) -> impl Iterator<Item = u32> {
        let mut around: Vec<&Definition> =
            self.all.iter().filter(|definition| definition.whole.contains(&place)).collect();
        around.sort_by_key(|definition| definition.whole.end - definition.whole.start);
        around.into_iter().map(|definition| *definition.head.start())
    }

    /// Those whose head is on a line.
    fn on(&self, line: u32) -> impl Iterator<Item = &Definition> {
        let begun = self.all.partition_point(|definition| *definition.head.start() <= line);
        self.all[..begun]
            .iter()
            .zip(&self.reach)
            .rev()
            .take_while(move |(_, reach)| **reach >= line)
            .map(|(definition, _)| definition)
            .filter(move |definition| definition.head.contains(&line))
    }
}

/// What a comment is beside, or right above: those lines, and the whole of each structure or
/// command whose head is on them.
pub(super) fn of_comment(
    file: &SourceFile,
    definitions: &Definitions,
    comment: Comment<'_>,
) -> Coverage {
    let first = file.line(comment.start);
    let last = file.line(comment.end().saturating_sub(1));
    let mut lines: Vec<u32> =
        [first, last].into_iter().filter(|line| file.has_code(*line)).collect();
    if lines.is_empty() {
        lines.extend(file.code_below(last));
    }
    lines.dedup();
    let beside = lines.iter().map(|line| whole_line(file, *line));
    let headed = lines.iter().flat_map(|line| definitions.on(*line));
    Coverage(beside.chain(headed.map(|definition| definition.whole.clone())).collect())
}

/// Each definition in a file with its head: for a structure from the keyword to the opening brace,
/// for a command the name.
fn definitions(interface: &Interface, id: FileId) -> impl Iterator<Item = (Span, Range<u32>)> {
    let records = interface.records.iter().flat_map(|record| record.variants.iter());
    let records = records.map(|(_, body)| (body.span, body.span.start..body.span.start));
    let commands = interface.commands.iter().flat_map(|command| {
        command.variants.iter().map(|(_, body)| (body.span, body.span.start..command.span.start))
    });
    let of_file = records.chain(commands).filter(move |(span, _)| span.file == id);
    of_file.map(|(span, head)| match interface.definitions.get(span) {
        Some(ioctlkit_model::Definition { head: Some(head), .. }) => (span, head.start..head.end),
        _ => (span, head),
    })
}
