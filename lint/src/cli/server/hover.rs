//! What is under the pointer: a command's numbers, or where the members of a structure are.

use std::ops::Range;

use ioctlkit_model::{Layouts, RecordId};
use ioctlkit_report::Style;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::analysis::Part;
use super::asked::Asked;
use super::members;
use crate::cli::{layout, number};

/// What there is to say of a place in a text: of a command, its number on each group of ABIs; of a structure
/// or one of its members, the table of offsets with its holes.
///
/// Where a member is declared its structure is meant, whatever else has the member's name.
pub(super) fn at(asked: &Asked<'_>, position: Position) -> Option<Hover> {
    let document = asked.document;
    let offset = document.offset(position);
    let word = document.word_range(offset)?;
    let parts = &asked.analysis.parts;
    let name = document.word(offset)?;
    let of_member = parts.iter().find_map(|part| {
        is_member(part, &word).then(|| structures(part, &around(part, word.start)))?
    });
    let text = of_member.or_else(|| {
        parts.iter().find_map(|part| {
            command(part, name)
                .or_else(|| structures(part, &layout::find(&part.interface, name)))
                .or_else(|| structures(part, &around(part, word.start)))
        })
    })?;
    let range = Some(document.range(word));
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: in_a_block(&text) };
    Some(Hover { contents: HoverContents::Markup(contents), range })
}

fn command(part: &Part, name: &str) -> Option<String> {
    let layouts = Layouts::new(&part.interface);
    written(|out| {
        let style = Style { colour: false };
        number::write_named(&layouts, name, part.interface.abis, style, out).map(drop)
    })
}

fn structures(part: &Part, records: &[RecordId]) -> Option<String> {
    let layouts = Layouts::new(&part.interface);
    written(|out| {
        let defined = records.iter().copied();
        defined.filter(|id| !part.interface.record(*id).variants.is_empty()).try_for_each(|id| {
            layout::write_record(&layouts, id, part.interface.abis, Style { colour: false }, out)
        })
    })
}

/// Whether a word of the document is the name of a member, where it is declared.
fn is_member(part: &Part, word: &Range<usize>) -> bool {
    let bodies = part.interface.records.iter().flat_map(|record| record.variants.iter());
    let mut members = bodies.flat_map(|(_, body)| &body.members);
    members.any(|member| {
        let span = member.name_span;
        let at = span.start as usize..span.end as usize;
        member.name.is_some() && part.owns(span) && at == *word
    })
}

/// The innermost structure with a definition around a place of the document, but for those that are members
/// without a name.
fn around(part: &Part, offset: usize) -> Vec<RecordId> {
    let unnamed = members::unnamed(&part.interface);
    let records = (0..).map(RecordId).zip(&part.interface.records);
    let records = records.filter(|(id, _)| !unnamed.contains(id));
    let bodies = records
        .flat_map(|(id, record)| record.variants.iter().map(move |(_, body)| (id, body.span)));
    let is_around = |span: &ioctlkit_model::Span| {
        part.owns(*span) && (span.start as usize..span.end as usize).contains(&offset)
    };
    let innermost =
        bodies.filter(|(_, span)| is_around(span)).min_by_key(|(_, span)| span.end - span.start);
    innermost.map(|(id, _)| id).into_iter().collect()
}

/// What is written, if anything is.
fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> Option<String> {
    let mut text = Vec::new();
    write(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A block of Markdown that nothing in the text can end.
fn in_a_block(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    format!("{fence}c\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_block() {
        let text = in_a_block("a ```` b");
        assert!(text.starts_with("`````c\n") && text.ends_with("\n`````"), "{text}");
    }
}
