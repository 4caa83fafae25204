//! What could not be compared, because one of the versions says too little of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    FileId, Header, Interface, Layouts, NotRead, NotUnderstood, RecordId, Span, Type,
};

use super::constants::{ConstantChange, ConstantFate, Unclear};
use super::pairing::RecordPairs;
use super::records::Unknown;
use super::versions::is_of_missing_file;
use super::{Versions, pairing};
use crate::account::is_of_another_architecture;
use crate::against::Numbered;
use crate::words::count;

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
    /// A structure.
    Record(RecordId),
    /// A constant, by its name.
    Constant(&'a str),
    /// Things of one header, of the same kind.
    Several(Several<'a>),
}

/// Things of one header that could not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Several<'a> {
    /// The header, by what both versions call it.
    pub header: &'a str,
    /// How many commands.
    pub commands: usize,
    /// How many structures.
    pub structures: usize,
    /// How many constants.
    pub constants: usize,
}

impl fmt::Display for Several<'_> {
    /// "1 command", "1 command and 2 structures", "1 command, 2 structures and 1 constant".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.commands, "command"),
            (self.structures, "structure"),
            (self.constants, "constant"),
        ];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts.map(|(number, what)| count(number as u64, what)).collect();
        match parts.split_last() {
            None => Ok(()),
            Some((only, [])) => f.write_str(only),
            Some((last, others)) => write!(f, "{} and {last}", others.join(", ")),
        }
    }
}

/// A version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What was.
    Old,
    /// What is.
    New,
    /// Both.
    Both,
}

/// What [`find`] found.
pub(super) struct Found<'a> {
    pub(super) found: Vec<NotCompared<'a>>,
    /// The names of all commands that could not be compared, those that are counted with a header as well.
    pub(super) commands: HashSet<&'a str>,
}

/// Finds them. Headers come first: what is not known of a header is not said of each of its commands.
pub(super) fn find<'a>(
    versions: &'a Versions,
    (old, new): (&Layouts<'a>, &Layouts<'a>),
    pairs: &RecordPairs,
    unknown: &[Unknown],
    constants: &[ConstantChange<'a>],
) -> Found<'a> {
    let mut found = headers(versions);
    found.extend(broken(versions));
    found.extend(lost(versions));
    found.extend(gained(versions));
    let mut in_neither = ByHeader::default();
    let mut of_one_alone = ByHeader::default();
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
                let ty = command.variants.get(abi)?.argument.ty();
                let interface = layouts.interface();
                if ty.is_some_and(|ty| is_of_another_architecture(interface, command, ty, abis)) {
                    return None;
                }
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
        let in_both = in_old.intersection(in_new);
        let of_others = || {
            let ty = in_both.first().and_then(|abi| is.variants.get(abi)?.argument.ty());
            ty.is_some_and(|ty| is_of_another_architecture(new.interface(), is, ty, in_both))
        };
        if !in_both.is_empty() && !of_others() {
            in_neither.of(was.span, is.span, in_both).commands += 1;
        }
    }
    let said: HashSet<(Side, String)> = found
        .iter()
        .filter(|known| matches!(known.what, What::Command(_)))
        .map(|known| (known.side, known.reason.clone()))
        .collect();
    for one in unknown {
        let (was, is) = (versions.old().record(one.old), versions.new_version().record(one.new));
        let (in_old, in_new) = one.on;
        let in_both = in_old.intersection(in_new);
        let sides = [
            (in_new.difference(in_old), Side::New),
            (in_old.difference(in_new), Side::Old),
            (in_both, Side::Both),
        ];
        for (abis, side) in sides.into_iter().filter(|(abis, _)| !abis.is_empty()) {
            let reason = why(versions, one, side, abis);
            // What a command carries is said of the command.
            if side == Side::Both && one.is_alike {
                in_neither.of(was.span, is.span, abis).structures += 1;
                continue;
            }
            let key = (side, reason);
            if said.contains(&key) {
                continue;
            }
            let (_, reason) = key;
            found.push(NotCompared {
                what: What::Record(one.new),
                side,
                span: is.span,
                old_span: versions.span(was.span),
                abis,
                reason,
            });
        }
    }
    for (was, is) in &pairs.left_out {
        let (was, is) = (versions.old().record(*was), versions.new_version().record(*is));
        let among = versions.old().abis.intersection(versions.new_version().abis);
        in_neither.of(was.span, is.span, among).structures += 1;
    }
    for change in constants {
        let ConstantFate::Unknown { span, why } = change.fate else { continue };
        let side = match why {
            Unclear::In(Side::Both) => {
                in_neither.of(change.old_span, span, change.abis).constants += 1;
                continue;
            }
            Unclear::Architecture => {
                of_one_alone.of(change.old_span, span, change.abis).constants += 1;
                continue;
            }
            Unclear::In(side) => side,
        };
        found.push(NotCompared {
            what: What::Constant(change.name),
            side,
            span,
            old_span: versions.span(change.old_span),
            abis: change.abis,
            reason: "it is no integer, or one that could not be worked out".into(),
        });
    }
    let commands = found.iter().filter_map(|one| match one.what {
        What::Command(name) => Some(name),
        What::Header(_) | What::Record(_) | What::Constant(_) | What::Several(_) => None,
    });
    let commands = commands.collect();
    let mut found = said_of_headers(found, versions);
    found.extend(in_neither.each(versions, "neither version was understood"));
    let reason = "one version has `asm/` headers of these architectures and the other has none";
    found.extend(of_one_alone.each(versions, reason));
    Found { found, commands }
}

