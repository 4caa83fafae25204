//! The type letter of a new driver's commands, which nobody else may have.

use std::fmt;

use ioctlkit_model::number_registry::{BLOCKS, Block};

/// How many numbers a new driver takes: its first commands, and room for more.
pub const NR_COUNT: u8 = 32;

/// Letters below are those of the first years, of which the kernel's table knows least.
const FIRST_CHOICE: u8 = 0x80;

/// A type letter with the first of [`NR_COUNT`] numbers, none of which the kernel's table gives to
/// anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeLetter {
    letter: u8,
    first_nr: u8,
}

/// A letter as it is given on a command line: `E`, or `0xe9`.
///
/// # Errors
/// Why it is none, for people.
pub fn parse_letter(text: &str) -> Result<u8, String> {
    let hexadecimal = text.strip_prefix("0x").map(|digits| u8::from_str_radix(digits, 16));
    match (text.as_bytes(), hexadecimal) {
        ([letter], _) if letter.is_ascii_graphic() => Ok(*letter),
        (_, Some(Ok(letter))) => Ok(letter),
        _ => Err("a type letter is one character, or 8 bits such as `0xe9`".into()),
    }
}

impl TypeLetter {
    /// A letter, with the numbers from `first_nr` on.
    ///
    /// # Errors
    /// Whose these numbers are, for people, and a letter that is free; or that there are fewer
    /// than [`NR_COUNT`].
    pub fn new(letter: u8, first_nr: u8) -> Result<Self, String> {
        let Some(last_nr) = first_nr.checked_add(NR_COUNT - 1) else {
            let most = u8::MAX - NR_COUNT + 1;
            return Err(format!(
                "a driver takes {NR_COUNT} numbers: {most:#04x} is the last that \
                                they can begin with"
            ));
        };
        let this = Self { letter, first_nr };
        let taken = BLOCKS.iter().find(|block| {
            block.type_letter == letter && block.first <= last_nr && first_nr <= block.last
        });
        match taken {
            None => Ok(this),
            Some(block) => Err(format!(
                "nr {:#04x} to {:#04x} of type {this} are {}: {} is free",
                block.first,
                block.last,
                owner(block),
                Self::free_for(&format!("{letter}")),
            )),
        }
    }

    /// A letter of which nobody has a number. Which one follows from the driver's name, so that
    /// two new drivers seldom have the same, and one always has its own.
    pub fn free_for(name: &str) -> Self {
        let free: Vec<u8> = (FIRST_CHOICE..=u8::MAX)
            .filter(|letter| BLOCKS.iter().all(|block| block.type_letter != *letter))
            .collect();
        let sum = name.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
        let letter = free.get(sum % free.len().max(1)).copied().unwrap_or(u8::MAX);
        Self { letter, first_nr: 0 }
    }

    /// The letter.
    pub fn letter(self) -> u8 {
        self.letter
    }

    /// The first nr.
    pub fn first_nr(self) -> u8 {
        self.first_nr
    }
}

impl fmt::Display for TypeLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.letter {
            letter if letter.is_ascii_alphanumeric() => write!(f, "'{}'", char::from(letter)),
            letter => write!(f, "{letter:#04x}"),
        }
    }
}

fn owner(block: &Block<'_>) -> String {
    let files: Vec<&str> = block.files().take(2).collect();
    if files.is_empty() { "somebody's".into() } else { format!("those of {}", files.join(" and ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_characters_or_numbers() {
        for (text, letter) in [("E", b'E'), ("0xe9", 0xe9), ("0", b'0'), ("0x0", 0)] {
            assert_eq!(parse_letter(text), Ok(letter), "{text}");
        }
        for text in ["", "EE", "0x", "0x100", "é", " ", "0xg"] {
            assert!(parse_letter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_kernel_has_given_away_is_refused() {
        let refused = TypeLetter::new(0xae, 0).unwrap_err();
        assert!(refused.contains("linux/kvm.h"), "{refused}");
        let refused = TypeLetter::new(b'w', 0).unwrap_err();
        assert!(refused.contains("of type 'w' are somebody's"), "{refused}");
        let refused = TypeLetter::new(0xe9, 0xe1).unwrap_err();
        assert!(refused.contains("0xe0 is the last"), "{refused}");
        // The block of `B` that ends at 0x1f leaves what is behind it.
        assert!(TypeLetter::new(b'B', 0x1f).is_err());
        assert!(TypeLetter::new(b'B', 0x20).is_ok());
    }

    #[test]
    fn a_letter_that_is_offered_can_be_had() {
        for name in ["echo", "pulse", "gas_meter", ""] {
            let free = TypeLetter::free_for(name);
            assert_eq!(TypeLetter::new(free.letter(), 0), Ok(free), "{name}");
        }
        assert_ne!(TypeLetter::free_for("echo"), TypeLetter::free_for("pulse"));
    }
}
