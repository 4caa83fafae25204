//! Sets of ABIs in words, and ABIs grouped by what holds on them.
//!
//! No name of an ABI is known here: a set is explained by properties of the table's rows, or its
//! members are listed by the names that the rows give themselves.

use ioctlkit_abi::{ABIS, Abi, AbiId, AbiSet, ByteOrder};
use ioctlkit_model::Variants;

/// Sets up to this size are listed in full.
const LISTED: usize = 3;

/// A property of a row, and the ABIs that have it in words.
type Property = (&'static str, fn(&Abi) -> bool);

/// What may explain a set, the most telling first.
const PROPERTIES: [Property; 10] = [
    ("every 64-bit ABI", |abi| abi.is_64_bit()),
    ("every 32-bit ABI", |abi| !abi.is_64_bit()),
    ("every ABI that aligns 64-bit integers to 8 bytes", |abi| !abi.under_aligns_64_bit()),
    ("every ABI that aligns 64-bit integers to less than 8 bytes", Abi::under_aligns_64_bit),
    ("every big-endian ABI", |abi| abi.byte_order == ByteOrder::Big),
    ("every little-endian ABI", |abi| abi.byte_order == ByteOrder::Little),
    ("every 32-bit ABI that aligns 64-bit integers to 8 bytes", |abi| {
        !abi.is_64_bit() && !abi.under_aligns_64_bit()
    }),
    ("every ABI whose command numbers hold 13 bits of size", |abi| {
        abi.encoding.max_size() < 1 << 13
    }),
    ("every ABI whose plain char is signed", |abi| abi.char_signed),
    ("every ABI whose plain char is unsigned", |abi| !abi.char_signed),
];

/// A set of ABIs in words, beginning with "on", for use in a sentence: "on every ABI", "on i386",
/// "on every ABI but i386 and m68k", "on every 64-bit ABI", "on 12 ABIs (i386, m68k, …)".
///
/// `within` are the ABIs that the thing exists on; those outside it are not spoken of.
pub fn describe(set: AbiSet, within: AbiSet) -> String {
    format!("on {}", noun(set, within))
}

/// As [`describe`], without the "on": "every ABI", "i386", "every 64-bit ABI".
pub fn noun(set: AbiSet, within: AbiSet) -> String {
    let set = set.intersection(within);
    if set.is_empty() {
        return "no ABI".into();
    }
    if set.len() <= LISTED {
        return list(set);
    }
    let rest = within.difference(set);
    if rest.is_empty() {
        return "every ABI".into();
    }
    for (words, holds) in PROPERTIES {
        if with(within, holds) == set {
            return words.into();
        }
    }
    if rest.len() <= LISTED {
        return format!("every ABI but {}", list(rest));
    }
    for (words, holds) in PROPERTIES {
        let having = with(within, holds);
        let exceptions = having.difference(set);
        if set.is_subset(having) && exceptions.len() <= 2 {
            return format!("{words} but {}", list(exceptions));
        }
    }
    let first: Vec<_> = set.iter().take(2).map(|id| id.abi().name).collect();
    format!("{} ABIs ({}, …)", set.len(), first.join(", "))
}

/// The names of a set: "i386", "i386 and m68k", "i386, m68k and 5 more".
pub fn list(set: AbiSet) -> String {
    let mut names: Vec<_> = set.iter().map(|id| id.abi().name).collect();
    let more = format!("{} more", names.len().saturating_sub(LISTED - 1));
    if names.len() > LISTED {
        names.truncate(LISTED - 1);
        names.push(&more);
    }
    match names.split_last() {
        None => "no ABI".into(),
        Some((only, [])) => (*only).into(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn with(within: AbiSet, holds: fn(&Abi) -> bool) -> AbiSet {
    within.iter().filter(|id| holds(id.abi())).collect()
}

/// Groups the ABIs of `within` by a value, in the table's order; those without one are left out.
pub fn by_value<T: PartialEq>(
    within: AbiSet,
    mut value: impl FnMut(AbiId) -> Option<T>,
) -> Variants<T> {
    let mut groups = Variants::default();
    for id in within {
        if let Some(value) = value(id) {
            groups.add(AbiSet::only(id), value);
        }
    }
    groups
}

/// A kernel's own ABI and another ABI whose programs it also runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compat {
    /// The 64-bit ABI of the kernel.
    pub kernel: AbiId,
    /// The 32-bit ABI of the programs.
    pub program: AbiId,
}

/// Every pair of a 64-bit kernel and the 32-bit programs that it runs.
pub fn compat_pairs() -> impl Iterator<Item = Compat> {
    ABIS.iter().flat_map(|kernel| {
        kernel.companions().map(|program| Compat { kernel: kernel.id(), program: program.id() })
    })
}

/// The pairs of a 64-bit kernel and 32-bit programs that do not agree on a grouped value.
pub fn disagreeing<T: PartialEq>(groups: &Variants<T>) -> Vec<Compat> {
    compat_pairs()
        .filter(|pair| match (groups.get(pair.kernel), groups.get(pair.program)) {
            (Some(kernel), Some(program)) => kernel != program,
            _ => false,
        })
        .collect()
}

/// Who is hurt where the pairs disagree: "32-bit programs on a 64-bit kernel" where most of them
/// do, else the pair by name: "i386 programs on an `x86_64` kernel".
pub fn victims(pairs: &[Compat]) -> Option<String> {
    let first = pairs.first()?;
    let programs: AbiSet = pairs.iter().map(|pair| pair.program).collect();
    if programs.len() > LISTED || pairs.iter().any(|pair| pair.kernel != first.kernel) {
        return Some("32-bit programs on a 64-bit kernel".into());
    }
    let kernel = first.kernel.abi().name;
    Some(format!("{} programs on {} {kernel} kernel", list(programs), article(kernel)))
}

/// "a" or "an", by how an ABI's name is spoken: an `x86_64`, an `s390x`, a `sparc64`.
fn article(name: &str) -> &'static str {
    let mut letters = name.chars();
    let first = letters.next().unwrap_or(' ');
    let spelled_out = letters.next().is_none_or(|second| second.is_ascii_digit());
    let vowel = if spelled_out { "aefhilmnorsx" } else { "aeio" };
    if vowel.contains(first) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> AbiSet {
        AbiSet::of(|abi| names.contains(&abi.name))
    }

    #[test]
    fn the_whole_set_is_every_abi() {
        assert_eq!(describe(AbiSet::ALL, AbiSet::ALL), "on every ABI");
        assert_eq!(describe(AbiSet::EMPTY, AbiSet::ALL), "on no ABI");
    }

    #[test]
    fn a_small_set_is_listed_even_where_it_is_all_there_is() {
        let x86 = set(&["x86_64", "x32", "i386"]);
        assert_eq!(describe(set(&["i386"]), AbiSet::ALL), "on i386");
        assert_eq!(describe(set(&["m68k", "i386"]), AbiSet::ALL), "on i386 and m68k");
        assert_eq!(describe(x86, x86), "on x86_64, x32 and i386");
    }

    #[test]
    fn a_small_rest_is_named_as_the_exception() {
        let but = AbiSet::ALL.difference(set(&["i386", "m68k"]));
        assert_eq!(describe(but, AbiSet::ALL), "on every ABI but i386 and m68k");
    }

    #[test]
    fn a_property_explains_a_set() {
        assert_eq!(describe(AbiSet::of(Abi::is_64_bit), AbiSet::ALL), "on every 64-bit ABI");
        assert_eq!(
            describe(AbiSet::of(|abi| abi.byte_order == ByteOrder::Big), AbiSet::ALL),
            "on every big-endian ABI"
        );
        assert_eq!(
            describe(AbiSet::of(|abi| !abi.under_aligns_64_bit()), AbiSet::ALL),
            "on every ABI that aligns 64-bit integers to 8 bytes"
        );
    }

    #[test]
    fn a_property_with_few_exceptions_explains_a_set() {
        let all_but_one = AbiSet::of(|abi| abi.is_64_bit() && abi.name != "alpha");
        assert_eq!(describe(all_but_one, AbiSet::ALL), "on every 64-bit ABI but alpha");
    }

    #[test]
    fn a_set_that_nothing_explains_is_counted() {
        let odd = set(&["x86_64", "arm", "m68k", "sh", "alpha"]);
        assert_eq!(describe(odd, AbiSet::ALL), "on 5 ABIs (x86_64, arm, …)");
    }

    #[test]
    fn what_lies_outside_is_not_spoken_of() {
        let mips = AbiSet::of(|abi| abi.kernel_arch == "mips");
        assert_eq!(describe(AbiSet::ALL, mips), "on every ABI");
        assert_eq!(describe(AbiSet::of(Abi::is_64_bit), mips), "on mips_n64 and mipsel_n64");
    }

    #[test]
    fn a_list_of_many_names_two() {
        assert_eq!(list(set(&["i386", "m68k", "sh"])), "i386, m68k and sh");
        assert_eq!(list(set(&["i386", "m68k", "sh", "arc"])), "i386, m68k and 2 more");
    }

    #[test]
    fn pairs_that_disagree_are_found_and_named() {
        let align = by_value(AbiSet::ALL, |id| Some(id.abi().under_aligns_64_bit()));
        let victims_of_align = victims(&disagreeing(&align));
        assert_eq!(victims_of_align.as_deref(), Some("i386 programs on an x86_64 kernel"));
        let long = by_value(AbiSet::ALL, |id| Some(id.abi().long_size));
        let victims_of_long = victims(&disagreeing(&long));
        assert_eq!(victims_of_long.as_deref(), Some("32-bit programs on a 64-bit kernel"));
        let order = by_value(AbiSet::ALL, |id| Some(id.abi().byte_order));
        assert_eq!(victims(&disagreeing(&order)), None);
    }

    #[test]
    fn every_abi_name_gets_the_article_that_it_is_spoken_with() {
        let kernels: Vec<_> = ABIS
            .iter()
            .filter(|abi| abi.companions().next().is_some())
            .map(|abi| format!("{} {}", article(abi.name), abi.name))
            .collect();
        assert_eq!(
            kernels,
            [
                "an x86_64",
                "an aarch64",
                "a riscv64",
                "a powerpc64",
                "a mips_n64",
                "a mipsel_n64",
                "an s390x",
                "a sparc64",
            ]
        );
    }
}
