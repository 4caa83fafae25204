//! How far a suppression reaches.

use std::ops::{Range, RangeInclusive};

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
        let definition = |(span, head): (Span, Range<u32>)| {
            let start = match file.language() {
                Language::C | Language::Object => head.start,
                Language::Rust => rust_source::item_start(&file.text, head.start as usize) as u32,
            };
            Definition {
                head: file.line(start)..=file.line(head.end),
                whole: start.min(span.start)..span.end.max(span.start + 1),
            }
        };
        let mut all: Vec<Definition> = definitions(interface, id).map(definition).collect();
        all.sort_by_key(|definition| *definition.head.start());
        let reach = all.iter().scan(0, |reach, definition| {
            *reach = (*reach).max(*definition.head.end());
            Some(*reach)
        });
        let reach = reach.collect();
        Self { all, reach }
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
    scan: &Scan,
    comment: &Range<usize>,
) -> Coverage {
    let first = file.line(comment.start as u32);
    let last = file.line(comment.end.saturating_sub(1) as u32);
    let mut lines: Vec<u32> =
        [first, last].into_iter().filter(|line| scan.has_code(*line)).collect();
    if lines.is_empty() {
        lines.extend(scan.code_below(last));
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
    let records = records.filter(move |(_, body)| body.span.file == id).map(|(_, body)| {
        let brace = interface.sources.text(body.span).find('{').unwrap_or(0) as u32;
        (body.span, body.span.start..body.span.start + brace)
    });
    let commands = interface.commands.iter().flat_map(|command| {
        command.variants.iter().map(|(_, body)| {
            // A macro's name stands before that of the command in Rust, and behind it in C.
            (body.span, body.span.start.min(command.span.start)..command.span.start)
        })
    });
    records.chain(commands.filter(move |(span, _)| span.file == id))
}
