//! Types by name, found by a hash of the name. The table is made in one pass, for a kernel has more
//! than a hundred thousand types and a run asks for a dozen of them.

use super::{Btf, TypeId, kinds};

/// The named types of one section, in chains of those whose names' hashes begin alike.
#[derive(Debug)]
pub(super) struct Names {
    /// The place of the first type of each chain, counted from one; zero where there is none.
    chains: Vec<u32>,
    /// For each type the place of the next one of its chain, likewise.
    next: Vec<u32>,
    /// How many bits of a hash lie in front of those that number its chain.
    shift: u32,
}

impl Names {
    /// Hashes the name of every type that can be asked for.
    pub(super) fn of(btf: &Btf) -> Self {
        let bits = btf.starts.len().max(2).next_power_of_two().ilog2().min(31);
        let mut names = Self {
            chains: vec![0; 1 << bits],
            next: vec![0; btf.starts.len()],
            shift: u64::BITS - bits,
        };
        // From the last to the first, so that a chain has them in their order.
        for (index, start) in btf.starts.iter().enumerate().rev() {
            let start = *start as usize;
            let is_named = btf.kind(start).is_some_and(kinds::is_found_by_name);
            let Some(offset) = btf.bytes.u32(start).filter(|offset| is_named && *offset != 0)
            else {
                continue;
            };
            let first = &mut names.chains[(hash(btf.text(offset)) >> names.shift) as usize];
            names.next[index] = std::mem::replace(first, index as u32 + 1);
        }
        names
    }

    /// The types of that name, in their order.
    pub(super) fn find(&self, btf: &Btf, name: &str) -> Vec<TypeId> {
        let mut found = Vec::new();
        let mut place = self.chains[(hash(name.as_bytes()) >> self.shift) as usize];
        while let Some(index) = place.checked_sub(1) {
            let start = btf.starts.get(index as usize);
            let offset = start.and_then(|start| btf.bytes.u32(*start as usize));
            if offset.is_some_and(|offset| btf.text(offset) == name.as_bytes()) {
                found.push(btf.first + index);
            }
            place = self.next.get(index as usize).copied().unwrap_or(0);
        }
        found
    }
}

/// Multiplies by 2^64 divided by the golden ratio, eight bytes at a time.
fn hash(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = name.as_chunks::<8>();
    let add = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let hash = words.iter().fold(0, |hash, word| add(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().fold(1, |word, byte| word << 8 | u64::from(*byte));
    add(hash, last)
}
