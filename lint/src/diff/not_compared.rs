//! What could not be compared, because one of the versions says too little of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Command, FileId, Header, Interface, Layouts, NotRead, NotUnderstood, RecordId, Span, Type,
};

use super::constants::{ConstantChange, ConstantFate, Unclear};
use super::pairing::{NamedPair, RecordPairs};
use super::records::Unknown;
use super::versions::is_of_missing_file;
use super::{Versions, pairing};
use crate::account::Architectures;
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
    /// Why, as a clause that "in the new version" may follow.
    pub reason: String,
    /// What of a header could not be compared because of it.
    pub hides: Option<Several<'a>>,
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

/// Two versions, and what came of comparing their parts.
pub(super) struct Seen<'s, 'a> {
    pub(super) versions: &'a Versions,
    pub(super) named: &'s [NamedPair<'a>],
    /// The commands of the new version that the old one did not have.
    pub(super) added: &'s [Numbered<'a>],
    pub(super) old: &'s Layouts<'a>,
    pub(super) new: &'s Layouts<'a>,
    pub(super) constants: &'s [ConstantChange<'a>],
}

impl<'a> Seen<'_, 'a> {
    /// Finds what could not be compared. Headers come first: what is not known of a header is not repeated
    /// for each of its commands.
    pub(super) fn find(&self, pairs: &RecordPairs, unknown: &[Unknown]) -> Found<'a> {
        let versions = self.versions;
        let both = both_headers(versions);
        let mut found = headers(&both);
        found.extend(broken(&both));
        found.extend(lost(versions, self.named));
        found.extend(gained(versions, self.added));
        let mut counted = Counts::default();
        self.commands(&mut found, &mut counted);
        self.records(pairs, unknown, &mut found, &mut counted);
        self.constants(&mut found, &mut counted);
        let commands = found.iter().filter_map(|one| match one.what {
            What::Command(name) => Some(name),
            What::Header(_) | What::Record(_) | What::Constant(_) | What::Several(_) => None,
        });
        let commands = commands.collect();
        let mut found = counted_with_headers(found, versions);
        found.extend(counted.each(versions));
        Found { found, commands }
    }

    /// Commands of both versions that have no number in one or in both.
    fn commands(&self, found: &mut Vec<NotCompared<'a>>, counted: &mut Counts) {
        let Self { old, new, .. } = *self;
        let of_old = Architectures::of(old.interface());
        let of_new = Architectures::of(new.interface());
        for (ours, theirs) in self.named.iter().copied() {
            let (Numbered::Command(was), Some(Numbered::Command(is))) = (ours, theirs) else {
                continue;
            };
            let both = was.variants.abis().intersection(is.variants.abis());
            let without = |layouts: &Layouts<'_>, command| {
                layouts.abis_where(both, |_, abi| layouts.number(command, abi).is_none())
            };
            let is_of_others = |of: &Architectures<'_>, command: &Command, abis: AbiSet| {
                let ty = abis.first().and_then(|abi| command.variants.get(abi)?.argument.ty());
                ty.is_some_and(|ty| of.is_of_another(command, ty, abis))
            };
            let (in_old, in_new) = (without(old, was), without(new, is));
            let known = |abis: AbiSet, side, layouts: &Layouts<'_>, of, command: &Command| {
                let abi = abis.first().filter(|_| !is_of_others(of, command, abis))?;
                let reason = layouts.why_no_number(command.variants.get(abi)?, abi)?;
                Some(NotCompared {
                    hides: None,
                    what: What::Command(ours.name()),
                    side,
                    span: is.span,
                    old_span: was.span,
                    abis,
                    reason,
                })
            };
            found.extend(known(in_new.difference(in_old), Side::New, new, &of_new, is));
            found.extend(known(in_old.difference(in_new), Side::Old, old, &of_old, was));
            let in_both = in_old.intersection(in_new);
            if !in_both.is_empty() && !is_of_others(&of_new, is, in_both) {
                counted.in_neither.of(was.span, is.span, in_both).commands += 1;
            }
        }
    }

    /// Structures of both versions that have no layout in one or in both.
    fn records(
        &self,
        pairs: &RecordPairs,
        unknown: &[Unknown],
        found: &mut Vec<NotCompared<'a>>,
        counted: &mut Counts,
    ) {
        let versions = self.versions;
        let reasons: HashSet<(Side, String)> = found
            .iter()
            .filter(|known| matches!(known.what, What::Command(_)))
            .map(|known| (known.side, known.reason.clone()))
            .collect();
        for one in unknown {
            let (was, is) =
                (versions.old().record(one.old), versions.new_version().record(one.new));
            let (in_old, in_new) = one.on;
            let in_both = in_old.intersection(in_new);
            let sides = [
                (in_new.difference(in_old), Side::New),
                (in_old.difference(in_new), Side::Old),
                (in_both, Side::Both),
            ];
            for (abis, side) in sides.into_iter().filter(|(abis, _)| !abis.is_empty()) {
                if side == Side::Both && one.is_alike {
                    counted.in_neither.of(was.span, is.span, abis).structures += 1;
                    continue;
                }
                // A command that carries it has given the same reason.
                let key = (side, why((self.old, self.new), one, side, abis));
                if reasons.contains(&key) {
                    continue;
                }
                let (_, reason) = key;
                found.push(NotCompared {
                    hides: None,
                    what: What::Record(one.new),
                    side,
                    span: is.span,
                    old_span: was.span,
                    abis,
                    reason,
                });
            }
        }
        for (was, is) in &pairs.left_out {
            let (was, is) = (versions.old().record(*was), versions.new_version().record(*is));
            let among = versions.old().abis.intersection(versions.new_version().abis);
            counted.in_neither.of(was.span, is.span, among).structures += 1;
        }
    }

    /// Constants of both versions whose value is not known in one or in both.
    fn constants(&self, found: &mut Vec<NotCompared<'a>>, counted: &mut Counts) {
        for change in self.constants {
            let ConstantFate::Unknown { span, why } = change.fate else { continue };
            let by_header = match why {
                Unclear::In(Side::Both) => &mut counted.in_neither,
                Unclear::Architecture => &mut counted.of_architectures,
                Unclear::Names => &mut counted.of_names,
                Unclear::In(side) => {
                    found.push(NotCompared {
                        hides: None,
                        what: What::Constant(change.name),
                        side,
                        span,
                        old_span: change.old_span,
                        abis: change.abis,
                        reason: "its value is not an integer, or could not be worked out".into(),
                    });
                    continue;
                }
            };
            by_header.of(change.old_span, span, change.abis).constants += 1;
        }
    }
}

