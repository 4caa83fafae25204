//! Which of the plain numbers in a header are commands.
//!
//! A header is full of hexadecimal constants. Two kinds are taken for a command number:
//! - plain: four digits, type and nr. The kernel's registry must name the header for them, or a
//!   file that the constant is named after; or the header must use the type letter in commands of
//!   its own and name the constant as one. Constants of the same letter and the same first word
//!   follow: `LOOP_CTL_ADD` is outside the registered range of `LOOP_SET_FD`.
//! - encoded: eight digits with a direction and a size, where the header uses the type letter in
//!   commands of its own or is registered for it, or where the number is exactly that of a
//!   command that was read.

use std::collections::{BTreeMap, BTreeSet};

use ioctlkit_abi::{AbiSet, Encoding};
use ioctlkit_model::{
    Command, CommandBody, FileId, Interface, Language, Layouts, RawNumber, Span, THROUGH_CONDITION,
    THROUGH_CONSTANT, Word,
};

use crate::names::{verb, words};
use crate::numbering::lower_half;
use crate::{Context, number_registry};

/// A literal that is a command number.
#[derive(Debug)]
pub struct RawCommand<'a> {
    /// The macro.
    pub raw: &'a RawNumber,
    /// The number.
    pub number: u32,
    /// The ABIs on which the macro has that number.
    pub abis: AbiSet,
    /// The literal in the definition.
    pub literal: Span,
    /// Where the number is right.
    pub validity: Validity<'a>,
}

/// Where a literal is the number that the macros would yield.
#[derive(Debug)]
pub enum Validity<'a> {
    /// On every ABI that has the definition.
    Everywhere,
    /// A command that was read has this number on some ABIs, and another on these.
    WrongOn(&'a Command, AbiSet),
    /// Direction and size are encoded in one way, and the ABIs that have the definition encode
    /// them in several.
    OneEncoding,
}

/// Every raw number that is a command; rules ask [`Context::raw_commands`].
pub(crate) fn find<'a>(cx: &Context<'a>) -> Vec<RawCommand<'a>> {
    if cx.interface.raw_numbers.is_empty() {
        return Vec::new();
    }
    let own_letters: BTreeSet<(FileId, u8)> = cx
        .interface
        .commands
        .iter()
        .flat_map(|command| command.variants.iter().map(move |(_, body)| (command, body)))
        .map(|(command, body)| (command.span.file, body.type_letter as u8))
        .collect();
    let known = known_numbers(cx);
    let (mut found, mut doubtful) = (Vec::new(), Vec::new());
    for raw in &cx.interface.raw_numbers {
        for (abis, number) in raw.variants.iter() {
            let Some(literal) = cx.interface.definitions.hexadecimal(raw.span) else { continue };
            let file = raw.span.file;
            let letter = (*number >> 8) as u8;
            let own = own_letters.contains(&(file, letter));
            let digits = digits(literal);
            let candidates = known.get(number).map_or(&[][..], Vec::as_slice);
            let validity = validity(cx, raw, abis, *number, candidates);
            let path = cx.interface.sources.path(raw.span);
            let registered = || {
                number_registry::holding(letter, *number as u8).any(|block| block.belongs_to(path))
            };
            let named = || {
                number_registry::holding(letter, *number as u8)
                    .any(|block| block.is_named_by(&raw.name))
            };
            let is_command = match (&validity, digits) {
                (Validity::WrongOn(..), _) => true,
                (_, 4) => {
                    letter != 0
                        && (registered() || named() || (own && is_named_as_command(&raw.name)))
                }
                (_, 8) => is_encoded(*number, abis) && (own || registered()),
                _ => false,
            };
            let command =
                RawCommand { raw, number: *number, abis, literal: literal.span, validity };
            if is_command {
                found.push(command);
            } else if digits == 4 && letter != 0 {
                doubtful.push(command);
            }
        }
    }
    add_relatives(&mut found, doubtful);
    found
}

/// Adds the constants that share file, letter and first word with a plain number that is a
/// command.
fn add_relatives<'a>(found: &mut Vec<RawCommand<'a>>, doubtful: Vec<RawCommand<'a>>) {
    let kin = |command: &RawCommand<'a>| {
        let (first, _) = command.raw.name.split_once('_')?;
        Some((command.raw.span.file, command.number >> 8, first))
    };
    let families: BTreeSet<_> =
        found.iter().filter(|command| command.number <= 0xffff).filter_map(kin).collect();
    let relatives = doubtful
        .into_iter()
        .filter(|command| kin(command).is_some_and(|family| families.contains(&family)));
    found.extend(relatives);
    found.sort_by_key(|command| command.raw.span);
}

/// Takes the plain numbers that are no commands out of an interface.
pub fn retain_commands(interface: &mut Interface) {
    let commands: BTreeSet<Span> = {
        let layouts = Layouts::new(interface);
        let context = Context::new(&layouts);
        context.raw_commands().iter().map(|command| command.raw.span).collect()
    };
    let bodies = interface.commands.iter().flat_map(|command| command.variants.iter());
    let letters: BTreeSet<u8> = bodies.map(|(_, body)| body.type_letter as u8).collect();
    let sources = &interface.sources;
    let is_command = |raw: &RawNumber| {
        raw.through == THROUGH_CONDITION
            || commands.contains(&raw.span)
            || sources.file(raw.span.file).language() == Language::Rust && is_request(raw, &letters)
    };
    interface.raw_numbers.retain(is_command);
}