/// What a header that could not be read as a whole defines is counted there.
fn said_of_headers<'a>(
    found: Vec<NotCompared<'a>>,
    versions: &'a Versions,
) -> Vec<NotCompared<'a>> {
    let headers: BTreeMap<&str, Side> = found
        .iter()
        .filter_map(|one| match one.what {
            What::Header(path) => Some((path, one.side)),
            _ => None,
        })
        .collect();
    let broken = |path: &str, side: Side| {
        headers.get(path).is_some_and(|known| *known == side || *known == Side::Both)
    };
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut left = Vec::new();
    for one in found {
        let path = versions.new_path(one.span.file);
        match one.what {
            What::Command(_) if broken(path, one.side) => counts.entry(path).or_default()[0] += 1,
            What::Record(_) if broken(path, one.side) => counts.entry(path).or_default()[1] += 1,
            What::Constant(_) if broken(path, one.side) => counts.entry(path).or_default()[2] += 1,
            _ => left.push(one),
        }
    }
    for one in &mut left {
        let What::Header(path) = one.what else { continue };
        let Some([commands, structures, constants]) = counts.remove(path) else { continue };
        let several = Several { header: path, commands, structures, constants };
        one.reason = format!("{}, so that {several} of it could not be compared", one.reason);
    }
    left
}

/// What could not be compared for one reason, by the header of the new version.
#[derive(Default)]
struct ByHeader(BTreeMap<FileId, Counted>);

struct Counted {
    span: Span,
    old_span: Span,
    abis: AbiSet,
    commands: usize,
    structures: usize,
    constants: usize,
}

impl ByHeader {
    fn each<'a>(
        self,
        versions: &'a Versions,
        reason: &'static str,
    ) -> impl Iterator<Item = NotCompared<'a>> {
        self.0.into_values().map(move |one| {
            let header = versions.new_path(one.span.file);
            let Counted { commands, structures, constants, .. } = one;
            NotCompared {
                what: What::Several(Several { header, commands, structures, constants }),
                side: Side::Both,
                span: one.span,
                old_span: versions.span(one.old_span),
                abis: one.abis,
                reason: reason.into(),
            }
        })
    }

    fn of(&mut self, old_span: Span, span: Span, abis: AbiSet) -> &mut Counted {
        let counted = self.0.entry(span.file).or_insert(Counted {
            span,
            old_span,
            abis: AbiSet::EMPTY,
            commands: 0,
            structures: 0,
            constants: 0,
        });
        counted.abis = counted.abis.union(abis);
        counted
    }
}

/// Why a structure has no layout.
fn why(versions: &Versions, one: &Unknown, side: Side, abis: AbiSet) -> String {
    let (interface, id) = match side {
        Side::Old => (versions.old(), one.old),
        Side::New | Side::Both => (versions.new_version(), one.new),
    };
    let ty = Type::Record(id);
    interface.without_size(&ty, abis).unwrap_or_else(|| {
        let layouts = Layouts::new(interface);
        let error = abis.first().and_then(|abi| layouts.record(id, abi).err());
        error.map(|error| error.to_string()).unwrap_or_default()
    })
}

/// Headers that include what is not there: in the new version, what they define is not known to be gone.
fn broken(versions: &Versions) -> Vec<NotCompared<'_>> {
    let missing =
        |header: &Header| header.errors.iter().find(|error| is_of_missing_file(error)).cloned();
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
        let (in_old, in_new) = (missing(was), missing(is));
        let (side, error) = match (in_old, in_new) {
            (None, None) => continue,
            (Some(_), Some(error)) => (Side::Both, error),
            (Some(error), None) => (Side::Old, error),
            (None, Some(error)) => (Side::New, error),
        };
        found.push(NotCompared {
            what: What::Header(path),
            side,
            span: Span { file: is.file, start: 0, end: 0 },
            old_span: Span { file: versions.file(was.file), start: 0, end: 0 },
            abis: error.abis,
            reason: error.message,
        });
    }
    found
}

/// Commands of the old version that the new one has and that were not understood there.
fn lost(versions: &Versions) -> impl Iterator<Item = NotCompared<'_>> {
    let new = versions.new_version();
    let unknown = by_name(new);
    let others = pairing::not_worked_out(new);
    let pairs = pairing::commands(versions).into_iter();
    pairs.filter(|(_, theirs)| theirs.is_none()).filter_map(move |(ours, _)| {
        let Some(unknown) = unknown.get(ours.name()) else {
            let span = *others.get(ours.name())?;
            return Some(NotCompared {
                what: What::Command(ours.name()),
                side: Side::New,
                span,
                old_span: versions.span(ours.span()),
                abis: versions.new_version().abis,
                reason: "it is defined, and what it comes to could not be worked out".into(),
            });
        };
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