/// What is counted by header, by the reason why it could not be compared.
#[derive(Default)]
struct Counts {
    in_neither: ByHeader,
    of_architectures: ByHeader,
    of_names: ByHeader,
}

impl Counts {
    fn each(self, versions: &Versions) -> impl Iterator<Item = NotCompared<'_>> {
        let reasons = [
            (self.in_neither, "neither version was understood"),
            (self.of_architectures, "only one version has the `asm/` headers"),
            (self.of_names, "a name in them has a known value in one version only"),
        ];
        reasons.into_iter().flat_map(|(counted, reason)| counted.each(versions, reason))
    }
}

/// A header that both versions have.
struct BothHeaders<'a> {
    path: &'a str,
    was: &'a Header,
    is: &'a Header,
}

fn both_headers(versions: &Versions) -> Vec<BothHeaders<'_>> {
    let old = versions.old().headers.iter();
    let old: HashMap<&str, &Header> =
        old.map(|header| (versions.old_path(header.file), header)).collect();
    let new = versions.new_version().headers.iter();
    let both = new.filter_map(|is| {
        let path = versions.new_path(is.file);
        Some(BothHeaders { path, was: *old.get(path)?, is })
    });
    both.collect()
}

/// Counts what a header defines that could not be read as a whole in the finding about the header.
fn counted_with_headers<'a>(
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
        one.hides = Some(several);
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
                hides: None,
                what: What::Several(Several { header, commands, structures, constants }),
                side: Side::Both,
                span: one.span,
                old_span: one.old_span,
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
fn why(
    (old, new): (&Layouts<'_>, &Layouts<'_>),
    one: &Unknown,
    side: Side,
    abis: AbiSet,
) -> String {
    let (layouts, id) = match side {
        Side::Old => (old, one.old),
        Side::New | Side::Both => (new, one.new),
    };
    let ty = Type::Record(id);
    layouts.interface().without_size(&ty, abis).unwrap_or_else(|| {
        let error = abis.first().and_then(|abi| layouts.record(id, abi).err());
        error.map(|error| error.to_string()).unwrap_or_default()
    })
}