/// Whether a number of Rust is a request: a call uses it, or it has the looks of one and is named as
/// one, or has the type letter of a command. A hash and a colour have the looks, too.
fn is_request(raw: &RawNumber, letters: &BTreeSet<u8>) -> bool {
    raw.through != THROUGH_CONSTANT
        || raw.variants.iter().any(|(abis, number)| {
            let letter = (*number >> 8) as u8;
            let mut blocks = number_registry::holding(letter, *number as u8);
            let named = blocks.any(|block| block.is_named_by(&raw.name));
            let as_command = || letters.contains(&letter) || is_named_as_command(&raw.name);
            named && *number <= 0xffff || is_encoded(*number, abis) && (named || as_command())
        })
}

/// The commands that have a number on some ABI, by the number.
fn known_numbers<'a>(cx: &Context<'a>) -> BTreeMap<u32, Vec<&'a Command>> {
    let wanted: BTreeSet<u32> = cx
        .interface
        .raw_numbers
        .iter()
        .flat_map(|raw| raw.variants.iter().map(|(_, number)| *number))
        .filter(|number| *number > 0xff)
        .collect();
    let places: BTreeSet<u32> = wanted.iter().map(|number| number & 0xffff).collect();
    let mut known: BTreeMap<u32, Vec<&'a Command>> = BTreeMap::new();
    for command in &cx.interface.commands {
        let is_wanted =
            |body: &CommandBody| places.contains(&lower_half((body.type_letter, body.nr)));
        if !command.variants.iter().any(|(_, body)| is_wanted(body)) {
            continue;
        }
        let numbers: BTreeSet<u32> = command
            .variants
            .abis()
            .iter()
            .filter_map(|id| Some(cx.layouts.number(command, id)?.number))
            .collect();
        for number in numbers.intersection(&wanted) {
            known.entry(*number).or_default().push(command);
        }
    }
    known
}

fn validity<'a>(
    cx: &Context<'a>,
    raw: &RawNumber,
    abis: AbiSet,
    number: u32,
    candidates: &[&'a Command],
) -> Validity<'a> {
    for command in candidates {
        // A plain number may be anything; it must be named for the command.
        let meant = is_encoded(number, abis) || is_named_for(&raw.name, &command.name);
        if !meant || command.span == raw.span {
            continue;
        }
        let shared = abis.intersection(command.variants.abis());
        let agrees =
            |id| cx.layouts.number(command, id).is_some_and(|known| known.number == number);
        let wrong = cx.layouts.abis_where(shared, |_, id| !agrees(id));
        if !wrong.is_empty() && wrong != shared {
            return Validity::WrongOn(command, wrong);
        }
    }
    let mut encodings = abis.iter().map(|id| id.abi().encoding);
    let first = encodings.next();
    if is_encoded(number, abis) && encodings.any(|encoding| Some(encoding) != first) {
        Validity::OneEncoding
    } else {
        Validity::Everywhere
    }
}

/// Whether a number has a direction and a plausible size in the encoding of one of the ABIs.
fn is_encoded(number: u32, abis: AbiSet) -> bool {
    const PLAUSIBLE: u16 = 8191;
    Encoding::ALL.iter().any(|encoding| {
        let decoded = encoding.decode(number);
        abis.iter().any(|id| id.abi().encoding == *encoding)
            && decoded.direction.is_some_and(|direction| direction.macro_name() != "_IO")
            && (1..=PLAUSIBLE).contains(&decoded.size)
            && decoded.type_letter != 0
    })
}

fn is_named_as_command(name: &str) -> bool {
    name.contains("IOC") || verb(name).is_some()
}

/// Whether every word of the command's name is in the other name.
fn is_named_for(name: &str, command: &str) -> bool {
    let have = words(name);
    let want = words(command);
    want.len() > 1 && want.iter().all(|word| have.contains(word))
}

fn digits(literal: &Word) -> usize {
    literal.spelling.chars().skip(2).take_while(char::is_ascii_hexdigit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_and_flags_are_no_encoded_commands() {
        for number in [0x8000_0000, 0xc000_0000, 0xffff_ffff, 0x4000_0000, 0x2000_0000, 0x5401] {
            assert!(!is_encoded(number, AbiSet::ALL), "{number:#x}");
        }
        assert!(is_encoded(0x8004_54cf, AbiSet::ALL));
        assert!(is_encoded(0x4004_54cf, AbiSet::ALL));
    }

    #[test]
    fn a_constant_of_rust_is_a_request_by_its_name_or_its_letter() {
        let file = ioctlkit_model::SourceMap::default().add("lib.rs".into(), "".into());
        let span = Span { file, start: 0, end: 0 };
        let request = |name: &str, number: u32, letters: &[u8]| {
            let raw = RawNumber {
                name: name.into(),
                span,
                variants: ioctlkit_model::Variants::one(AbiSet::ALL, number),
                through: THROUGH_CONSTANT.into(),
            };
            is_request(&raw, &letters.iter().copied().collect())
        };
        assert!(request("FS_IOC_SETVERSION", 0x4004_7602, &[]));
        assert!(request("FOO_READ", 0x8004_6601, b"f"));
        assert!(!request("SHA_K0", 0x8283_2f98, &[]));
        assert!(!request("COLOUR", 0x80ff_6601, &[]));
    }

    #[test]
    fn a_copy_is_named_for_its_command() {
        assert!(is_named_for("MY_KVM_CREATE_VM", "KVM_CREATE_VM"));
        assert!(is_named_for("KVM_CREATE_VM", "KVM_CREATE_VM"));
        assert!(!is_named_for("PRODUCT_ID", "KVM_CREATE_VM"));
        assert!(!is_named_for("KVM_CREATE", "KVM_CREATE_VM"));
    }
}
