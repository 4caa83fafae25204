//! Changes of a constant that come with every version: counts grow, versions are raised, masks gain bits.

use crate::{EnumBody, Enumerator};

/// Why a constant changes with every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// It says how many others there are, and there are more.
    Counts,
    /// It states a version or a date.
    Version,
    /// It is a mask that has all the bits that it had.
    Mask,
    /// It is a mask of reserved bits, some of which have a meaning now.
    Reserved,
}

/// What a constant is defined among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Nothing: it is a macro, in one version at least.
    Macros,
    /// The enumerators of an enumeration, one of which is greater in one version at least.
    Enumerators,
    /// Others of its enumeration, none of which is greater in either version.
    Smaller,
    /// Nothing: it is the only one of its enumeration.
    Alone,
}

impl Among {
    /// The enumerators of an enumeration, each with what the others make of it.
    pub fn each(body: &EnumBody) -> impl Iterator<Item = (&Enumerator, Self)> {
        let greatest = body.enumerators.iter().map(|one| one.value).max();
        let is_alone = body.enumerators.len() == 1;
        body.enumerators.iter().map(move |one| {
            let among = match Some(one.value) == greatest {
                true if is_alone => Self::Alone,
                true => Self::Smaller,
                false => Self::Enumerators,
            };
            (one, among)
        })
    }

    /// What it is among in two versions.
    pub fn in_both(self, other: Self) -> Self {
        match (self, other) {
            (Self::Macros, _) | (_, Self::Macros) => Self::Macros,
            (Self::Alone, Self::Alone) => Self::Alone,
            (Self::Enumerators, _) | (_, Self::Enumerators) => Self::Enumerators,
            _ => Self::Smaller,
        }
    }
}

/// Why a constant of that name is expected to change so, if it is.
pub fn expected(name: &str, (was, is): (i128, i128), among: Among) -> Option<Expected> {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let last = *words.last()?;
    if is > was && counts_others(&name, &words, among) {
        return Some(Expected::Counts);
    }
    if states_version(&words, among) {
        return Some(Expected::Version);
    }
    if MASKS.contains(&last) && was & is == was {
        return Some(Expected::Mask);
    }
    (last == "RESERVED" && was & is == is).then_some(Expected::Reserved)
}

const MASKS: [&str; 11] = [
    "MASK",
    "ALL",
    "FLAGS",
    "VALID",
    "SUPPORTED",
    "KNOWN",
    "ANY",
    "BITS",
    "FEATURES",
    "CAPS",
    "IOCTLS",
];

/// Whether a constant of that name, which consists of these words, is there to say how many others there
/// are: `FOO_MAX` and `NUM_FOO` are, `FOO_NUM_IRQ` is not.
fn counts_others(name: &str, words: &[&str], among: Among) -> bool {
    const LAST: [&str; 9] =
        ["MAX", "LAST", "COUNT", "NUM", "CNT", "NR", "END", "SENTINEL", "NBITS"];
    const FIRST: [&str; 3] = ["NUM", "NR", "MAX"];
    const LENGTHS: [&str; 3] = ["LIMIT", "SIZE", "LEN"];
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if among == Among::Smaller {
        let counts = |word: &&str| FIRST.contains(word) || word.ends_with("MAX");
        let is_plural = last.ends_with('S') && !last.ends_with("SS");
        let counts_many = is_plural && words.iter().rev().nth(1).is_some_and(counts);
        let is_internal = name.starts_with("__") && words.iter().any(counts);
        if counts_many || is_internal {
            return true;
        }
    }
    // A macro may be how long something is, which no program learns anew.
    let is_length = among == Among::Macros && words.iter().any(|word| LENGTHS.contains(word));
    !is_length && (LAST.contains(last) || FIRST.contains(first))
}

