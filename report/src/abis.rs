//! Sets of ABIs in words, short enough to read.

use ioctlkit_abi::{Abi, AbiSet, ByteOrder};

/// The longest list that is written out.
const LISTED: usize = 6;

/// The most exceptions that are named behind "every … ABI but".
const EXCEPTIONS: usize = 4;

/// What a class of ABIs is called, and whether an ABI is in it.
type Class = (&'static str, fn(&Abi) -> bool);

/// The classes that a set is measured against, the simplest first: the properties that make
/// layouts and numbers differ.
const CLASSES: [Class; 9] = [
    ("ABI", |_| true),
    ("64-bit ABI", |abi| abi.pointer_size == 8),
    ("32-bit ABI", |abi| abi.pointer_size == 4),
    ("little-endian ABI", |abi| matches!(abi.byte_order, ByteOrder::Little)),
    ("big-endian ABI", |abi| matches!(abi.byte_order, ByteOrder::Big)),
    ("ABI that aligns 64-bit integers to 8 bytes", |abi| !abi.under_aligns_64_bit()),
    ("ABI that aligns 64-bit integers to less than 8 bytes", Abi::under_aligns_64_bit),
    ("32-bit ABI that aligns 64-bit integers to 8 bytes", |abi| {
        abi.pointer_size == 4 && !abi.under_aligns_64_bit()
    }),
    ("ABI with 13 bits of size in a number", |abi| abi.encoding.size_bits() == 13),
];

/// Names the ABIs of `on`, of a run that looked at `among`.
///
/// A short list is written out. A longer one becomes the class of ABIs that it is, with what is
/// missing from it or what it has besides ("every 32-bit ABI but i386, m68k"), and where no class
/// is near, its size and its first few members. Always exact as to which or how many; `every`
/// means every one of `among`.
///
/// ```
/// use ioctlkit_abi::AbiSet;
/// use ioctlkit_report::abis::describe;
///
/// let long_is_aligned = AbiSet::of(|abi| !abi.under_aligns_64_bit() && abi.pointer_size == 8);
/// assert_eq!(describe(long_is_aligned, AbiSet::ALL), "every 64-bit ABI");
/// ```
pub fn describe(on: AbiSet, among: AbiSet) -> String {
    if on.len() <= LISTED {
        return if on.is_empty() { "no ABI".to_owned() } else { list(on) };
    }
    let among = among.union(on);
    let nearest = CLASSES
        .iter()
        .map(|(name, holds)| {
            let class: AbiSet = among.iter().filter(|id| holds(id.abi())).collect();
            Near { name, missing: class.difference(on), besides: on.difference(class) }
        })
        .filter(|near| near.missing.is_empty() || near.besides.is_empty())
        .filter(|near| near.distance() <= EXCEPTIONS)
        // The first of equals: the simplest class.
        .min_by_key(Near::distance);
    nearest.map_or_else(|| first_few(on), |near| near.describe())
}

/// A class, and how a set differs from it.
struct Near {
    name: &'static str,
    missing: AbiSet,
    besides: AbiSet,
}

impl Near {
    fn distance(&self) -> usize {
        self.missing.len() + self.besides.len()
    }

    fn describe(&self) -> String {
        let name = self.name;
        if !self.missing.is_empty() {
            let but = if name.ends_with("ABI") { " but" } else { ", but not" };
            format!("every {name}{but} {}", list(self.missing))
        } else if !self.besides.is_empty() {
            let and = if name.ends_with("ABI") { " and" } else { ", and" };
            format!("every {name}{and} {}", list(self.besides))
        } else {
            format!("every {name}")
        }
    }
}

fn first_few(on: AbiSet) -> String {
    let first: AbiSet = on.iter().take(EXCEPTIONS).collect();
    format!("{} ABIs: {} and {} more", on.len(), list(first), on.len() - first.len())
}

fn list(abis: AbiSet) -> String {
    let names: Vec<&str> = abis.iter().map(|id| id.abi().name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> AbiSet {
        names.iter().map(|name| Abi::by_name(name).unwrap().id()).collect()
    }

    #[test]
    fn a_short_list_is_written_out_in_the_order_of_the_table() {
        assert_eq!(describe(set(&["m68k", "i386"]), AbiSet::ALL), "i386, m68k");
        assert_eq!(describe(AbiSet::EMPTY, AbiSet::ALL), "no ABI");
    }

    #[test]
    fn nearly_every_abi_is_told_by_its_exceptions() {
        assert_eq!(describe(AbiSet::ALL, AbiSet::ALL), "every ABI");
        let on = AbiSet::ALL.difference(set(&["i386", "m68k"]));
        assert_eq!(describe(on, AbiSet::ALL), "every ABI but i386, m68k");
    }

    #[test]
    fn every_speaks_of_the_abis_that_were_looked_at() {
        let among = AbiSet::of(|abi| abi.pointer_size == 8);
        assert_eq!(describe(among, among), "every ABI");
        assert_eq!(describe(among, AbiSet::ALL), "every 64-bit ABI");
        // More than was looked at is still said, not lost.
        assert_eq!(describe(among, AbiSet::EMPTY), "every ABI");
    }

    #[test]
    fn a_class_is_named_with_what_is_missing_or_besides() {
        let wide = AbiSet::of(|abi| abi.pointer_size == 8);
        assert_eq!(
            describe(wide.difference(set(&["alpha"])), AbiSet::ALL),
            "every 64-bit ABI but alpha"
        );
        assert_eq!(
            describe(wide.union(set(&["i386", "arc"])), AbiSet::ALL),
            "every 64-bit ABI and i386, arc"
        );
    }

    #[test]
    fn the_classes_that_make_layouts_differ_have_words() {
        let padded = AbiSet::of(|abi| !abi.under_aligns_64_bit());
        assert_eq!(
            describe(padded, AbiSet::ALL),
            "every ABI that aligns 64-bit integers to 8 bytes"
        );
        assert_eq!(
            describe(padded.difference(set(&["alpha"])), AbiSet::ALL),
            "every ABI that aligns 64-bit integers to 8 bytes, but not alpha"
        );
        assert_eq!(
            describe(AbiSet::ALL.difference(padded), AbiSet::ALL),
            "every ABI that aligns 64-bit integers to less than 8 bytes"
        );
    }

    /// Whatever the words, they must decide for each ABI whether it is meant, or at least give
    /// the right number.
    #[test]
    fn words_and_sets_agree_for_every_pair_of_left_out_abis_and_for_odd_sets() {
        for a in AbiSet::ALL {
            for b in AbiSet::ALL {
                let on = AbiSet::ALL.difference(AbiSet::only(a).union(AbiSet::only(b)));
                let words = describe(on, AbiSet::ALL);
                let (_, but) = words.split_once(" but ").unwrap();
                let left_out: AbiSet =
                    but.split(", ").map(|name| Abi::by_name(name).unwrap().id()).collect();
                assert_eq!(AbiSet::ALL.difference(left_out), on, "{words}");
            }
        }
        let every_third: AbiSet =
            AbiSet::ALL.iter().filter(|id| id.index().is_multiple_of(3)).collect();
        assert_eq!(
            describe(every_third, AbiSet::ALL),
            "11 ABIs: x86_64, aarch64, riscv64, powerpc64le and 7 more"
        );
    }
}
