//! Structures of two versions, on every ABI that has both.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ioctlkit_abi::{AbiSet, LayoutError};
use ioctlkit_model::{Command, Interface, Layouts, RecordId, Span, Type};
use rayon::prelude::*;

use super::carriers::Carriers;
use super::extensible::{self, Extensible};
use super::members::{self, Fault, Freed, Side};
use super::pairing::RecordPair;
use super::{Versions, declared};
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
    /// What it was called in the old version, where that is another name.
    pub was: Option<String>,
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
    /// Where it is always part of another structure and never an argument by itself: the ABIs on which one
    /// of those has another layout, too. On the others nothing of it shows.
    pub shows_on: Option<AbiSet>,
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

    /// The ABIs on which what differs shows in what kernel and programs exchange.
    pub fn showing(&self, abis: AbiSet) -> AbiSet {
        self.shows_on.map_or(abis, |shows| abis.intersection(shows))
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

/// What came of comparing structures.
#[derive(Debug, Default)]
pub(super) struct Compared<'a> {
    pub(super) changes: Vec<RecordChange<'a>>,
    /// Structures without a layout in one version or in both.
    pub(super) unknown: Vec<Unknown>,
}

/// A structure of which the layout is not known.
#[derive(Debug, Clone)]
pub(super) struct Unknown {
    pub(super) old: RecordId,
    pub(super) new: RecordId,
    /// The ABIs on which it has none in the old version, and those on which it has none in the new one.
    pub(super) on: (AbiSet, AbiSet),
    /// Whether both versions declare it alike.
    pub(super) is_alike: bool,
}

/// Compares the structures of two versions. `layouts` are those of the old and of the new one.
pub(super) fn compare<'a>(
    versions: &'a Versions,
    pairs: &[RecordPair],
    old: &Layouts<'a>,
    new: &Layouts<'a>,
    carriers: &Carriers<'a>,
    renumbered: &BTreeSet<&str>,
) -> Compared<'a> {
    let (was, is) =
        (Trust::of_architectures(versions.old()), Trust::of_architectures(versions.new_version()));
    let each: Vec<(Option<RecordChange<'a>>, Option<Unknown>)> = pairs
        .par_iter()
        .map(|pair| {
            let within = was.of_record(pair.old).intersection(is.of_record(pair.new));
            of_pair(pair, old, new, within, carriers, renumbered)
        })
        .collect();
    let (changes, unknown): (Vec<_>, Vec<_>) = each.into_iter().unzip();
    let mut changes = changes.into_iter().flatten().collect();
    attribute_derived(&mut changes, versions, carriers);
    Compared { changes, unknown: unknown.into_iter().flatten().collect() }
}

fn of_pair<'a>(
    pair: &RecordPair,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
    within: AbiSet,
    carriers: &Carriers<'a>,
    renumbered: &BTreeSet<&str>,
) -> (Option<RecordChange<'a>>, Option<Unknown>) {
    let within = within.intersection(old.interface().abis).intersection(new.interface().abis);
    let mut abis = AbiSet::EMPTY;
    let (mut not_old, mut not_new) = (AbiSet::EMPTY, AbiSet::EMPTY);
    let mut faults = OnAbis::new();
    for abi in within {
        let (was, is) = (slots(old, pair.old, abi), slots(new, pair.new, abi));
        // One that does not exist on an ABI has nothing to be compared there.
        if matches!(was, Err(LayoutError::Absent)) || matches!(is, Err(LayoutError::Absent)) {
            continue;
        }
        let (Ok(was), Ok(is)) = (&was, &is) else {
            if was.is_err() {
                not_old.insert(abi);
            }
            if is.is_err() {
                not_new.insert(abi);
            }
            continue;
        };
        abis.insert(abi);
        let was = Side { layouts: old, size: was.0, slots: &was.1 };
        let is = Side { layouts: new, size: is.0, slots: &is.1 };
        faults.add(abi, members::compare(&was, &is, abi));
    }
    let unknown = (!not_old.union(not_new).is_empty()).then(|| Unknown {
        old: pair.old,
        new: pair.new,
        on: (not_old, not_new),
        is_alike: declared::alike(old.interface(), pair.old, new.interface(), pair.new),
    });
    let faults: Vec<Told> = faults.into_each().map(|(abis, fault)| Told { abis, fault }).collect();
    if faults.is_empty() {
        return (None, unknown);
    }
    let commands = carriers.commands(pair.new).to_vec();
    let sized = commands.iter().any(|command| renumbered.contains(command.name.as_str()));
    let by_value = carriers.by_value(pair.new);
    let change = RecordChange {
        old: pair.old,
        new: pair.new,
        known_as: pair.known_as.clone(),
        was: pair.was.clone(),
        prefix: pair.prefix.clone(),
        old_span: old.interface().record(pair.old).span,
        span: new.interface().record(pair.new).span,
        abis,
        faults,
        extensible: extensible::record(old.interface(), pair.old, &commands)
            .or_else(|| (by_value && !sized).then_some(Extensible::Room)),
        commands,
        sized,
        shows_on: None,
    };
    (Some(change), unknown)
}

