//! Maps of type numbers: the numbers are dense, so that one multiplication spreads them well enough.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::types::TypeId;

/// What is known of types, by their numbers.
pub(super) type IdMap<T> = HashMap<TypeId, T, BuildHasherDefault<IdHasher>>;

/// Types by their numbers.
pub(super) type IdSet = HashSet<TypeId, BuildHasherDefault<IdHasher>>;

/// Multiplies by 2^64 divided by the golden ratio.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
