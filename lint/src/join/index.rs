//! An index of the command names in driver source. A kernel has ten thousand, and the join looks up each command
//! whose argument differs between ABIs.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::Direction;
use ioctlkit_model::{Command, RecordId, Type};

use crate::Context;

/// Handlers and names, by what the join looks them up by.
#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    /// The places of the handlers that tell a command apart, in their order, by its name.
    handlers: HashMap<&'a str, Vec<usize>>,
    /// Names of commands for 32-bit programs (`FOO32`), by the native name that they are spelled after (`FOO`).
    spelled: HashMap<String, BTreeSet<&'a str>>,
    /// Names with a word for 32-bit programs in them, by type letter and nr.
    twins: HashMap<(u32, u32), BTreeSet<&'a str>>,
    /// Commands that have a number and a structure in common.
    alike: HashMap<Carried, Vec<&'a Command>>,
}

/// What a number says but for its size, and the structure.
type Carried = (u32, u32, Direction, RecordId);

impl<'a> Index<'a> {
    /// Indexes everything that was read.
    pub(super) fn of(cx: &Context<'a>) -> Self {
        let code = &cx.interface.code;
        let mut index = Self::default();
        for (place, handler) in code.handlers.iter().enumerate() {
            for command in &handler.commands {
                let places = index.handlers.entry(&command.name).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        let in_compat = code.handlers.iter().flat_map(|handler| &handler.in_compat);
        let names: BTreeSet<&'a str> = index
            .handlers
            .keys()
            .copied()
            .chain(in_compat.map(|command| command.name.as_str()))
            .chain(code.mentions.keys().map(String::as_str))
            .collect();
        for name in names {
            for native in natives(name) {
                index.spelled.entry(native).or_default().insert(name);
            }
            let says_compat = ["32", "COMPAT", "OLD"].iter().any(|word| name.contains(word));
            let Some(twin) = cx.declared().command(name).filter(|_| says_compat) else { continue };
            for (_, body) in twin.variants.iter() {
                index.twins.entry((body.type_letter, body.nr)).or_default().insert(name);
            }
        }
        for command in &cx.interface.commands {
            if let Some(carried) = carried(cx, command) {
                index.alike.entry(carried).or_default().push(command);
            }
        }
        index
    }

    /// The places of the handlers that tell one of some commands apart, in their order.
    pub(super) fn handlers<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> BTreeSet<usize> {
        let of_each = names.into_iter().filter_map(|name| self.handlers.get(name));
        of_each.flatten().copied().collect()
    }

    /// The name of a command, and after it the others that stand for the same number and the same
    /// structure: a handler knows one of them.
    pub(super) fn names(&self, cx: &Context<'a>, command: &'a Command) -> Vec<&'a str> {
        let alike = carried(cx, command).and_then(|carried| self.alike.get(&carried));
        let others = alike.into_iter().flatten().filter(|other| other.name != command.name);
        let names = others.map(|other| other.name.as_str());
        std::iter::once(command.name.as_str()).chain(names).collect()
    }

    /// Names that may be how 32-bit programs spell a command with these names, or another one with its
    /// type letter and nr.
    pub(super) fn of_compat(
        &self,
        names: &[&str],
        number: Option<(u32, u32)>,
    ) -> BTreeSet<&'a str> {
        let spelled = names.iter().filter_map(|name| self.spelled.get(*name));
        let twins = number.and_then(|number| self.twins.get(&number));
        let mut found: BTreeSet<&'a str> = spelled.chain(twins).flatten().copied().collect();
        found.retain(|name| !names.contains(name));
        found
    }
}

fn carried(cx: &Context<'_>, command: &Command) -> Option<Carried> {
    let body = command.variants.first()?;
    match cx.interface.behind_typedefs(body.argument.ty()?)? {
        Type::Record(id) => Some((body.type_letter, body.nr, body.direction, *id)),
        _ => None,
    }
}

/// The native commands that a name is spelled after, as the kernel spells those of 32-bit programs: `FOO32`,
/// `FOO_32`, `FOO_COMPAT`, `COMPAT_FOO`, `FOO_TIME32`.
fn natives(name: &str) -> impl Iterator<Item = String> {
    const ENDS: [&str; 9] =
        ["_COMPAT32", "_COMPAT", "COMPAT", "_TIME32", "_OLD32", "_IOC32", "_X32", "_32", "32"];
    // `FS_IOC32_GETFLAGS`, `VFAT_IOCTL_READDIR_BOTH32`, `DRM_IOCTL32_FOO`
    const MARKS: [(&str, &str); 4] =
        [("IOC32_", "IOC_"), ("IOC_32_", "IOC_"), ("IOCTL32_", "IOCTL_"), ("32_", "_")];
    let ends = ENDS.iter().filter_map(|end| name.strip_suffix(end)).map(str::to_owned);
    let begins = name.strip_prefix("COMPAT_").map(str::to_owned);
    let marked = MARKS.iter().filter(|(mark, _)| name.contains(mark));
    ends.chain(begins).chain(marked.map(|(mark, plain)| name.replacen(mark, plain, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commands_for_32_bit_programs_are_known_by_their_spelling() {
        let is_compat = |name: &str, native: &str| natives(name).any(|it| it == native);
        for (name, native) in [
            ("BLKPG32", "BLKPG"),
            ("FS_IOC32_GETFLAGS", "FS_IOC_GETFLAGS"),
            ("COMPAT_SNDCTL", "SNDCTL"),
            ("USBDEVFS_SUBMITURB32", "USBDEVFS_SUBMITURB"),
            ("PPGETTIME_COMPAT", "PPGETTIME"),
            ("FOO_COMPAT32", "FOO"),
        ] {
            assert!(is_compat(name, native), "{name}");
        }
        for (name, native) in [("FOO_BAR", "FOO"), ("FOO2", "FOO"), ("BAR32", "FOO")] {
            assert!(!is_compat(name, native), "{name}");
        }
    }
}
