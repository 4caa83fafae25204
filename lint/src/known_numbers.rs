//! Commands that the kernel's headers spell as plain numbers, as facts.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The data file. Each line that is no comment holds the number (hexadecimal), the name, the
/// header, and `everywhere` or `architecture`, with tabs between them.
const DATA: &str = include_str!("../data/plain-numbers.tsv");

/// A command that is a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainNumber {
    /// The macro.
    pub name: &'static str,
    /// The header that defines it.
    pub header: &'static str,
    /// Whether some architectures give it another number.
    pub varies: bool,
}

static NUMBERS: LazyLock<HashMap<u32, PlainNumber>> = LazyLock::new(|| {
    DATA.lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let number = u32::from_str_radix(fields.next()?, 16).ok()?;
            let (name, header) = (fields.next()?, fields.next()?);
            let varies = fields.next()? == "architecture";
            Some((number, PlainNumber { name, header, varies }))
        })
        .collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, u32>> =
    LazyLock::new(|| NUMBERS.iter().map(|(number, plain)| (plain.name, *number)).collect());

/// The number that a command has on most architectures.
pub fn of(name: &str) -> Option<u32> {
    BY_NAME.get(name).copied()
}

/// The command that has a number on most architectures.
pub fn named(number: u32) -> Option<PlainNumber> {
    NUMBERS.get(&number).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), NUMBERS.len());
    }

    #[test]
    fn the_numbers_are_those_of_the_headers() {
        let get = named(0x5413).unwrap();
        assert_eq!((get.name, get.header, get.varies), ("TIOCGWINSZ", "asm/ioctls.h", true));
        assert_eq!(named(0x4c00).map(|one| (one.name, one.varies)), Some(("LOOP_SET_FD", false)));
        assert_eq!(named(0x2285).map(|one| (one.name, one.header)), Some(("SG_IO", "scsi/sg.h")));
        assert_eq!(named(0xae01), None);
        assert_eq!(of("SIOCGIWNAME"), Some(0x8b01));
        assert_eq!(of("KVM_CREATE_VM"), None);
    }
}
