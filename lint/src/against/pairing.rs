//! Pairs the definitions of two interfaces: by name, and what has no namesake by type and nr.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ioctlkit_model::{Command, Interface, Record, RecordId, Representation, Span, Type};

use super::members::is_anonymous;
use super::names::{best, folded, last_of_path, without_keyword};
use super::{Alone, Item};
use crate::numbered::Numbered;

/// What two interfaces both define.
#[derive(Debug, Clone, Default)]
pub struct Pairs<'a> {
    /// Commands, in the order of the first interface.
    pub commands: Vec<CommandPair<'a>>,
    /// Structures and unions, in the order of the first interface.
    pub records: Vec<RecordPair>,
    /// What the second interface does not have.
    pub alone: Vec<Alone>,
}

/// A command of both interfaces.
#[derive(Debug, Clone, Copy)]
pub struct CommandPair<'a> {
    /// In Rust.
    pub rust: Numbered<'a>,
    /// In C.
    pub c: Numbered<'a>,
}

/// A structure or union of both interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPair {
    /// In Rust.
    pub rust: RecordId,
    /// In C.
    pub c: RecordId,
}

/// Definitions by their folded names, each with the name as it is spelled.
type ByName<T> = HashMap<String, Vec<(String, T)>>;

/// Pairs a Rust interface with a C one.
pub fn pair<'a>(rust: &'a Interface, c: &'a Interface) -> Pairs<'a> {
    let mut pairs = Pairs::default();
    pair_commands(rust, c, &mut pairs);
    pair_records(rust, c, &mut pairs);
    pairs
}

fn pair_commands<'a>(rust: &'a Interface, c: &'a Interface, pairs: &mut Pairs<'a>) {
    pair_numbers(Numbered::all(rust), || Numbered::all(c), pairs);
    pair_numbers(Numbered::families(rust), || Numbered::families(c), pairs);
}

fn pair_numbers<'a, C: Iterator<Item = Numbered<'a>>>(
    rust: impl Iterator<Item = Numbered<'a>>,
    c: impl Fn() -> C,
    pairs: &mut Pairs<'a>,
) {
    let mut known: ByName<Numbered<'a>> = ByName::new();
    for command in c() {
        add(&mut known, command.name(), command);
    }
    let mut taken: HashSet<Span> = HashSet::new();
    let mut left: Vec<Numbered<'a>> = Vec::new();
    for ours in rust {
        let counterpart = match ours.c_name() {
            Some(name) => exactly(&known, name),
            None => by_convention(&known, last_of_path(ours.name()))
                .filter(|theirs| !is_another(ours, **theirs)),
        };
        match counterpart {
            Some(theirs) => {
                taken.insert(theirs.span());
                pairs.commands.push(CommandPair { rust: ours, c: *theirs });
            }
            None => left.push(ours),
        }
    }
    let mut by_place: HashMap<(u32, u32), Vec<Numbered<'a>>> = HashMap::new();
    for theirs in c().filter(|theirs| !taken.contains(&theirs.span())) {
        if let Some(place) = theirs.place() {
            by_place.entry(place).or_default().push(theirs);
        }
    }
    for ours in left {
        // A name that the author states is that of no other command.
        let candidates = match (ours.c_name(), ours.place()) {
            (None, Some(place)) => by_place.get(&place).map_or(&[][..], Vec::as_slice),
            _ => &[],
        };
        match likeliest(ours, candidates) {
            Some(theirs) => pairs.commands.push(CommandPair { rust: ours, c: theirs }),
            // Not every constant is a command.
            None if ours.is_constant() => {}
            None => pairs.alone.push(Alone {
                item: ours.item(),
                name: ours.name().to_owned(),
                span: ours.span(),
            }),
        }
    }
}

/// Whether two commands of one name are others: their types and their nrs differ.
fn is_another(ours: Numbered<'_>, theirs: Numbered<'_>) -> bool {
    match (ours.place(), theirs.place()) {
        (Some((ours_type, ours_nr)), Some((theirs_type, theirs_nr))) => {
            ours_type != theirs_type && ours_nr != theirs_nr
        }
        _ => false,
    }
}

