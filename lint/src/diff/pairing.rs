//! Pairs the definitions of two versions by name, those of the same header first.

use std::collections::{BTreeSet, HashMap, HashSet};

use ioctlkit_model::{
    Command, FileId, Interface, Language, Macro, MacroValue, Member, RecordId, Span, Type,
};

use super::Versions;
use crate::against::Numbered;

/// Definitions by name.
struct ByName<'a, T> {
    /// The first of each name.
    first: HashMap<&'a str, T>,
    /// The first of each name in each header, by the header's path.
    here: HashMap<(&'a str, &'a str), T>,
}

impl<'a, T: Copy> ByName<'a, T> {
    fn new(all: impl Iterator<Item = (&'a str, &'a str, T)>) -> Self {
        let mut known = Self { first: HashMap::new(), here: HashMap::new() };
        for (name, path, definition) in all {
            known.first.entry(name).or_insert(definition);
            known.here.entry((name, path)).or_insert(definition);
        }
        known
    }

    /// The definition of that name in that header, else in any.
    fn get(&self, name: &str, path: &str) -> Option<T> {
        self.here.get(&(name, path)).or_else(|| self.first.get(name)).copied()
    }
}

/// The files of an interface that were asked for.
pub(super) fn asked_for(interface: &Interface) -> BTreeSet<FileId> {
    interface.headers.iter().map(|header| header.file).collect()
}

/// Everything of an interface that has a number: commands, plain numbers, and the families of Rust source;
/// those of C are macros, which are compared as constants.
pub(super) fn numbered(interface: &Interface) -> impl Iterator<Item = Numbered<'_>> {
    let commands = interface.commands.iter().filter(|command| !command.variants.is_empty());
    let commands = commands.map(Numbered::Command);
    let families = Numbered::families(interface).filter(|one| is_rust(interface, one.span()));
    commands.chain(interface.raw_numbers.iter().map(Numbered::Raw)).chain(families)
}

fn is_rust(interface: &Interface, span: Span) -> bool {
    interface.sources.file(span.file).language() == Language::Rust
}

/// Whether both versions would say what the number is, if both had it.
fn is_told(one: &Numbered<'_>, versions: &Versions) -> bool {
    match one {
        Numbered::Command(_) => true,
        Numbered::Raw(_) => versions.know_plain_numbers(),
        Numbered::Family(..) => versions.know_constants(),
    }
}

/// What has a number in the old version, and what has its name in the new one.
pub(super) type NamedPair<'a> = (Numbered<'a>, Option<Numbered<'a>>);

/// Each command of the old version's headers, with what it is in the new one.
pub(super) fn commands(versions: &Versions) -> Vec<NamedPair<'_>> {
    let known = ByName::new(
        numbered(versions.new_version())
            .map(|command| (command.name(), versions.new_path(command.span().file), command)),
    );
    let asked_for = asked_for(versions.old());
    numbered(versions.old())
        .filter(|command| asked_for.contains(&command.span().file))
        .filter(|command| is_told(command, versions))
        .map(|old| (old, known.get(old.name(), versions.old_path(old.span().file))))
        .collect()
}

/// Each command of the new version's headers that the old one did not have.
pub(super) fn added(versions: &Versions) -> Vec<Numbered<'_>> {
    let known: BTreeSet<&str> = numbered(versions.old()).map(Numbered::name).collect();
    let asked_for = asked_for(versions.new_version());
    numbered(versions.new_version())
        .filter(|command| asked_for.contains(&command.span().file))
        .filter(|command| is_told(command, versions))
        .filter(|command| !known.contains(command.name()))
        .collect()
}

/// The macros, and the families of Rust source, of which nothing is known but that they are defined.
pub(super) fn not_worked_out(interface: &Interface) -> HashMap<&str, Span> {
    let is_other =
        |found: &&Macro| found.values.iter().all(|(_, value)| matches!(value, MacroValue::Other));
    let macros = interface.macros.iter().filter(is_other);
    let families = interface.families.iter().filter(|family| family.number.is_none());
    let families = families.filter(|family| is_rust(interface, family.span));
    macros
        .map(|found| (found.name.as_str(), found.span))
        .chain(families.map(|family| (family.name.as_str(), family.span)))
        .collect()
}

/// The names of everything that has, or looks as if it had, a command number.
pub(super) fn names_of_commands(interface: &Interface) -> HashSet<&str> {
    let unknown = interface.not_understood.iter().map(|unknown| unknown.name.as_str());
    Numbered::all(interface).map(Numbered::name).chain(unknown).collect()
}