/// A structure with the declaration that it had changed because one inside it did. The inner one is reported,
/// and the outer one only where padding takes the change up on some ABIs, so that the two changed on
/// different ABIs.
fn attribute_derived(
    changes: &mut Vec<RecordChange<'_>>,
    versions: &Versions,
    carriers: &Carriers<'_>,
) {
    let (old, new) = (versions.old(), versions.new_version());
    let is_own = |change: &RecordChange<'_>| !declared::alike(old, change.old, new, change.new);
    let mut own: BTreeMap<RecordId, AbiSet> = BTreeMap::new();
    for change in changes.iter().filter(|change| is_own(change)) {
        let relaid = own.entry(change.new).or_insert(AbiSet::EMPTY);
        *relaid = relaid.union(change.relaid());
    }
    let relaid: BTreeMap<RecordId, AbiSet> =
        changes.iter().map(|change| (change.new, change.relaid())).collect();
    let mut holders = Holders::of(new);
    for change in changes.iter_mut().filter(|change| own.contains_key(&change.new)) {
        if !holders.is_held(change.new)
            || carriers.is_argument(change.new)
            || holders.is_pointee(change.new)
        {
            continue;
        }
        let shows = holders.relaid_around(change.new, &relaid);
        if !change.relaid().is_subset(shows) {
            change.shows_on = Some(shows);
        }
    }
    changes.retain(|change| {
        if own.contains_key(&change.new) {
            return true;
        }
        let inner = new.records_within(&Type::Record(change.new));
        let inner: Vec<AbiSet> = inner
            .iter()
            .filter(|inner| **inner != change.new)
            .filter_map(|inner| own.get(inner).copied())
            .collect();
        let explained = inner.iter().fold(AbiSet::EMPTY, |all, relaid| all.union(*relaid));
        inner.is_empty() || (!change.relaid().is_empty() && change.relaid() != explained)
    });
}

/// Which structures hold others by value, and which are pointed to.
struct Holders {
    around: BTreeMap<RecordId, BTreeSet<RecordId>>,
    pointees: BTreeSet<RecordId>,
    /// What [`Holders::relaid_around`] has answered.
    known: HashMap<RecordId, AbiSet>,
}

impl Holders {
    fn of(interface: &Interface) -> Self {
        let mut holders =
            Self { around: BTreeMap::new(), pointees: BTreeSet::new(), known: HashMap::new() };
        for (at, record) in interface.records.iter().enumerate() {
            for member in record.variants.iter().flat_map(|(_, body)| &body.members) {
                for inner in interface.records_directly_within(&member.ty) {
                    holders.around.entry(inner).or_default().insert(RecordId(at as u32));
                }
                let behind = interface.behind_typedefs(member.ty.innermost_element());
                if let Some(Type::Pointer(to)) = behind {
                    holders.pointees.extend(interface.records_directly_within(to));
                }
            }
        }
        holders
    }

    fn is_held(&self, id: RecordId) -> bool {
        self.around.contains_key(&id)
    }

    /// The ABIs on which a structure that holds one, directly or within others, has another layout.
    fn relaid_around(&mut self, id: RecordId, relaid: &BTreeMap<RecordId, AbiSet>) -> AbiSet {
        // Each one is answered behind those around it; no damage makes them a circle.
        let mut open = vec![(id, false)];
        let mut met = HashSet::new();
        while let Some((id, are_known)) = open.pop() {
            let outer = self.around.get(&id).into_iter().flatten();
            if are_known {
                let of = |set: Option<&AbiSet>| set.copied().unwrap_or(AbiSet::EMPTY);
                let all = outer.fold(AbiSet::EMPTY, |all, outer| {
                    all.union(of(relaid.get(outer))).union(of(self.known.get(outer)))
                });
                self.known.insert(id, all);
            } else if !self.known.contains_key(&id) && met.insert(id) {
                open.push((id, true));
                open.extend(outer.map(|outer| (*outer, false)));
            }
        }
        self.known.get(&id).copied().unwrap_or(AbiSet::EMPTY)
    }

    fn is_pointee(&self, id: RecordId) -> bool {
        self.pointees.contains(&id)
    }
}
