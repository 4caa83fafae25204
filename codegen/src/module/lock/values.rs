//! The values that a member takes, as the file has them.

use std::fmt;

/// Which values a member takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    Any,
    /// No bits but these.
    Flags(u64),
    Range(i128, i128),
    Listed(Vec<i128>),
}

/// Sets of so many values are compared value by value.
const FEW: usize = 4096;

impl Taken {
    /// `flags=0x3`, `range=1..16` or `values=0,1,2`, taken apart.
    pub(super) fn parse(kind: &str, values: &str) -> Option<Self> {
        match kind {
            "flags" => u64::from_str_radix(values.strip_prefix("0x")?, 16).ok().map(Self::Flags),
            "range" => {
                let (first, last) = values.split_once("..")?;
                Some(Self::Range(first.parse().ok()?, last.parse().ok()?))
            }
            "values" => {
                let values = values.split(',').map(str::parse).collect::<Result<_, _>>();
                values.ok().map(Self::Listed)
            }
            _ => None,
        }
    }

    pub(super) fn takes(&self, value: i128) -> bool {
        match self {
            Self::Any => true,
            Self::Flags(mask) => u64::try_from(value).is_ok_and(|value| value & !mask == 0),
            Self::Range(first, last) => (*first..=*last).contains(&value),
            Self::Listed(values) => values.contains(&value),
        }
    }

    /// Whether every value of `old` is taken, of those between the `limits` of the type.
    pub(super) fn takes_all_of(&self, old: &Self, limits: Option<(i128, i128)>) -> bool {
        if *self == Self::Any || self == old {
            return true;
        }
        match (old, self) {
            (Self::Any, _) => match limits {
                Some((first, last)) => self.takes_between(first, last),
                None => false,
            },
            (Self::Flags(old), Self::Flags(new)) => old & !new == 0,
            // Bits together are less than all of them.
            (Self::Flags(old), Self::Range(..)) => self.takes(0) && self.takes((*old).into()),
            (Self::Flags(old), _) => {
                old.count_ones() < FEW.ilog2() && subsets(*old).all(|bits| self.takes(bits.into()))
            }
            (Self::Range(first, last), _) => self.takes_between(*first, *last),
            (Self::Listed(values), _) => values.iter().all(|value| self.takes(*value)),
        }
    }

    /// Whether all of these are taken.
    fn takes_between(&self, first: i128, last: i128) -> bool {
        match self {
            Self::Any => true,
            Self::Range(..) => self.takes(first) && self.takes(last),
            Self::Flags(mask) => {
                let Ok(last) = u64::try_from(last) else { return false };
                let every = u64::MAX.checked_shr(last.leading_zeros()).unwrap_or_default();
                first >= 0 && every & !mask == 0
            }
            Self::Listed(values) => {
                let is_few = last.saturating_sub(first) < i128::try_from(values.len()).unwrap_or(0);
                is_few && (first..=last).all(|value| values.contains(&value))
            }
        }
    }
}

/// Every set of these bits.
fn subsets(mask: u64) -> impl Iterator<Item = u64> {
    let next = move |bits: &u64| Some(bits.wrapping_sub(mask) & mask).filter(|bits| *bits != 0);
    std::iter::successors(Some(0), next)
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any value"),
            Self::Flags(mask) => write!(f, "the bits 0x{mask:x}"),
            Self::Range(first, last) => write!(f, "{first} to {last}"),
            Self::Listed(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&values.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Taken {
        let (kind, values) = text.split_once('=').unwrap_or((text, ""));
        if kind == "any" { Taken::Any } else { Taken::parse(kind, values).expect(text) }
    }

    /// Each pair is compared value by value over all that a byte holds.
    #[test]
    fn one_takes_all_of_another_where_it_takes_each_value() {
        let all = [
            "any",
            "flags=0x0",
            "flags=0x1",
            "flags=0x3",
            "flags=0x5",
            "flags=0xff",
            "range=0..0",
            "range=0..3",
            "range=0..4",
            "range=1..3",
            "range=0..255",
            "values=0",
            "values=0,1",
            "values=0,1,2,3",
            "values=0,1,4,5",
        ];
        for old in all {
            for new in all {
                let (one, other) = (parse(old), parse(new));
                let by_value = (0..=255).all(|value| !one.takes(value) || other.takes(value));
                assert_eq!(other.takes_all_of(&one, Some((0, 255))), by_value, "{old} {new}");
            }
        }
    }

    #[test]
    fn bits_are_not_all_of_a_range_beyond_them() {
        let all = Taken::Flags(u64::MAX);
        let last = i128::from(u64::MAX);
        assert!(all.takes_all_of(&Taken::Range(0, last), None));
        assert!(!all.takes_all_of(&Taken::Range(0, last + 1), None));
        assert!(!Taken::Flags(0).takes_all_of(&Taken::Range(0, last + 1), None));
    }

    #[test]
    fn what_is_no_set_of_values_is_refused() {
        for (kind, values) in [
            ("flags", "3"),
            ("flags", "0x1ffffffffffffffff"),
            ("range", "1"),
            ("range", "1..x"),
            ("values", ""),
            ("bits", "0x1"),
        ] {
            assert_eq!(Taken::parse(kind, values), None, "{kind}={values}");
        }
    }
}