/// A structure or union of both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordPair {
    pub(super) old: RecordId,
    pub(super) new: RecordId,
    /// What people call it: `struct x`, or the structure around it where it has no name.
    pub(super) known_as: String,
    /// What it was called, where that is another name.
    pub(super) was: Option<String>,
    /// What precedes its members in speech: `regs.`, or nothing.
    pub(super) prefix: String,
    /// Whether its members count to the structure around it, with which they are compared.
    opened: bool,
}

/// The structures that both versions define: those that are asked for in either, those that one of these
/// holds in both, and those that commands, members and pointers of both have in the same place, whatever
/// their names and wherever they are defined.
pub(super) fn records(versions: &Versions, commands: &[(&Command, &Command)]) -> RecordPairs {
    let mut pairs = Pairs::by_name(versions);
    for (was, is) in commands {
        for (abis, body) in was.variants.iter() {
            let theirs = abis.iter().find_map(|abi| is.variants.get(abi));
            let theirs = theirs.and_then(|body| body.argument.ty());
            if let (Some(ours), Some(theirs)) = (body.argument.ty(), theirs) {
                pairs.meet(ours, theirs, None);
            }
        }
    }
    pairs.go_inside();
    pairs.found.retain(|pair| !pair.opened);
    pairs.found.sort_by_key(|pair| (pair.old, pair.new));
    RecordPairs { found: pairs.found, left_out: pairs.left_out.into_iter().collect() }
}

/// The structures to compare.
#[derive(Debug)]
pub(super) struct RecordPairs {
    pub(super) found: Vec<RecordPair>,
    /// Those that are too many for one structure.
    pub(super) left_out: Vec<(RecordId, RecordId)>,
}

/// Pairs of structures as they are found.
struct Pairs<'a> {
    old: &'a Interface,
    new: &'a Interface,
    found: Vec<RecordPair>,
    seen: HashSet<(RecordId, RecordId)>,
    /// The names of the structures that the new version defines.
    still_there: HashSet<String>,
    /// How many structures of the new version each one of the old version was paired with.
    counterparts: HashMap<RecordId, usize>,
    left_out: BTreeSet<(RecordId, RecordId)>,
    /// Those whose members were not looked at yet, by their places.
    open: Vec<usize>,
}

impl<'a> Pairs<'a> {
    fn by_name(versions: &'a Versions) -> Self {
        let (old, new) = (versions.old(), versions.new_version());
        let mut pairs = Self {
            old,
            new,
            found: Vec::new(),
            seen: HashSet::new(),
            still_there: named_records(new)
                .map(|(_, id, _)| new.record(id).display_name())
                .collect(),
            counterparts: HashMap::new(),
            left_out: BTreeSet::new(),
            open: Vec::new(),
        };
        let known = ByName::new(
            named_records(new).map(|(name, id, span)| (name, versions.new_path(span.file), id)),
        );
        let (asked_for, also) = (asked_for(old), asked_for(new));
        let (held, also_held) = (held(old, &asked_for), held(new, &also));
        for (name, id, span) in named_records(old) {
            let Some(other) = known.get(name, versions.old_path(span.file)) else { continue };
            if asked_for.contains(&span.file)
                || also.contains(&new.record(other).span.file)
                || held.contains(&id) && also_held.contains(&other)
            {
                pairs.add(id, other, None);
            }
        }
        pairs
    }

    fn add(&mut self, old: RecordId, new: RecordId, around: Option<(&RecordPair, &Member)>) {
        if self.seen.contains(&(old, new)) {
            return;
        }
        let counterparts = self.counterparts.entry(old).or_default();
        if *counterparts == MOST_COUNTERPARTS {
            self.left_out.insert((old, new));
            return;
        }
        *counterparts += 1;
        self.seen.insert((old, new));
        let (ours, theirs) = (self.old.record(old), self.new.record(new));
        // The old one still exists, so the member or argument has another type now, which is reported there.
        let (was, is) = (ours.display_name(), theirs.display_name());
        let has_no_name = ours.is_anonymous() || theirs.is_anonymous();
        if !has_no_name && was != is && self.still_there.contains(&was) {
            return;
        }
        let pair = match around {
            Some((pair, member)) if has_no_name => {
                let name = member.name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
                RecordPair {
                    old,
                    new,
                    known_as: pair.known_as.clone(),
                    was: pair.was.clone(),
                    prefix: format!("{}{name}", pair.prefix),
                    opened: member.name.is_none(),
                }
            }
            _ => RecordPair {
                old,
                new,
                was: (was != is).then_some(was),
                known_as: is,
                prefix: String::new(),
                opened: false,
            },
        };
        self.open.push(self.found.len());
        self.found.push(pair);
    }