/// Whether a constant of these words states a version. One of several enumerators is an opcode or an
/// attribute that asks for a version.
fn states_version(words: &[&str], among: Among) -> bool {
    const LAST: [&str; 7] = ["VER", "REVISION", "MAJOR", "MINOR", "PATCH", "DATE", "RELEASE"];
    const ASKS: [&str; 6] = ["GET", "SET", "QUERY", "READ", "CMD", "OP"];
    if matches!(among, Among::Enumerators | Among::Smaller)
        || words.iter().any(|word| ASKS.contains(word))
    {
        return false;
    }
    let is_version = |word: &&str| matches!(*word, "VERSION" | "SUBVERSION");
    words.iter().any(is_version) || words.last().is_some_and(|last| LAST.contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, old: i128, new: i128, among: Among) -> Option<Expected> {
        expected(name, (old, new), among)
    }

    #[test]
    fn what_counts_others_is_known_by_whole_words_of_its_name() {
        for name in [
            "IFLA_MAX",
            "__IFLA_MAX",
            "BPF_LINK_TYPE_COUNT",
            "NUM_STATES",
            "foo_last",
            "__FOO_END__",
        ] {
            for among in [Among::Macros, Among::Enumerators, Among::Smaller, Among::Alone] {
                assert_eq!(of(name, 1, 2, among), Some(Expected::Counts), "{name} {among:?}");
            }
            assert_eq!(of(name, 2, 1, Among::Smaller), None, "{name} counts fewer");
        }
        for name in ["IFLA_MAXIMUM", "LASTING", "NUMBER", "END_FOO", "FOO_CLIMAX", "FOO_APPEND", ""]
        {
            assert_eq!(of(name, 1, 2, Among::Macros), None, "{name}");
            assert_eq!(of(name, 1, 2, Among::Enumerators), None, "{name}");
        }
        for name in ["FOO_SIZE", "FOO_NR_IRQ", "FOO_MAX_LEN"] {
            assert_eq!(of(name, 16, 32, Among::Macros), None, "{name}");
        }
    }

    /// The names are those of Linux 6.1 and 6.12.
    #[test]
    fn an_enumerator_above_all_others_may_count_them_by_a_word_further_inside() {
        let counts = [
            "__BPF_FUNC_MAX_ID",
            "BPF_TCP_MAX_STATES",
            "RDMA_NLDEV_NUM_OPS",
            "__LINUX_MIB_XFRMMAX",
        ];
        for name in counts {
            assert_eq!(of(name, 75, 79, Among::Smaller), Some(Expected::Counts), "{name}");
            assert_eq!(of(name, 75, 79, Among::Enumerators), None, "{name}");
        }
        for name in ["IPSTATS_MIB_OUTPKTS", "TC_MAX_RATE", "TC_MAX_LOSS", "DEV_BUF_SIZE"] {
            assert_eq!(of(name, 5, 37, Among::Smaller), None, "{name}");
        }
    }

    #[test]
    fn a_version_is_stated_by_a_macro_and_not_by_one_of_several_enumerators() {
        for name in ["FOO_VERSION", "LINUX_VERSION_CODE", "FOO_ABI_VERSION_MIN", "FOO_MINOR"] {
            assert_eq!(of(name, 3, 4, Among::Macros), Some(Expected::Version), "{name}");
            assert_eq!(of(name, 3, 4, Among::Alone), Some(Expected::Version), "{name}");
            assert_eq!(of(name, 3, 4, Among::Enumerators), None, "{name}");
            assert_eq!(of(name, 3, 4, Among::Smaller), None, "{name}");
        }
        for name in ["FOO_GET_VERSION", "FOO_CMD_VERSION", "FOO_INVERSION", "FOO_CONVERSION"] {
            assert_eq!(of(name, 3, 4, Among::Macros), None, "{name}");
        }
    }

    #[test]
    fn a_mask_may_gain_bits_and_one_of_reserved_bits_may_lose_some() {
        let of = |name, old, new| of(name, old, new, Among::Macros);
        assert_eq!(of("FOO_MASK", 1, 3), Some(Expected::Mask));
        assert_eq!(of("FOO_MASK", 3, 1), None);
        assert_eq!(of("FOO_SYNC", 1, 3), None);
        assert_eq!(of("FOO_ALL_READ", 0, 7), None);
        assert_eq!(of("HSA_CAP_RESERVED", 0xe00f_8000, 0x800f_8000), Some(Expected::Reserved));
        assert_eq!(of("HSA_CAP_RESERVED", 0x800f_8000, 0xe00f_8000), None);
    }
}
