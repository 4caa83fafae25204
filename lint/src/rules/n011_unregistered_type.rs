//! N011 unregistered-type.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, FileId, Finding, Language, SourceFile};

use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::number_registry;
use crate::numbering::{defined, letter};
use crate::words::and_more;

declare_rule! {
    /// a block of type and nr that is not registered, or registered to another file
    ///
    /// # What
    /// The kernel's ioctl-number.rst (as of Linux 6.12) has no entry for the type letter and nr of a
    /// command, or only entries of other files. There is one finding for all commands of a header with
    /// one type letter.
    ///
    /// The table is old and loosely written, so the rule is generous: an entry that names the file, the
    /// subsystem's folder, or a header that this one includes is enough, and one that names only people
    /// counts as the header's own. In Rust, which has no header that could be registered, the rule
    /// reports only what has no entry at all.
    ///
    /// # Why
    /// The next driver that looks for a free letter takes the same one, and one number then means two
    /// things on two devices.
    ///
    /// # Source
    /// Kernel documentation, userspace-api/ioctl/ioctl-number.rst.
    ///
    /// # Example
    /// ```c
    /// #define FOO_GET _IOR('Y', 0, struct foo)
    /// ```
    ///
    /// # Fix
    /// Add a line to Documentation/userspace-api/ioctl/ioctl-number.rst, after picking a block
    /// that is free.
    UNREGISTERED_TYPE: "N011", "unregistered-type", Warning, legacy off;
}

/// The files that a type and nr are registered to; none where nobody has them.
type Owner = BTreeSet<&'static str>;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut blocks: BTreeMap<(FileId, u32, bool), (Owner, Vec<&Command>)> = BTreeMap::new();
    for command in defined(cx) {
        let Some(body) = command.variants.first() else { continue };
        let (Ok(type_letter), Ok(nr)) = (u8::try_from(body.type_letter), u8::try_from(body.nr))
        else {
            continue;
        };
        let file = command.span.file;
        let header = cx.interface.sources.file(file);
        if let Some(owner) = other_owner(header, type_letter, nr) {
            let block = (file, body.type_letter, owner.is_empty());
            let (owners, commands) = blocks.entry(block).or_default();
            owners.extend(owner);
            commands.push(command);
        }
    }
    for ((_, type_letter, _), (owner, commands)) in blocks {
        // A Rust source is no header that could be registered: only a block that nobody has is
        // worth a word there.
        if owner.is_empty() || cx.spelling.language() == Language::C {
            findings.extend(report(cx, type_letter, &owner, &commands));
        }
    }
}

/// Whose the type and nr are, where they are not this header's.
fn other_owner(header: &SourceFile, type_letter: u8, nr: u8) -> Option<Owner> {
    let mut files = BTreeSet::new();
    for block in number_registry::holding(type_letter, nr) {
        if block.files().next().is_none()
            || block.belongs_to(&header.path)
            || header.includes.iter().any(|one| block.belongs_to(Path::new(&one.name)))
        {
            return None;
        }
        files.extend(block.files());
    }
    Some(files)
}

fn report(
    cx: &Context<'_>,
    type_letter: u32,
    owner: &Owner,
    commands: &[&Command],
) -> Option<Finding> {
    let first = commands.first()?;
    let nrs = || commands.iter().filter_map(|command| Some(command.variants.first()?.nr));
    let (low, high) = (nrs().min()?, nrs().max()?);
    let letter = letter(type_letter);
    let range =
        if low == high { format!("{low:#04x}") } else { format!("{low:#04x} to {high:#04x}") };
    let names: Vec<String> = owner.iter().map(|name| (*name).to_owned()).collect();
    let (message, harm) = match names.split_first() {
        None => (
            format!("nr {range} of type {letter} is not in ioctl-number.rst"),
            "another driver may take it, too",
        ),
        Some((first, others)) => (
            format!("nr {range} of type {letter} is registered to {}", and_more(first, others)),
            "one number may mean two things on two devices",
        ),
    };
    let on = commands.iter().fold(AbiSet::EMPTY, |all, command| all.union(command.variants.abis()));
    let mut finding = command_finding(&UNREGISTERED_TYPE, first, first.span, on, message);
    finding.notes.push(harm.into());
    let file = cx.spelling.file();
    finding.label = match commands.len() {
        1 => format!("the only command of this {file} there"),
        count => format!("the first of {count} commands of this {file} there"),
    };
    Some(finding)
}
