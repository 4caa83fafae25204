//! Structures that are copied to the program although some of their bytes were not set.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Amount, Cleared, CopiedOut, Finding, Fix, HandledCommand, Label, RecordId, Safety,
    SourceHandler,
};

use crate::Rule;
use crate::context::Context;
use crate::driver_code::{by_place, code_finding, declarations, names};
use crate::unset_bytes::{Part, Unset, unset};
use crate::words::count;

/// A copy of bytes that were not set.
#[derive(Debug)]
pub struct Copy<'a> {
    /// What is copied.
    pub out: &'a CopiedOut,
    handler: &'a SourceHandler,
    commands: Vec<&'a HandledCommand>,
    /// What is not set, on the first of the ABIs.
    unset: Vec<Unset>,
    abis: AbiSet,
}

/// Which bytes are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Members that only take place.
    Reserved,
    /// Padding, and all other members.
    Others,
}

impl Kind {
    fn contains(self, part: &Part) -> bool {
        (self == Self::Reserved) == matches!(part, Part::Reserved(_))
    }
}

/// Every copy of a whole structure that leaves such bytes unset.
pub fn find<'a>(cx: &Context<'a>, kind: Kind) -> Vec<Copy<'a>> {
    let places = by_place(cx, |_, command| {
        let whole = command.copied_out.iter().filter(|out| out.member.is_empty());
        whole.map(|out| (out.span, out)).collect()
    });
    let copies = places.into_iter().filter_map(|place| {
        let out = place.what;
        // Where nothing was seen to be set, something was not seen.
        let is_lost = out.cleared == Cleared::Nothing && !out.is_touched;
        if out.cleared == Cleared::All || out.copied_in.is_some() || is_lost {
            return None;
        }
        let id = cx.declared().record(cx.interface, &out.ty)?;
        let mut first: Option<Vec<Unset>> = None;
        let mut abis = AbiSet::EMPTY;
        for abi in cx.interface.abis.iter().filter(|abi| copies_all(cx, out, id, *abi)) {
            let mut unset = unset(cx, id, abi, &out.set);
            // An initialiser has set every member.
            unset.retain(|unset| {
                kind.contains(&unset.part)
                    && (out.cleared == Cleared::Nothing || matches!(unset.part, Part::Hole(_)))
            });
            if !unset.is_empty() {
                abis = abis.union(AbiSet::only(abi));
                first.get_or_insert(unset);
            }
        }
        // No kernel of today is built for an ABI that rounds structures up.
        let is_built = |abi: AbiId| abi.abi().min_record_align == 1;
        if !abis.iter().any(is_built) {
            return None;
        }
        let (handler, commands) = (place.handler, place.commands);
        Some(Copy { out, handler, commands, unset: first?, abis })
    });
    copies.collect()
}

/// Whether as many bytes are copied as the structure has.
fn copies_all(cx: &Context<'_>, out: &CopiedOut, id: RecordId, abi: AbiId) -> bool {
    let size = || cx.layouts.record(id, abi).map(|layout| layout.size);
    match &out.amount {
        Amount::Type(ty) => cx.declared().record(cx.interface, ty) == Some(id),
        Amount::CommandSize => true,
        Amount::Bytes(bytes) => size() == Ok(*bytes),
        Amount::Expression(_) | Amount::Unknown => false,
    }
}

/// Parts that are named one by one.
const NAMED: usize = 3;

/// A finding about a copy.
pub fn finding(cx: &Context<'_>, rule: &'static Rule, copy: &Copy<'_>) -> Finding {
    let bytes: u64 = copy.unset.iter().map(|unset| unset.size).sum();
    let parts: Vec<String> = copy.unset.iter().take(NAMED).map(part).collect();
    let more = copy.unset.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let message = format!(
        "`{}` copies {} of `{}` to the program uninitialised",
        copy.handler.function,
        count(bytes, "byte"),
        copy.out.ty,
    );
    let mut finding = code_finding(cx, rule, copy.handler, &copy.commands, copy.out.span, message);
    finding.abis = copy.abis;
    finding.record = Some(copy.out.ty.clone());
    finding.label = "copied with what was in memory before".into();
    let parts = format!("{}{more}", parts.join(", "));
    finding.notes.insert(0, format!("uninitialised for {}: {parts}", names(&copy.commands)));
    let declared =
        Label { span: copy.out.declared, text: format!("`{}`, not cleared", copy.out.object) };
    finding.related.push(declared);
    finding.related.extend(declarations(cx, &copy.commands));
    finding.fix = Some(Fix {
        message: format!("clear `{}` with memset() before its members are set", copy.out.object),
        edits: Vec::new(),
        safety: Safety::Safe,
    });
    finding
}

fn part(unset: &Unset) -> String {
    let bytes = count(unset.size, "byte");
    match &unset.part {
        Part::Member(path) | Part::Reserved(path) => format!("`{path}`"),
        Part::Hole(after) if after.is_empty() => format!("{bytes} of padding at the start"),
        Part::Hole(after) => format!("{bytes} of padding after `{after}`"),
    }
}
