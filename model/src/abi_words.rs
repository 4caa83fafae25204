//! Sets of ABIs in words.
//!
//! No ABI is known here by its name: a set is explained by properties of the table's rows, or its
//! members are listed by the names that the rows give themselves.

use ioctlkit_abi::{Abi, AbiSet, ByteOrder};

/// Sets up to this size are listed, even where a property explains them.
const FEW: usize = 3;

/// The longest list that is written out where no property explains a set.
const LISTED: usize = 6;

/// A property of a row, and the ABIs that have it in words.
type Class = (&'static str, fn(&Abi) -> bool);

/// What may explain a set, the simplest first: words that everybody knows.
const CLASSES: [Class; 5] = [
    ("every ABI", |_| true),
    ("every 64-bit ABI", |abi| abi.is_64_bit()),
    ("every 32-bit ABI", |abi| !abi.is_64_bit()),
    ("every big-endian ABI", |abi| abi.byte_order == ByteOrder::Big),
    ("every little-endian ABI", |abi| abi.byte_order == ByteOrder::Little),
];

/// A set of ABIs for use in a sentence: "on every ABI", "on i386", "on every 64-bit ABI". The
/// words behind "on" are those of [`noun`].
pub fn on(set: AbiSet, among: AbiSet) -> String {
    format!("on {}", noun(set, among))
}

/// Names the ABIs of `set`, of a run that looked at `among`, or of a thing that exists there.
///
/// A short list is written out. A longer one becomes the class of ABIs that it is, with what is
/// missing from it or what it has besides ("every 32-bit ABI but i386 and m68k"), and where no
/// class is near, its first member and how many others there are. Always exact as to which or how many; `every`
/// means every one of `among`.
///
/// ```
/// use ioctlkit_abi::AbiSet;
/// use ioctlkit_model::abi_words::noun;
///
/// assert_eq!(noun(AbiSet::of(|abi| abi.long_size == 8), AbiSet::ALL), "every 64-bit ABI");
/// ```
pub fn noun(set: AbiSet, among: AbiSet) -> String {
    if set.len() <= FEW {
        return list(set);
    }
    // More than was looked at is still said, not lost.
    let among = among.union(set);
    let nearest = CLASSES
        .iter()
        .map(|(words, holds)| {
            let class: AbiSet = among.iter().filter(|id| holds(id.abi())).collect();
            Near { words, missing: class.difference(set), besides: set.difference(class) }
        })
        .filter(|near| near.missing.is_empty() || near.besides.is_empty())
        .filter(|near| near.distance() <= FEW)
        // The first of equals: the simplest class.
        .min_by_key(Near::distance);
    match nearest {
        Some(near) => near.describe(),
        None if set.len() <= LISTED => list(set),
        None => {
            // One that people meet stands for the others.
            let first = names(set).next().unwrap_or_default();
            format!("{first} and {} other ABIs", set.len() - 1)
        }
    }
}

/// The names of a set, all of them: "i386", "i386 and m68k", "i386, m68k and sh".
pub fn list(set: AbiSet) -> String {
    let names: Vec<_> = names(set).collect();
    match names.split_last() {
        None => "no ABI".into(),
        Some((only, [])) => (*only).into(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn names(set: AbiSet) -> impl Iterator<Item = &'static str> {
    set.iter().map(|id| id.abi().name)
}

/// A class, and how a set differs from it.
struct Near {
    words: &'static str,
    missing: AbiSet,
    besides: AbiSet,
}

impl Near {
    fn distance(&self) -> usize {
        self.missing.len() + self.besides.len()
    }

    fn describe(&self) -> String {
        let words = self.words;
        if !self.missing.is_empty() {
            // Behind a longer phrase, "but" would seem to belong to its last word.
            let but = if words.ends_with("ABI") { " but" } else { ", but not" };
            format!("{words}{but} {}", list(self.missing))
        } else if !self.besides.is_empty() {
            let others: Vec<_> = names(self.besides).collect();
            format!("{} and {words}", others.join(", "))
        } else {
            words.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> AbiSet {
        names.iter().map(|name| Abi::by_name(name).unwrap().id()).collect()
    }

    #[test]
    fn a_short_list_is_written_out_in_the_order_of_the_table() {
        let x86 = set(&["x86_64", "x32", "i386"]);
        assert_eq!(noun(set(&["i386"]), AbiSet::ALL), "i386");
        assert_eq!(noun(set(&["m68k", "i386"]), AbiSet::ALL), "i386 and m68k");
        assert_eq!(noun(x86, x86), "x86_64, x32 and i386");
        assert_eq!(noun(AbiSet::EMPTY, AbiSet::ALL), "no ABI");
        assert_eq!(on(AbiSet::EMPTY, AbiSet::ALL), "on no ABI");
    }

    #[test]
    fn nearly_every_abi_is_told_by_its_exceptions() {
        assert_eq!(noun(AbiSet::ALL, AbiSet::ALL), "every ABI");
        let most = AbiSet::ALL.difference(set(&["i386", "m68k"]));
        assert_eq!(on(most, AbiSet::ALL), "on every ABI but i386 and m68k");
    }

    #[test]
    fn every_speaks_of_the_abis_that_were_looked_at() {
        let among = AbiSet::of(Abi::is_64_bit);
        assert_eq!(noun(among, among), "every ABI");
        assert_eq!(noun(among, AbiSet::ALL), "every 64-bit ABI");
        assert_eq!(noun(among, AbiSet::EMPTY), "every ABI");
    }

    #[test]
    fn a_class_is_named_with_what_is_missing_or_besides() {
        let wide = AbiSet::of(Abi::is_64_bit);
        assert_eq!(
            noun(wide.difference(set(&["alpha"])), AbiSet::ALL),
            "every 64-bit ABI but alpha"
        );
        assert_eq!(
            noun(wide.union(set(&["i386", "arc"])), AbiSet::ALL),
            "i386, arc and every 64-bit ABI"
        );
    }

    #[test]
    fn a_class_that_takes_a_sentence_to_explain_is_told_by_a_member_and_a_number() {
        let padded = AbiSet::of(|abi| !abi.under_aligns_64_bit());
        let rest = padded.len() - 1;
        assert_eq!(noun(padded, AbiSet::ALL), format!("x86_64 and {rest} other ABIs"));
        let big = AbiSet::of(|abi| abi.byte_order == ByteOrder::Big);
        assert_eq!(noun(big, AbiSet::ALL), "every big-endian ABI");
    }

    #[test]
    fn a_set_that_nothing_explains_is_listed_or_counted() {
        let odd = set(&["x86_64", "arm", "m68k", "sh", "alpha"]);
        assert_eq!(noun(odd, AbiSet::ALL), "x86_64, arm, alpha, m68k and sh");
        let every_third: AbiSet =
            AbiSet::ALL.iter().filter(|id| id.index().is_multiple_of(3)).collect();
        assert_eq!(noun(every_third, AbiSet::ALL), "x86_64 and 10 other ABIs");
    }

    /// Whatever the words, they must decide for each ABI whether it is meant.
    #[test]
    fn words_and_sets_agree_for_every_pair_of_left_out_abis() {
        for a in AbiSet::ALL {
            for b in AbiSet::ALL {
                let most = AbiSet::ALL.difference(AbiSet::only(a).union(AbiSet::only(b)));
                let words = noun(most, AbiSet::ALL);
                let (_, but) = words.split_once(" but ").unwrap();
                let left_out: AbiSet =
                    but.split(" and ").map(|name| Abi::by_name(name).unwrap().id()).collect();
                assert_eq!(AbiSet::ALL.difference(left_out), most, "{words}");
            }
        }
    }
}
