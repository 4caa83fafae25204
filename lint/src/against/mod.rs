//! Rust definitions against a C header: what both define, and where they part.
//!
//! [`compare`] pairs the commands, structures and unions of a Rust interface with those of a C one
//! and compares each pair on every ABI that both have: the number of a command, the size of a
//! structure, the offset and the size of each member. Names that only one side has are counted and
//! are no difference: a crate defines other things too.

pub(crate) mod members;
mod names;
mod objects;
mod pairing;
pub(crate) mod places;
mod records;
mod reference;
pub(crate) mod trust;

use std::fmt;

use ioctlkit_abi::{AbiId, AbiSet, Direction};
use ioctlkit_model::{CommandBody, Encoder, Interface, Layouts, Span};

use crate::abis::by_value;
pub use crate::numbered::Numbered;
use crate::words::count;
pub use names::{last_of_path, same_member, same_name};
pub use objects::{ObjectPairs, wanted_names};
pub use pairing::{CommandPair, Pairs, RecordPair, pair};
pub use reference::{ObjectSource, Reference, References};
use trust::Trust;

/// What was compared, and what came of it.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Every pair, in the order of the Rust interface: commands, plain numbers, structures.
    pub pairs: Vec<Pair>,
    /// What of the Rust interface has no counterpart by name, in its order.
    pub alone: Vec<Alone>,
}

impl Comparison {
    /// The pairs that do not agree.
    pub fn differences(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| !pair.faults.is_empty())
    }
}

/// What kind of thing a pair is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    /// A command.
    Command,
    /// A command that Rust source spells as a plain number.
    RawNumber,
    /// A family: its commands differ in their sizes only.
    Family,
    /// A structure or union.
    Record,
}

/// A Rust definition and the C one that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What it is.
    pub item: Item,
    /// The name in Rust.
    pub name: String,
    /// The name in C, with `struct` or `union` in front.
    pub c_name: String,
    /// The name in the Rust source, in the Rust interface's sources.
    pub span: Span,
    /// The name in the C header, in the C interface's sources.
    pub c_span: Span,
    /// The ABIs on which both could be worked out.
    pub abis: AbiSet,
    /// Where they part, in the order of the ABIs and of the members.
    pub faults: Vec<Told>,
    /// The encoder of the crate's own that is all that makes them part.
    pub packed_by: Option<String>,
}

impl Pair {
    /// The same on some of the ABIs only.
    fn within(mut self, abis: AbiSet) -> Self {
        self.abis = self.abis.intersection(abis);
        for told in &mut self.faults {
            told.abis = told.abis.intersection(abis);
        }
        self.faults.retain(|told| !told.abis.is_empty());
        self
    }

    /// The ABIs on which the two part.
    pub fn differing(&self) -> AbiSet {
        self.faults.iter().fold(AbiSet::EMPTY, |all, told| all.union(told.abis))
    }
}

/// A fault and the ABIs that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The ABIs.
    pub abis: AbiSet,
    /// What is wrong there.
    pub fault: Fault,
}

/// One way in which two definitions part on an ABI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The commands have other numbers.
    Number {
        /// Rust's.
        rust: u32,
        /// The header's.
        c: u32,
        /// Which parts of the number differ.
        parts: Vec<Part>,
    },
    /// The structures have other sizes, in bytes.
    Size {
        /// Rust's.
        rust: u64,
        /// The header's.
        c: u64,
    },
    /// A member of both lies elsewhere, or has another width.
    Place {
        /// The member in Rust.
        member: MemberName,
        /// The member in C.
        c_member: MemberName,
        /// Where Rust has it.
        rust: Extent,
        /// Where the header has it.
        c: Extent,
    },
    /// A member of Rust that the header does not have there.
    OnlyInRust {
        /// The member.
        member: MemberName,
        /// Where it is.
        rust: Extent,
    },
    /// A member of the header that Rust does not have there.
    OnlyInC {
        /// The member.
        c_member: MemberName,
        /// Where it is.
        c: Extent,
    },
}

/// A part of a command's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The direction.
    Direction {
        /// Rust's; `None` where the bits are no direction.
        rust: Option<Direction>,
        /// The header's.
        c: Option<Direction>,
    },
    /// The size, in bytes.
    Size {
        /// Rust's.
        rust: u16,
        /// The header's.
        c: u16,
    },
    /// The type letter.
    TypeLetter {
        /// Rust's.
        rust: u8,
        /// The header's.
        c: u8,
    },
    /// The number within the type.
    Nr {
        /// Rust's.
        rust: u8,
        /// The header's.
        c: u8,
    },
}

/// A member's name and where it is declared, in the sources of its own interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemberName {
    /// The name; that of the nearest member around it where it has none.
    pub name: String,
    /// The name in the declaration.
    pub span: Span,
}

/// The place of a member in its structure, in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Extent {
    /// Distance from the start, in bits.
    pub offset_bits: u64,
    /// Width, in bits.
    pub size_bits: u64,
}

impl Extent {
    /// The first bit behind it.
    pub fn end_bits(self) -> u64 {
        self.offset_bits.saturating_add(self.size_bits)
    }
}

/// Something of the Rust interface without a counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// What it is.
    pub item: Item,
    /// Its name.
    pub name: String,
    /// Its name in the source.
    pub span: Span,
}

