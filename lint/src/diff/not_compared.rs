//! What could not be compared, because one of the versions says too little of it.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Header, Interface, Layouts, NotRead, NotUnderstood, Span};

use super::{Versions, pairing};
use crate::against::Numbered;

/// A command or a header of both versions that was understood in one of them alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared<'a> {
    /// What it is.
    pub what: What<'a>,
    /// The version in which it was not understood.
    pub side: Side,
    /// Where it is in the new version, in the sources of that.
    pub span: Span,
    /// Where it is in the old version, in the sources of the new one.
    pub old_span: Span,
    /// The ABIs.
    pub abis: AbiSet,
    /// Why, as a sentence without its full stop.
    pub reason: String,
}

/// What was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// A command, by its name.
    Command(&'a str),
    /// A header, by what both versions call it.
    Header(&'a str),
}

/// A version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was.
    Old,
    /// What is.
    New,
}

/// Finds them. Headers come first: what is not known of a header is not said of each of its commands.
pub(super) fn find<'a>(
    versions: &'a Versions,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
) -> Vec<NotCompared<'a>> {
    let mut found = headers(versions);
    found.extend(lost(versions));
    found.extend(gained(versions));
    for (ours, theirs) in pairing::commands(versions) {
        let (Numbered::Command(was), Some(Numbered::Command(is))) = (ours, theirs) else {
            continue;
        };
        let both = was.variants.abis().intersection(is.variants.abis());
        let without = |layouts: &Layouts<'_>, command| {
            layouts.abis_where(both, |_, abi| layouts.number(command, abi).is_none())
        };
        let (in_old, in_new) = (without(old, was), without(new, is));
        let known =
            |abis: AbiSet, side, layouts: &Layouts<'_>, command: &ioctlkit_model::Command| {
                let abi = abis.first()?;
                let reason = layouts.why_no_number(command.variants.get(abi)?, abi)?;
                Some(NotCompared {
                    what: What::Command(ours.name()),
                    side,
                    span: is.span,
                    old_span: versions.span(was.span),
                    abis,
                    reason,
                })
            };
        found.extend(known(in_new.difference(in_old), Side::New, new, is));
        found.extend(known(in_old.difference(in_new), Side::Old, old, was));
    }
    found
}

/// Commands of the old version that the new one has and that were not understood there.
fn lost(versions: &Versions) -> impl Iterator<Item = NotCompared<'_>> {
    let new = versions.new_version();
    let unknown = by_name(new);
    let pairs = pairing::commands(versions).into_iter();
    pairs.filter(|(_, theirs)| theirs.is_none()).filter_map(move |(ours, _)| {
        let unknown = unknown.get(ours.name())?;
        Some(NotCompared {
            what: What::Command(ours.name()),
            side: Side::New,
            span: unknown.span,
            old_span: versions.span(ours.span()),
            abis: unknown.abis,
            reason: unknown.reason.clone(),
        })
    })
}

/// Commands of the new version that the old one had and that were not understood there.
fn gained(versions: &Versions) -> impl Iterator<Item = NotCompared<'_>> {
    let unknown = by_name(versions.old());
    pairing::added(versions).into_iter().filter_map(move |theirs| {
        let unknown = unknown.get(theirs.name())?;
        Some(NotCompared {
            what: What::Command(theirs.name()),
            side: Side::Old,
            span: theirs.span(),
            old_span: versions.span(unknown.span),
            abis: unknown.abis,
            reason: unknown.reason.clone(),
        })
    })
}

/// What was not understood in a version, by name, but for headers that were not read at all.
fn by_name(interface: &Interface) -> HashMap<&str, &NotUnderstood> {
    let unread: BTreeSet<FileId> = interface
        .headers
        .iter()
        .filter(|header| header.is_unread())
        .map(|header| header.file)
        .collect();
    let known = interface.not_understood.iter();
    let known = known.filter(|unknown| !unread.contains(&unknown.span.file));
    known.map(|unknown| (unknown.name.as_str(), unknown)).collect()
}

/// Headers that were read for some ABIs in one version and not in the other.
fn headers(versions: &Versions) -> Vec<NotCompared<'_>> {
    let old: HashMap<&str, &Header> = versions
        .old()
        .headers
        .iter()
        .map(|header| (versions.old_path(header.file), header))
        .collect();
    let mut found = Vec::new();
    for is in &versions.new_version().headers {
        let path = versions.new_path(is.file);
        let Some(was) = old.get(path) else { continue };
        for (side, lacking, read) in [(Side::New, is, *was), (Side::Old, *was, is)] {
            let lacks = |one: &NotRead| one.abis.intersection(read.abis);
            let abis =
                lacking.not_read.iter().fold(AbiSet::EMPTY, |all, one| all.union(lacks(one)));
            let Some(first) = lacking.not_read.iter().find(|one| !lacks(one).is_empty()) else {
                continue;
            };
            found.push(NotCompared {
                what: What::Header(path),
                side,
                span: Span { file: is.file, start: 0, end: 0 },
                old_span: Span { file: versions.file(was.file), start: 0, end: 0 },
                abis,
                reason: format!("`{}` is not installed", first.missing),
            });
        }
    }
    found
}
