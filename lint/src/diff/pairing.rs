//! Pairs the definitions of two versions by name, those of the same header first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ioctlkit_model::{FileId, Interface, Member, RecordId, Span, Type};

use super::Versions;
use crate::against::Numbered;

/// Definitions by name, each with the path of its header.
struct ByName<'a, T>(HashMap<&'a str, Vec<(&'a str, T)>>);

impl<'a, T: Copy> ByName<'a, T> {
    fn new(all: impl Iterator<Item = (&'a str, &'a str, T)>) -> Self {
        let mut known: HashMap<&'a str, Vec<(&'a str, T)>> = HashMap::new();
        for (name, path, definition) in all {
            known.entry(name).or_default().push((path, definition));
        }
        Self(known)
    }

    /// The definition of that name in that header, else in any.
    fn get(&self, name: &str, path: &str) -> Option<T> {
        let known = self.0.get(name)?;
        let here = known.iter().find(|(other, _)| *other == path);
        here.or_else(|| known.first()).map(|(_, definition)| *definition)
    }
}

/// The files of an interface that were asked for.
pub(super) fn asked_for(interface: &Interface) -> BTreeSet<FileId> {
    interface.headers.iter().map(|header| header.file).collect()
}

fn numbered(interface: &Interface) -> impl Iterator<Item = Numbered<'_>> {
    let commands = interface.commands.iter().filter(|command| !command.variants.is_empty());
    commands.map(Numbered::Command).chain(interface.raw_numbers.iter().map(Numbered::Raw))
}

/// Each command of the old version's headers, with what it is in the new one.
pub(super) fn commands(versions: &Versions) -> Vec<(Numbered<'_>, Option<Numbered<'_>>)> {
    let known = ByName::new(
        numbered(versions.new_version())
            .map(|command| (command.name(), versions.new_path(command.span().file), command)),
    );
    let asked_for = asked_for(versions.old());
    numbered(versions.old())
        .filter(|command| asked_for.contains(&command.span().file))
        .map(|old| (old, known.get(old.name(), versions.old_path(old.span().file))))
        .collect()
}

/// Each command of the new version's headers that the old one did not have.
pub(super) fn added(versions: &Versions) -> Vec<Numbered<'_>> {
    let known: BTreeSet<&str> = numbered(versions.old()).map(Numbered::name).collect();
    let asked_for = asked_for(versions.new_version());
    numbered(versions.new_version())
        .filter(|command| asked_for.contains(&command.span().file))
        .filter(|command| !known.contains(command.name()))
        .collect()
}

/// A structure or union of both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordPair {
    pub(super) old: RecordId,
    pub(super) new: RecordId,
    /// What people call it: `struct x`, or `struct x.regs` for one without a name of its own.
    pub(super) known_as: String,
    /// What precedes its members in speech: `regs.`, or nothing.
    pub(super) prefix: String,
    /// Whether its members count to the structure around it, with which they are compared.
    opened: bool,
}

/// Each structure that both versions define, those that are asked for in either.
pub(super) fn records(versions: &Versions) -> Vec<RecordPair> {
    let (old, new) = (versions.old(), versions.new_version());
    let known = ByName::new(
        named_records(new).map(|(name, id, span)| (name, versions.new_path(span.file), id)),
    );
    let (asked_for, also) = (asked_for(old), asked_for(new));
    let mut pairs: BTreeMap<RecordId, RecordPair> = BTreeMap::new();
    for (name, id, span) in named_records(old) {
        let Some(counterpart) = known.get(name, versions.old_path(span.file)) else { continue };
        let theirs = new.record(counterpart);
        if theirs.kind != old.record(id).kind {
            continue;
        }
        if asked_for.contains(&span.file) || also.contains(&theirs.span.file) {
            let known_as = old.record(id).display_name();
            pairs.entry(id).or_insert(RecordPair {
                old: id,
                new: counterpart,
                known_as,
                prefix: String::new(),
                opened: false,
            });
        }
    }
    let mut open: Vec<RecordPair> = pairs.values().cloned().collect();
    let mut seen: BTreeSet<RecordId> = pairs.keys().copied().collect();
    while let Some(pair) = open.pop() {
        for inner in unnamed(old, new, &pair) {
            if seen.insert(inner.old) {
                open.push(inner.clone());
                pairs.insert(inner.old, inner);
            }
        }
    }
    pairs.into_values().filter(|pair| !pair.opened).collect()
}

/// The structures with a definition and a name of their own.
fn named_records(interface: &Interface) -> impl Iterator<Item = (&str, RecordId, Span)> {
    let ids = (0..interface.records.len() as u32).map(RecordId);
    ids.zip(&interface.records).filter_map(|(id, record)| {
        let name = record.name.as_deref().or(record.typedef_name.as_deref())?;
        (!record.variants.is_empty()).then_some((name, id, record.span))
    })
}

/// How many structures and unions with a name of their own the files define that were asked for.
pub fn structures(interface: &Interface) -> usize {
    let asked_for = asked_for(interface);
    named_records(interface).filter(|(_, _, span)| asked_for.contains(&span.file)).count()
}

/// The structures without a name that named members of a pair have.
fn unnamed(old: &Interface, new: &Interface, pair: &RecordPair) -> Vec<RecordPair> {
    let (Some(ours), Some(theirs)) =
        (old.record(pair.old).variants.first(), new.record(pair.new).variants.first())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let counterparts = counterparts(&ours.members, &theirs.members);
    for (member, their) in ours.members.iter().zip(counterparts) {
        let Some(their) = their else { continue };
        let (Some(inner), Some(their_inner)) =
            (record_of(old, &member.ty), record_of(new, &their.ty))
        else {
            continue;
        };
        let (inner_record, their_record) = (old.record(inner), new.record(their_inner));
        let both = inner_record.is_anonymous() && their_record.is_anonymous();
        if !both || inner_record.kind != their_record.kind {
            continue;
        }
        let name = member.name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        found.push(RecordPair {
            old: inner,
            new: their_inner,
            known_as: pair.known_as.clone(),
            prefix: format!("{}{name}", pair.prefix),
            opened: member.name.is_none(),
        });
    }
    found
}

/// For each member the one of that name, or for one without a name that which is as far down among those.
fn counterparts<'a>(ours: &[Member], theirs: &'a [Member]) -> Vec<Option<&'a Member>> {
    let mut by_name: HashMap<&str, &Member> = HashMap::new();
    for their in theirs {
        if let Some(name) = &their.name {
            by_name.entry(name).or_insert(their);
        }
    }
    let mut unnamed = theirs.iter().filter(|member| member.name.is_none());
    let counterpart = |member: &Member| match &member.name {
        Some(name) => by_name.get(name.as_str()).copied(),
        None => unnamed.next(),
    };
    ours.iter().map(counterpart).collect()
}

fn record_of(interface: &Interface, ty: &Type) -> Option<RecordId> {
    match interface.behind_typedefs(ty.innermost_element())?.innermost_element() {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}
