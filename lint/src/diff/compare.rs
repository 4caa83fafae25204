//! Everything that changed.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{FileId, Layouts, Span};

use super::arguments::{self, ArgumentChange};
use super::carriers::Carriers;
use super::constants::{self, ConstantChange};
use super::enumerators::{self, Renumbered};
use super::not_compared::{self, NotCompared};
use super::records::{self, Compared};
use super::typedefs::{self, TypedefChange};
use super::types::{self, RemovedType};
use super::{CommandChange, Fate, RecordChange, Versions, commands, pairing, wide_time};
use crate::against::Numbered;

/// What changed between two versions, in the order of the old one.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Both.
    pub versions: &'a Versions,
    /// Headers that are gone.
    pub headers: Vec<RemovedHeader>,
    /// Commands that are gone or have other numbers.
    pub commands: Vec<CommandChange<'a>>,
    /// Names of commands that the old version did not have.
    pub added: Vec<&'a str>,
    /// Commands and headers of which one version says too little.
    pub not_compared: Vec<NotCompared<'a>>,
    /// The names of all commands of which one version says too little: one that is counted with its header
    /// is not among those above.
    unknown_commands: HashSet<&'a str>,
    /// Structures and unions that are laid out or declared otherwise.
    pub records: Vec<RecordChange<'a>>,
    /// Arguments that are no structures in both and have another type.
    pub arguments: Vec<ArgumentChange<'a>>,
    /// Enumerators with other values.
    pub enumerators: Vec<Renumbered>,
    /// Constants with other values, and those that are gone.
    pub constants: Vec<ConstantChange<'a>>,
    /// Typedefs of other types.
    pub typedefs: Vec<TypedefChange>,
    /// Types that are gone.
    pub types: Vec<RemovedType>,
    /// Commands that changed for programs with a 64-bit `time_t` alone.
    pub with_64_bit_time: Vec<CommandChange<'a>>,
}

/// A header that the new version does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedHeader {
    /// What both versions would call it: `linux/kvm.h`.
    pub name: String,
    /// Its beginning, in the sources of the old version.
    pub old_span: Span,
    /// How many commands it defined.
    pub commands: usize,
}

/// Compares two versions. `old` and `new` answer for them.
pub fn compare<'a>(versions: &'a Versions, old: &Layouts<'a>, new: &Layouts<'a>) -> Comparison<'a> {
    let carriers = Carriers::of(versions.new_version());
    let named = pairing::commands(versions);
    let added = pairing::added(versions);
    let commands::Compared { changes: mut commands, unknown: mut unknown_commands } =
        commands::compare(versions, &named, old, new);
    let renumbered = |change: &CommandChange<'a>| matches!(change.fate, Fate::Renumbered { .. });
    let changed = commands.iter().filter(|change| renumbered(change)).map(|change| change.name);
    let changed = changed.collect();
    let command_pairs = commands::pairs(versions, &named, &commands);
    let pairs = pairing::records(versions, &command_pairs);
    let Compared { changes: records, unknown } =
        records::compare(versions, &pairs.found, old, new, &carriers, &changed);
    let constants = constants::changes(versions, old, new);
    let not_compared = not_compared::Seen {
        versions,
        named: &named,
        added: &added,
        old,
        new,
        constants: &constants,
    };
    let not_compared = not_compared.find(&pairs, &unknown);
    unknown_commands.extend(not_compared.commands);
    commands::attribute(&mut commands, versions.new_version(), &records);
    Comparison {
        versions,
        headers: removed_headers(versions),
        commands,
        added: added.into_iter().map(Numbered::name).collect(),
        not_compared: not_compared.found,
        unknown_commands,
        arguments: arguments::changes(&command_pairs, old, new, &records),
        typedefs: typedefs::changes(versions, old, new),
        types: types::removed(versions, &pairs.found),
        with_64_bit_time: wide_time::changes(versions, &named, old, new),
        records,
        enumerators: enumerators::renumbered(versions),
        constants,
    }
}

impl Comparison<'_> {
    /// How many commands of either version could be compared, or are known to be in one of them alone,
    /// whatever is reported of them. `old` and `new` answer for the versions.
    pub fn judged(&self, old: &Layouts<'_>, new: &Layouts<'_>) -> usize {
        let changed: HashSet<&str> = self.commands.iter().map(|change| change.name).collect();
        let commands = [old, new].map(|layouts| {
            let interface = layouts.interface();
            let has_number = |one: &Numbered<'_>| {
                interface.abis.iter().any(|abi| one.number(layouts, abi).is_some())
            };
            let is_known = |one: &Numbered<'_>| {
                changed.contains(one.name())
                    || (!self.unknown_commands.contains(one.name()) && has_number(one))
            };
            pairing::numbered(interface).filter(is_known).count()
        });
        commands.iter().sum()
    }
}

fn removed_headers(versions: &Versions) -> Vec<RemovedHeader> {
    let old = versions.old();
    let mut commands: HashMap<FileId, usize> = HashMap::new();
    for command in &old.commands {
        *commands.entry(command.span.file).or_default() += 1;
    }
    let files = old.headers.iter().map(|header| header.file);
    files
        .filter(|file| {
            let path = versions.old_path(*file);
            !versions.has(path) && !versions.is_unread(path)
        })
        .map(|file| RemovedHeader {
            name: versions.old_path(file).to_owned(),
            old_span: Span { file, start: 0, end: 0 },
            commands: commands.get(&file).copied().unwrap_or_default(),
        })
        .collect()
}
