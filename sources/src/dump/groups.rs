//! Entries by ABI: in version 2 a list, in which ABIs that agree share one; in version 1 an object
//! with a key for each ABI.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// The ABIs that an entry is for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Abis {
    /// A set by its number.
    Set(u32),
    /// Names.
    Names(Vec<String>),
}

/// Entries, each with its ABIs.
#[derive(Debug)]
pub(super) struct Groups<T>(pub(super) Vec<(Abis, T)>);

/// ABIs that have nothing to say. Why is not read.
#[derive(Debug, Default)]
pub(super) struct Reasons(pub(super) Vec<Abis>);

/// An entry that names its set, where a list holds it.
pub(super) trait OfSet {
    /// The number of the set.
    fn set(&self) -> Option<u32>;
}

/// A reason, which is its text in version 1. It is not kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reason {
    OfSet { abis: u32 },
    Text(de::IgnoredAny),
}

impl OfSet for Reason {
    fn set(&self) -> Option<u32> {
        match self {
            Self::OfSet { abis } => Some(*abis),
            Self::Text(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Reasons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Groups(found) = Groups::<Reason>::deserialize(deserializer)?;
        Ok(Self(found.into_iter().map(|(abis, _)| abis).collect()))
    }
}

impl<'de, T: Deserialize<'de> + OfSet> Deserialize<'de> for Groups<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + OfSet> Visitor<'de> for Entries<T> {
    type Value = Groups<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("entries for ABIs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some((name, entry)) = map.next_entry::<String, T>()? {
            found.push((Abis::Names(vec![name]), entry));
        }
        Ok(Groups(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = list.next_element::<T>()? {
            let set = entry.set().ok_or_else(|| A::Error::missing_field("abis"))?;
            found.push((Abis::Set(set), entry));
        }
        Ok(Groups(found))
    }
}