/// Headers that include what is not there: in the new version, what they define is not known to be gone.
fn broken<'a>(both: &[BothHeaders<'a>]) -> Vec<NotCompared<'a>> {
    let missing =
        |header: &Header| header.errors.iter().find(|error| is_of_missing_file(error)).cloned();
    let mut found = Vec::new();
    for BothHeaders { path, was, is } in both {
        let (in_old, in_new) = (missing(was), missing(is));
        let (side, error) = match (in_old, in_new) {
            (None, None) => continue,
            (Some(_), Some(error)) => (Side::Both, error),
            (Some(error), None) => (Side::Old, error),
            (None, Some(error)) => (Side::New, error),
        };
        found.push(NotCompared {
            hides: None,
            what: What::Header(path),
            side,
            span: Span { file: is.file, start: 0, end: 0 },
            old_span: Span { file: was.file, start: 0, end: 0 },
            abis: error.abis,
            reason: error.message,
        });
    }
    found
}

/// Commands of the old version that the new one has and that were not understood there.
fn lost<'a>(
    versions: &'a Versions,
    named: &[NamedPair<'a>],
) -> impl Iterator<Item = NotCompared<'a>> {
    let new = versions.new_version();
    let unknown = by_name(new);
    let others = pairing::not_worked_out(new);
    let pairs = named.iter().copied();
    pairs.filter(|(_, theirs)| theirs.is_none()).filter_map(move |(ours, _)| {
        let Some(unknown) = unknown.get(ours.name()) else {
            let span = *others.get(ours.name())?;
            return Some(NotCompared {
                hides: None,
                what: What::Command(ours.name()),
                side: Side::New,
                span,
                old_span: ours.span(),
                abis: versions.new_version().abis,
                reason: "its value could not be worked out".into(),
            });
        };
        Some(NotCompared {
            hides: None,
            what: What::Command(ours.name()),
            side: Side::New,
            span: unknown.span,
            old_span: ours.span(),
            abis: unknown.abis,
            reason: unknown.reason.clone(),
        })
    })
}

/// Commands of the new version that the old one had and that were not understood there.
fn gained<'a>(
    versions: &'a Versions,
    added: &[Numbered<'a>],
) -> impl Iterator<Item = NotCompared<'a>> {
    let unknown = by_name(versions.old());
    added.iter().copied().filter_map(move |theirs| {
        let unknown = unknown.get(theirs.name())?;
        Some(NotCompared {
            hides: None,
            what: What::Command(theirs.name()),
            side: Side::Old,
            span: theirs.span(),
            old_span: unknown.span,
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
fn headers<'a>(both: &[BothHeaders<'a>]) -> Vec<NotCompared<'a>> {
    let mut found = Vec::new();
    for BothHeaders { path, was, is } in both {
        for (side, lacking, read) in [(Side::New, is, was), (Side::Old, was, is)] {
            let lacks = |one: &NotRead| one.abis.intersection(read.abis);
            let abis =
                lacking.not_read.iter().fold(AbiSet::EMPTY, |all, one| all.union(lacks(one)));
            let Some(first) = lacking.not_read.iter().find(|one| !lacks(one).is_empty()) else {
                continue;
            };
            found.push(NotCompared {
                hides: None,
                what: What::Header(path),
                side,
                span: Span { file: is.file, start: 0, end: 0 },
                old_span: Span { file: was.file, start: 0, end: 0 },
                abis,
                reason: format!("`{}` is not installed", first.missing),
            });
        }
    }
    found
}
