//! Inlay hints: behind each member where it is, and the padding that follows.

use std::collections::BTreeMap;

use ioctlkit_model::Layouts;
use lsp_types::{InlayHint, InlayHintLabel, Range};

use super::asked::Asked;
use super::members::{self, MemberPlace};
use super::per_abi::amount;

/// The hints for the members in a range, by place.
pub(super) fn within(asked: &Asked<'_>, range: Range) -> Vec<InlayHint> {
    let document = asked.document;
    let mut hints = BTreeMap::new();
    for part in &asked.analysis.parts {
        let layouts = Layouts::new(&part.interface);
        for (span, place) in members::of_document(part, &layouts) {
            // What a macro declares has one place for all.
            hints.entry(document.behind(span.end as usize)).or_insert_with(|| words(&place));
        }
    }
    let hints = hints.into_iter().filter_map(|(at, label)| {
        let position = document.position(at);
        let is_wanted = range.start <= position && position <= range.end;
        is_wanted.then(|| InlayHint {
            position,
            label: InlayHintLabel::String(label),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    });
    hints.collect()
}

fn words(place: &MemberPlace) -> String {
    let offset = place.offsets.words(place.abis, |bits| match bits % 8 {
        0 => (bits / 8).to_string(),
        bit => format!("{}:{bit}", bits / 8),
    });
    let holes =
        place.holes.each(place.abis, |bits| width(*bits)).map(|it| format!("then a hole of {it}"));
    let tails =
        place.tails.each(place.abis, |bits| width(*bits)).map(|it| format!("then padding of {it}"));
    offset.into_iter().chain(holes).chain(tails).collect::<Vec<_>>().join("; ")
}

/// `4 bytes`, or `3 bits` where these are no bytes.
fn width(bits: u64) -> String {
    if bits.is_multiple_of(8) { amount(bits / 8, "byte") } else { amount(bits, "bit") }
}
