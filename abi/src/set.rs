//! Sets of ABIs, one bit each.

use core::fmt;

use crate::{ABIS, Abi};

/// The place of an ABI in [`ABIS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AbiId(u8);

impl AbiId {
    pub(crate) const fn new(index: u8) -> Self {
        Self(index)
    }

    /// The index into [`ABIS`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The row.
    pub fn abi(self) -> &'static Abi {
        &ABIS[self.index()]
    }
}

/// A set of ABIs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct AbiSet(u64);

impl AbiSet {
    /// No ABI.
    pub const EMPTY: Self = Self(0);
    /// Every ABI of the table.
    pub const ALL: Self = Self((1 << ABIS.len()) - 1);

    /// One ABI of each group that places members alike: what holds for the layout of a structure
    /// without bit-fields on these holds on all.
    pub const LAYOUTS: Self = representatives(Alike::Layouts);

    /// One ABI of each group that places members alike and encodes command numbers alike.
    pub const NUMBERS: Self = representatives(Alike::LayoutsAndNumbers);

    /// The set that holds just `id`.
    pub const fn only(id: AbiId) -> Self {
        Self(1 << id.0)
    }

    /// The ABIs for which `predicate` holds.
    pub fn of(mut predicate: impl FnMut(&'static Abi) -> bool) -> Self {
        Self::ALL.iter().filter(|id| predicate(id.abi())).collect()
    }

    /// Whether the set holds `id`.
    pub const fn contains(self, id: AbiId) -> bool {
        self.0 & (1 << id.0) != 0
    }

    /// Adds `id`.
    pub const fn insert(&mut self, id: AbiId) {
        self.0 |= 1 << id.0;
    }

    /// The ABIs in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The ABIs in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The ABIs in this set and not in the other.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every ABI of this set is in the other.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many ABIs the set holds.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The first ABI in the table's order.
    pub const fn first(self) -> Option<AbiId> {
        if self.0 == 0 { None } else { Some(AbiId(self.0.trailing_zeros() as u8)) }
    }

    /// The ABIs in the table's order.
    pub const fn iter(self) -> AbiSetIter {
        AbiSetIter(self)
    }
}

/// The first ABI of each group.
const fn representatives(alike: Alike) -> AbiSet {
    let mut set = AbiSet::EMPTY;
    let mut i = 0;
    while i < ABIS.len() {
        let mut j = 0;
        while j < i && !alike.holds(&ABIS[j], &ABIS[i]) {
            j += 1;
        }
        if j == i {
            set.insert(AbiId::new(i as u8));
        }
        i += 1;
    }
    set
}

/// In what the ABIs of a group are alike.
#[derive(Clone, Copy)]
enum Alike {
    Layouts,
    LayoutsAndNumbers,
}

impl Alike {
    const fn holds(self, a: &Abi, b: &Abi) -> bool {
        let numbers = match self {
            Self::Layouts => true,
            Self::LayoutsAndNumbers => a.encoding as u8 == b.encoding as u8,
        };
        numbers && a.places_members_as(b)
    }
}

impl fmt::Debug for AbiSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|id| id.abi().name)).finish()
    }
}

impl FromIterator<AbiId> for AbiSet {
    fn from_iter<I: IntoIterator<Item = AbiId>>(ids: I) -> Self {
        let mut set = Self::EMPTY;
        for id in ids {
            set.insert(id);
        }
        set
    }
}

impl IntoIterator for AbiSet {
    type Item = AbiId;
    type IntoIter = AbiSetIter;

    fn into_iter(self) -> AbiSetIter {
        self.iter()
    }
}

/// Iterates over an [`AbiSet`] in the table's order.
#[derive(Debug, Clone)]
pub struct AbiSetIter(AbiSet);

impl Iterator for AbiSetIter {
    type Item = AbiId;

    fn next(&mut self) -> Option<AbiId> {
        let id = self.0.first()?;
        self.0 = self.0.difference(AbiSet::only(id));
        Some(id)
    }
}