/// Compares a Rust interface with a C one, on every ABI that both looked at.
pub fn compare(rust: &Interface, c: &Interface) -> Comparison {
    compare_layouts(&Layouts::new(rust), &Layouts::new(c))
}

/// As [`compare`], for layouts that are there already.
pub fn compare_layouts(rust: &Layouts<'_>, c: &Layouts<'_>) -> Comparison {
    compare_trusted(rust, c, &Trust::of_everything(c.interface()))
}

/// As [`compare_layouts`], on the ABIs on which what the header takes from `asm/` is their own.
pub fn compare_architectures(rust: &Layouts<'_>, c: &Layouts<'_>) -> Comparison {
    compare_trusted(rust, c, &Trust::of_architectures(c.interface()))
}

fn compare_trusted(rust: &Layouts<'_>, c: &Layouts<'_>, trust: &Trust<'_>) -> Comparison {
    let Pairs { commands, records, alone } = pair(rust.interface(), c.interface());
    let mut pairs: Vec<Pair> = commands
        .iter()
        .map(|pair| compare_commands(rust, c, pair).within(trust.of_number(pair.c)))
        .collect();
    pairs.extend(
        records.iter().map(|pair| records::compare(rust, c, *pair).within(trust.of_record(pair.c))),
    );
    Comparison { pairs, alone }
}

fn compare_commands(rust: &Layouts<'_>, c: &Layouts<'_>, pair: &CommandPair<'_>) -> Pair {
    let both = |abi| Some((pair.rust.number(rust, abi)?, pair.c.number(c, abi)?));
    let numbers = by_value(rust.interface().abis.intersection(c.interface().abis), both);
    // ABIs that encode alike share their numbers, and what differs in them.
    let mut faults: Vec<Told> = Vec::new();
    for (abis, (ours, theirs)) in numbers.iter().filter(|(_, (ours, theirs))| ours != theirs) {
        let parts = by_value(abis, |abi| Some(parts(*ours, *theirs, abi)));
        faults.extend(parts.iter().map(|(abis, parts)| Told {
            abis,
            fault: Fault::Number { rust: *ours, c: *theirs, parts: parts.clone() },
        }));
    }
    Pair {
        item: pair.rust.item(),
        name: pair.rust.name().to_owned(),
        c_name: pair.c.name().to_owned(),
        span: pair.rust.span(),
        c_span: pair.c.span(),
        abis: numbers.abis(),
        packed_by: packed_by(rust, c, pair, &faults),
        faults,
    }
}

/// The encoder of the crate's own without which the numbers would agree.
fn packed_by(
    rust: &Layouts<'_>,
    c: &Layouts<'_>,
    pair: &CommandPair<'_>,
    faults: &[Told],
) -> Option<String> {
    let Numbered::Command(command) = pair.rust else { return None };
    let mut name = None;
    for abi in faults.iter().flat_map(|told| told.abis.iter()) {
        let body = command.variants.get(abi)?;
        let Encoder::Own(own) = &body.encoder else { return None };
        let by_kernel = CommandBody { encoder: Encoder::Kernel, ..body.clone() };
        if rust.body_number(&by_kernel, abi)?.number != pair.c.number(c, abi)? {
            return None;
        }
        name = Some(own.name.clone());
    }
    name
}

fn parts(ours: u32, theirs: u32, abi: AbiId) -> Vec<Part> {
    let encoding = abi.abi().encoding;
    let (rust, c) = (encoding.decode(ours), encoding.decode(theirs));
    let mut parts = Vec::new();
    if rust.size != c.size {
        parts.push(Part::Size { rust: rust.size, c: c.size });
    }
    if rust.direction != c.direction {
        parts.push(Part::Direction { rust: rust.direction, c: c.direction });
    }
    if rust.type_letter != c.type_letter {
        parts.push(Part::TypeLetter { rust: rust.type_letter, c: c.type_letter });
    }
    if rust.nr != c.nr {
        parts.push(Part::Nr { rust: rust.nr, c: c.nr });
    }
    parts
}

impl Extent {
    /// How a place differs from another one: "at byte 4 instead of byte 0", "8 bytes instead of 4".
    pub(crate) fn instead_of(self, other: Self) -> String {
        match (self.offset_bits == other.offset_bits, self.size_bits == other.size_bits) {
            (true, _) => format!("{} instead of {}", self.width(), other.width()),
            (_, true) => format!("at {} instead of {}", self.offset(), other.offset()),
            _ => format!(
                "{} at {} instead of {} at {}",
                self.width(),
                self.offset(),
                other.width(),
                other.offset()
            ),
        }
    }

    fn offset(self) -> String {
        let bits = self.offset_bits;
        if bits.is_multiple_of(8) { format!("byte {}", bits / 8) } else { format!("bit {bits}") }
    }

    fn width(self) -> String {
        let bits = self.size_bits;
        if bits.is_multiple_of(8) { count(bits / 8, "byte") } else { count(bits, "bit") }
    }
}

impl fmt::Display for Extent {
    /// `byte 4, 8 bytes`, or in bits where they do not make bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset_bits.is_multiple_of(8) && self.size_bits.is_multiple_of(8) {
            write!(f, "byte {}, {}", self.offset_bits / 8, count(self.size_bits / 8, "byte"))
        } else {
            write!(f, "bit {}, {}", self.offset_bits, count(self.size_bits, "bit"))
        }
    }
}

#[cfg(test)]
mod tests;
