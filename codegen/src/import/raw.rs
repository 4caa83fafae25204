//! Commands that are plain numbers.
//!
//! A header is full of hexadecimal constants. Those are taken for commands that have the type
//! letter of the header's other commands and are named as one, or of which a header that speaks of
//! ioctls has several, with one letter and one beginning of their names.

use std::collections::{BTreeMap, HashSet};

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{Interface, RawNumber};

use super::commands::{Identity, Payload, Planned};

/// So many numbers with one letter are no accident.
const SEVERAL: usize = 3;

/// The numbers of the header that are commands, without documentation.
pub(crate) fn plan(interface: &Interface) -> Vec<Planned> {
    let own_letters: HashSet<u32> = interface
        .commands
        .iter()
        .flat_map(|command| command.variants.iter().map(|(_, body)| body.type_letter))
        .collect();
    let mut by_letter: BTreeMap<u8, Vec<&RawNumber>> = BTreeMap::new();
    for raw in &interface.raw_numbers {
        if let Some(number) = raw.variants.first()
            && let Some(letter) = letter(*number)
        {
            by_letter.entry(letter).or_default().push(raw);
        }
    }
    let mut found = Vec::new();
    for raw in &interface.raw_numbers {
        let Some(letter) = raw.variants.first().and_then(|number| letter(*number)) else {
            continue;
        };
        let alike = &by_letter[&letter];
        let named = raw.name.contains("IOC") || raw.name.starts_with("SIO");
        let meant = own_letters.contains(&u32::from(letter)) && named
            || alike.len() >= SEVERAL && speaks_of_ioctls(interface, raw) && is_alike(raw, alike);
        if !meant {
            continue;
        }
        for (abis, number) in raw.variants.iter() {
            found.push(planned(raw, abis, letter, *number));
        }
    }
    found
}

fn planned(raw: &RawNumber, abis: AbiSet, letter: u8, number: u32) -> Planned {
    Planned {
        c_name: raw.name.clone(),
        docs: Vec::new(),
        abis,
        letter,
        identity: Identity::Number(number),
        direction: Direction::None,
        payload: Payload::None,
        encoded: None,
        unsafe_call: false,
        large: false,
    }
}

/// The type letter of a number that has no more than letter and nr.
fn letter(number: u32) -> Option<u8> {
    u8::try_from(number >> 8).ok().filter(|letter| *letter != 0)
}

/// Whether most of the numbers with that letter begin as this one does.
fn is_alike(raw: &RawNumber, alike: &[&RawNumber]) -> bool {
    let begins = raw.name.get(..3).unwrap_or(&raw.name);
    alike.iter().filter(|other| other.name.starts_with(begins)).count() >= SEVERAL
}

fn speaks_of_ioctls(interface: &Interface, raw: &RawNumber) -> bool {
    let text = &interface.sources.file(raw.span.file).text;
    text.to_ascii_lowercase().contains("ioctl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_letter_and_nr_are_looked_at() {
        assert_eq!(letter(0x4c00), Some(0x4c));
        assert_eq!(letter(0xc018_4c00), None);
        assert_eq!(letter(0x00ff), None);
    }
}
