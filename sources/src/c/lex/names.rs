//! What a name is made of, and names by their hashes.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

/// Something for names, by their hashes.
pub(crate) type ByName<T> = HashMap<u64, T, FxBuildHasher>;
/// Names by their hashes.
pub(crate) type NameSet = HashSet<u64, FxBuildHasher>;

/// Identifiers are hashed by the million, and nobody can gain from a collision.
struct Fnv(u64);

impl Fnv {
    const START: Self = Self(0xcbf2_9ce4_8422_2325);

    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn end(mut self) -> u64 {
        self.add(0xff);
        self.0
    }
}

/// The hash of a name.
pub(crate) fn hash(name: &str) -> u64 {
    let mut hash = Fnv::START;
    name.bytes().for_each(|byte| hash.add(byte));
    hash.end()
}

/// The words of a text, those of comments and strings as well, hashed as [`hash`] does.
pub(crate) fn hashed_words(text: &[u8]) -> impl Iterator<Item = u64> {
    let is_word = |byte: u8| is_word(byte) && byte != b'$' && byte.is_ascii();
    let mut bytes = text.iter().copied();
    std::iter::from_fn(move || {
        let mut hash = Fnv::START;
        hash.add(bytes.find(|byte| is_word(*byte))?);
        for byte in bytes.by_ref().take_while(|byte| is_word(*byte)) {
            hash.add(byte);
        }
        Some(hash.end())
    })
}

/// The bytes that words begin with.
const WORD_STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        starts[at] = byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80;
        at += 1;
    }
    starts
};

pub(super) fn is_word_start(byte: u8) -> bool {
    WORD_STARTS[usize::from(byte)]
}

pub(super) fn is_word(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_hashed_as_names_are() {
        let found: Vec<u64> = hashed_words("/* a_1 */ \"B\" 2x\u{e9}c$d".as_bytes()).collect();
        assert_eq!(found, ["a_1", "B", "2x", "c", "d"].map(hash));
    }
}
