//! Everything that changed.

use std::collections::BTreeSet;

use ioctlkit_model::{FileId, Layouts, Span};

use super::carriers::Carriers;
use super::enumerators::{self, Renumbered};
use super::{CommandChange, Fate, RecordChange, Versions, commands, pairing, records};

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
    /// Structures and unions that are laid out or declared otherwise.
    pub records: Vec<RecordChange<'a>>,
    /// Enumerators with other values.
    pub enumerators: Vec<Renumbered>,
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
    let mut commands = commands::changes(versions, old, new);
    let renumbered = |change: &CommandChange<'a>| matches!(change.fate, Fate::Renumbered { .. });
    let changed = commands.iter().filter(|change| renumbered(change)).map(|change| change.name);
    let records = records::changes(versions, old, new, &carriers, &changed.collect());
    commands::attribute(&mut commands, versions.new_version(), &records);
    Comparison {
        versions,
        headers: removed_headers(versions),
        commands,
        added: pairing::added(versions).into_iter().map(crate::against::Numbered::name).collect(),
        records,
        enumerators: enumerators::renumbered(versions),
    }
}

fn removed_headers(versions: &Versions) -> Vec<RemovedHeader> {
    let (old, new) = (versions.old(), versions.new_version());
    let there: BTreeSet<&str> = new.sources.iter().map(|(id, _)| versions.new_path(id)).collect();
    let commands = |file: FileId| {
        let of_command = old.commands.iter().map(|command| command.span.file);
        of_command.filter(|known| *known == file).count()
    };
    let files = old.headers.iter().map(|header| header.file);
    files
        .filter(|file| {
            let path = versions.old_path(*file);
            !there.contains(path) && !versions.is_unread(path)
        })
        .map(|file| RemovedHeader {
            name: versions.old_path(file).to_owned(),
            old_span: Span { file, start: 0, end: 0 },
            commands: commands(file),
        })
        .collect()
}