    /// Two types in the same place: what they hold, or point to, is a pair.
    fn meet(&mut self, ours: &Type, theirs: &Type, around: Option<(&RecordPair, &Member)>) {
        let (Some(ours), Some(theirs)) = (behind(self.old, ours), behind(self.new, theirs)) else {
            return;
        };
        let (ours, theirs, around) = match (ours, theirs) {
            (Behind::Record(ours), Behind::Record(theirs)) => (ours, theirs, around),
            (Behind::Pointee(ours), Behind::Pointee(theirs)) => (ours, theirs, None),
            _ => return,
        };
        // Of one that is declared only, whoever needs its size says so.
        let defined = |interface: &Interface, id| !interface.record(id).variants.is_empty();
        if defined(self.old, ours) && defined(self.new, theirs) {
            self.add(ours, theirs, around);
        }
    }

    /// Pairs what is in the pairs.
    fn go_inside(&mut self) {
        while let Some(at) = self.open.pop() {
            let pair = self.found[at].clone();
            let (old, new) = (self.old, self.new);
            let (ours, theirs) = (old.record(pair.old), new.record(pair.new));
            let (Some(ours), Some(theirs)) = (ours.variants.first(), theirs.variants.first())
            else {
                continue;
            };
            let counterparts = counterparts(&ours.members, &theirs.members);
            for (member, their) in ours.members.iter().zip(counterparts) {
                if let Some(their) = their {
                    self.meet(&member.ty, &their.ty, Some((&pair, member)));
                }
            }
        }
    }
}

/// The structures that those of the headers that were asked for hold or point to, wherever they are defined:
/// the one around may have another name in the other version.
fn held(interface: &Interface, asked_for: &BTreeSet<FileId>) -> HashSet<RecordId> {
    let asked = named_records(interface).filter(|(_, _, span)| asked_for.contains(&span.file));
    let mut open: Vec<RecordId> = asked.map(|(_, id, _)| id).collect();
    let mut found: HashSet<RecordId> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let bodies = interface.record(id).variants.iter();
        for member in bodies.flat_map(|(_, body)| &body.members) {
            if let Some(Behind::Record(inner) | Behind::Pointee(inner)) =
                behind(interface, &member.ty)
                && found.insert(inner)
            {
                open.push(inner);
            }
        }
    }
    found
}

/// What a type is made of, for whoever looks for structures.
enum Behind {
    Record(RecordId),
    Pointee(RecordId),
}

fn behind(interface: &Interface, ty: &Type) -> Option<Behind> {
    let element = |ty: &Type| record_of(interface, ty);
    if let Some(id) = element(ty) {
        return Some(Behind::Record(id));
    }
    let mut ty = interface.behind_typedefs(ty.innermost_element())?;
    // A pointer to a pointer leads on; no type is deeper than there are typedefs and stars in the source.
    for _ in 0..DEEPEST {
        let Type::Pointer(to) = ty else { return None };
        if let Some(id) = element(to) {
            return Some(Behind::Pointee(id));
        }
        ty = interface.behind_typedefs(to)?;
    }
    None
}

/// A structure is compared with no more others that took its place here or there.
const MOST_COUNTERPARTS: usize = 16;

/// Pointers are not followed further than this.
const DEEPEST: usize = 16;

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

/// For each member the one of that name; where that name is gone, the one with a new name in its place; and for
/// one without a name that which is as far down among those.
fn counterparts<'a>(ours: &[Member], theirs: &'a [Member]) -> Vec<Option<&'a Member>> {
    let mut by_name: HashMap<&str, &Member> = HashMap::new();
    for their in theirs {
        if let Some(name) = &their.name {
            by_name.entry(name).or_insert(their);
        }
    }
    let names: HashSet<&str> = ours.iter().filter_map(|member| member.name.as_deref()).collect();
    let is_new = |their: &&Member| their.name.as_deref().is_some_and(|name| !names.contains(name));
    let mut unnamed = theirs.iter().filter(|member| member.name.is_none());
    let counterpart = |(at, member): (usize, &Member)| match &member.name {
        Some(name) => by_name.get(name.as_str()).copied().or_else(|| theirs.get(at).filter(is_new)),
        None => unnamed.next(),
    };
    ours.iter().enumerate().map(counterpart).collect()
}

fn record_of(interface: &Interface, ty: &Type) -> Option<RecordId> {
    match interface.behind_typedefs(ty.innermost_element())?.innermost_element() {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}
