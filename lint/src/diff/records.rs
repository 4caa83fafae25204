//! Structures of two versions, on every ABI that has both.

use std::collections::BTreeSet;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, Layouts, RecordId, Span, Type};
use rayon::prelude::*;

use super::carriers::Carriers;
use super::extensible::{self, Extensible};
use super::members::{self, Fault, Freed, Side};
use super::pairing::RecordPair;
use super::{Versions, declared, pairing};
use crate::against::members::slots;
use crate::against::trust::Trust;
use crate::on_abis::OnAbis;

/// A structure that is not what it was.
#[derive(Debug, Clone)]
pub struct RecordChange<'a> {
    /// In the old version.
    pub old: RecordId,
    /// In the new version.
    pub new: RecordId,
    /// What people call it: `struct x`, or the structure around it where it has no name.
    pub known_as: String,
    /// What precedes its members in speech: `regs.`, or nothing.
    pub prefix: String,
    /// Its name in the old version, in the sources of that version.
    pub old_span: Span,
    /// Its name in the new version.
    pub span: Span,
    /// The ABIs on which both could be worked out.
    pub abis: AbiSet,
    /// What differs, in the order of the ABIs and of the members.
    pub faults: Vec<Told>,
    /// The commands that carry it, in the new version.
    pub commands: Vec<&'a Command>,
    /// Whether the number of a command that carries it has changed with its size.
    pub sized: bool,
    /// Why it may grow, if it may.
    pub extensible: Option<Extensible>,
}

/// A difference, and the ABIs that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The ABIs.
    pub abis: AbiSet,
    /// What differs there.
    pub fault: Fault,
}

impl RecordChange<'_> {
    /// The ABIs on which the size or the place of a member is another.
    pub fn relaid(&self) -> AbiSet {
        let lays = |fault: &Fault| matches!(fault, Fault::Size { .. } | Fault::Moved { .. });
        self.faults
            .iter()
            .filter(|told| lays(&told.fault))
            .fold(AbiSet::EMPTY, |all, told| all.union(told.abis))
    }

    /// Whether it was laid out anew on some of its ABIs and is what it was on the others.
    pub fn is_one_sided(&self) -> bool {
        let relaid = self.relaid();
        !relaid.is_empty() && relaid != self.abis
    }

    /// Whether an array at its end became a flexible one.
    pub fn made_flexible(&self) -> bool {
        self.faults.iter().any(|told| matches!(told.fault, Fault::MadeFlexible { .. }))
    }

    /// The ABIs on which old members moved or went, so that growth is not all that happened.
    pub fn disturbed(&self) -> AbiSet {
        let disturbs = |fault: &Fault| {
            matches!(fault, Fault::Moved { .. } | Fault::Removed { freed: Freed::Lost, .. })
        };
        self.faults
            .iter()
            .filter(|told| disturbs(&told.fault))
            .fold(AbiSet::EMPTY, |all, told| all.union(told.abis))
    }
}

/// Compares the structures of two versions. `layouts` are those of the old and of the new one.
pub(super) fn changes<'a>(
    versions: &'a Versions,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
    carriers: &Carriers<'a>,
    renumbered: &BTreeSet<&str>,
) -> Vec<RecordChange<'a>> {
    let pairs = pairing::records(versions);
    let (was, is) =
        (Trust::of_architectures(versions.old()), Trust::of_architectures(versions.new_version()));
    let mut changes: Vec<RecordChange<'a>> = pairs
        .par_iter()
        .filter_map(|pair| {
            let within = was.of_record(pair.old).intersection(is.of_record(pair.new));
            change(pair, old, new, within, carriers, renumbered)
        })
        .collect();
    leave_out_derived(&mut changes, versions);
    changes
}

fn change<'a>(
    pair: &RecordPair,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
    within: AbiSet,
    carriers: &Carriers<'a>,
    renumbered: &BTreeSet<&str>,
) -> Option<RecordChange<'a>> {
    let within = within.intersection(old.interface().abis).intersection(new.interface().abis);
    let mut abis = AbiSet::EMPTY;
    let mut faults = OnAbis::new();
    for abi in within {
        let (Ok(was), Ok(is)) = (slots(old, pair.old, abi), slots(new, pair.new, abi)) else {
            continue;
        };
        abis.insert(abi);
        let was = Side { layouts: old, size: was.0, slots: &was.1 };
        let is = Side { layouts: new, size: is.0, slots: &is.1 };
        faults.add(abi, members::compare(&was, &is, abi));
    }
    let faults: Vec<Told> = faults.into_each().map(|(abis, fault)| Told { abis, fault }).collect();
    if faults.is_empty() {
        return None;
    }
    let commands = carriers.commands(pair.new).to_vec();
    let sized = commands.iter().any(|command| renumbered.contains(command.name.as_str()));
    let by_value = carriers.by_value(pair.new);
    Some(RecordChange {
        old: pair.old,
        new: pair.new,
        known_as: pair.known_as.clone(),
        prefix: pair.prefix.clone(),
        old_span: old.interface().record(pair.old).span,
        span: new.interface().record(pair.new).span,
        abis,
        faults,
        extensible: extensible::record(old.interface(), pair.old, &commands)
            .or_else(|| (by_value && !sized).then_some(Extensible::Room)),
        commands,
        sized,
    })
}

/// A structure whose own declaration is what it was has changed because one inside it did: that
/// is said of the inner one.
fn leave_out_derived(changes: &mut Vec<RecordChange<'_>>, versions: &Versions) {
    let (old, new) = (versions.old(), versions.new_version());
    let is_own = |change: &RecordChange<'_>| !declared::alike(old, change.old, new, change.new);
    let own: BTreeSet<RecordId> =
        changes.iter().filter(|change| is_own(change)).map(|change| change.new).collect();
    changes.retain(|change| {
        own.contains(&change.new)
            || !new
                .records_within(&Type::Record(change.new))
                .iter()
                .any(|inner| *inner != change.new && own.contains(inner))
    });
}