/// Of several commands of one type and nr the one with the same direction, if there is one only.
fn likeliest<'a>(ours: Numbered<'_>, candidates: &[Numbered<'a>]) -> Option<Numbered<'a>> {
    if let [only] = candidates {
        return Some(*only);
    }
    let mut same = candidates.iter().filter(|theirs| theirs.direction() == ours.direction());
    match (same.next(), same.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

fn pair_records<'a>(rust: &'a Interface, c: &'a Interface, pairs: &mut Pairs<'a>) {
    let known = records_by_name(c);
    let arguments = arguments(rust);
    let mut found: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (id, record) in records(rust) {
        if let Some(theirs) = counterpart(&known, record, arguments.contains(&id)) {
            found.insert(id, theirs);
        }
    }
    // The arguments of one command are one structure, whatever they are called, and another of that
    // name is not meant.
    let mut carried: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for pair in &pairs.commands {
        if let (Numbered::Command(ours), Numbered::Command(theirs)) = (pair.rust, pair.c)
            && let (Some(ours), Some(theirs)) = (argument(rust, ours), argument(c, theirs))
            && rust.record(ours).c_name.is_none()
        {
            carried.entry(ours).or_default().push(theirs);
        }
    }
    let is_carried: BTreeSet<RecordId> = carried.keys().copied().collect();
    for (ours, theirs) in carried {
        let by_name = found.get(&ours);
        if !by_name.is_some_and(|by_name| theirs.contains(by_name)) {
            found.insert(ours, theirs[0]);
        }
    }
    // A structure around what a command carries is not the one of that name that is around another.
    let within = |interface: &Interface, id: RecordId| -> BTreeSet<RecordId> {
        interface
            .records_within(&Type::Record(id))
            .into_iter()
            .filter(|inner| *inner != id)
            .collect()
    };
    let around_another: Vec<RecordId> = found
        .iter()
        .filter(|(ours, _)| !is_carried.contains(ours) && rust.record(**ours).c_name.is_none())
        .filter(|(ours, theirs)| {
            let theirs = within(c, **theirs);
            let inner = within(rust, **ours);
            let mut carried = inner.iter().filter(|inner| is_carried.contains(inner));
            carried.any(|inner| found.get(inner).is_some_and(|known| !theirs.contains(known)))
        })
        .map(|(ours, _)| *ours)
        .collect();
    for ours in around_another {
        found.remove(&ours);
    }
    pairs.records = found.iter().map(|(rust, c)| RecordPair { rust: *rust, c: *c }).collect();
    let opened = opened(rust);
    for (id, record) in records(rust).filter(|(id, _)| !opened.contains(id)) {
        let is_meant = arguments.contains(&id) || record.c_name.is_some();
        if !found.contains_key(&id) && is_meant && !record.is_anonymous() {
            pairs.alone.push(Alone {
                item: Item::Record,
                name: record.name.clone().unwrap_or_default(),
                span: record.span,
            });
        }
    }
}

/// The structures that have a definition.
fn records(interface: &Interface) -> impl Iterator<Item = (RecordId, &Record)> {
    let ids = (0..interface.records.len() as u32).map(RecordId);
    ids.zip(&interface.records).filter(|(_, record)| !record.variants.is_empty())
}

fn records_by_name(c: &Interface) -> ByName<RecordId> {
    let mut known = ByName::new();
    for (id, record) in records(c) {
        for name in record.name.iter().chain(&record.typedef_name) {
            add(&mut known, name, id);
        }
    }
    for typedef in &c.typedefs {
        if let Some(Type::Record(id)) = typedef.variants.first().map(|body| &body.ty)
            && !c.record(*id).variants.is_empty()
        {
            add(&mut known, &typedef.name, *id);
        }
    }
    known
}

/// The C structure that a Rust one is named for. A structure that is neither an argument nor laid
/// out as in C only happens to have the name, such as a wrapper.
fn counterpart(known: &ByName<RecordId>, record: &Record, is_argument: bool) -> Option<RecordId> {
    if let Some(name) = &record.c_name {
        return exactly(known, without_keyword(name)).copied();
    }
    let body = record.variants.first()?;
    let is_meant = is_argument || body.representation == Representation::C;
    let name = record.name.as_deref().filter(|_| is_meant)?;
    by_convention(known, last_of_path(name)).copied()
}

/// Every structure that a command carries by value.
fn arguments(interface: &Interface) -> BTreeSet<RecordId> {
    let bodies = interface.commands.iter().flat_map(|command| command.variants.iter());
    bodies
        .filter_map(|(_, body)| body.argument.ty())
        .flat_map(|ty| interface.records_within(ty))
        .collect()
}

/// The structures and unions that C has no names for.
fn opened(interface: &Interface) -> BTreeSet<RecordId> {
    let bodies = interface.records.iter().flat_map(|record| record.variants.iter());
    let anonymous =
        bodies.flat_map(|(_, body)| &body.members).filter(|member| is_anonymous(member));
    anonymous
        .filter_map(|member| match interface.behind_typedefs(&member.ty) {
            Some(Type::Record(id)) => Some(*id),
            _ => None,
        })
        .collect()
}

/// The structure that is the whole argument of a command.
fn argument(interface: &Interface, command: &Command) -> Option<RecordId> {
    let (abis, body) = command.variants.iter().next()?;
    match interface.resolved(body.argument.ty()?, abis.first()?)? {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}

/// The first definition of a name stands: a structure before a typedef of the same name.
fn add<T>(known: &mut ByName<T>, name: &str, item: T) {
    let candidates = known.entry(folded(name)).or_default();
    if !candidates.iter().any(|(candidate, _)| candidate == name) {
        candidates.push((name.to_owned(), item));
    }
}

/// What is called exactly that; the first definition of several.
fn exactly<'n, T>(known: &'n ByName<T>, name: &str) -> Option<&'n T> {
    let candidates = known.get(&folded(name))?;
    candidates.iter().find(|(candidate, _)| candidate == name).map(|(_, item)| item)
}

fn by_convention<'n, T>(known: &'n ByName<T>, name: &str) -> Option<&'n T> {
    best(name, known.get(&folded(name))?)
}
