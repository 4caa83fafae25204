//! Code lenses: above a command its numbers, above a structure its sizes.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Layouts, RecordId, Span};
use lsp_types::{CodeLens, Command};

use super::analysis::Part;
use super::asked::Asked;
use super::members;
use super::per_abi::{PerAbi, amount};

/// The lenses of the document.
pub(super) fn of(asked: &Asked<'_>) -> Vec<CodeLens> {
    let parts = asked.analysis.parts.iter();
    let mut titles: Vec<(Span, String)> = parts.flat_map(of_part).collect();
    titles.sort_by(|(a, one), (b, other)| (a.start, one).cmp(&(b.start, other)));
    titles.dedup_by(|(a, one), (b, other)| (a.start, one) == (b.start, other));
    let document = asked.document;
    let lenses = titles.into_iter().map(|(span, title)| CodeLens {
        range: document.range(span.start as usize..span.end as usize),
        // It says something, and does nothing.
        command: Some(Command { title, command: String::new(), arguments: None }),
        data: None,
    });
    lenses.collect()
}

fn of_part(part: &Part) -> Vec<(Span, String)> {
    let interface = &part.interface;
    let layouts = Layouts::new(interface);
    let commands = interface.commands.iter().filter(|command| part.owns(command.span));
    let numbers = commands.filter_map(|command| {
        let mut numbers = PerAbi::default();
        for abi in command.variants.abis() {
            if let Some(numbered) = layouts.number(command, abi) {
                numbers.add(numbered.number, AbiSet::only(abi));
            }
        }
        let words = numbers.words(command.variants.abis(), |number| format!("{number:#010x}"))?;
        Some((command.span, words))
    });
    let unnamed = members::unnamed(interface);
    let records = (0..).map(RecordId).zip(&interface.records);
    let records = records.filter(|(id, record)| part.owns(record.span) && !unnamed.contains(id));
    let sizes = records.filter_map(|(id, record)| {
        let mut sizes = PerAbi::default();
        for abi in record.variants.abis() {
            if let Ok(layout) = layouts.record(id, abi) {
                sizes.add(layout.size, AbiSet::only(abi));
            }
        }
        let words = sizes.words(record.variants.abis(), |size| amount(*size, "byte"))?;
        Some((record.span, words))
    });
    numbers.chain(sizes).collect()
}
