//! The note in which a generated module states its ABI: what `ioctl-gen` has written there.
//!
//! Lines of text: `command NAME DIRECTION 0xLETTER 0xNR[-0xLAST] SIZE PASSING TYPE`,
//! `struct NAME SIZE` or `typedef NAME SIZE`, and behind each structure `member OFFSET NAME TYPE…`. What differs between
//! ABIs has the word `varies` in place of a number.

use ioctlkit_abi::Direction;
use ioctlkit_model::{AbiRecord, RecordedCommand, RecordedMember, RecordedRecord};

use super::elf::Elf;
use super::listing::Listing;

/// The note's owner and type.
const OWNER: &[u8] = b"ioctlkit\0";
const TYPE: u32 = 1;

/// The first line: the format and its version.
const FIRST_LINE: &str = "ioctlkit-abi 1";

/// Why a record cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RecordError {
    /// Another version of the format.
    Version(String),
    /// A line that is none of a record.
    Line(String),
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Version(line) => {
                write!(f, "its ABI record begins with `{line}` and not with `{FIRST_LINE}`")
            }
            Self::Line(line) => write!(f, "its ABI record has the unknown line `{line}`"),
        }
    }
}

/// The text of the record, if the object has one.
pub(super) fn find(elf: &Elf<'_>) -> Option<String> {
    elf.sections.iter().filter(|section| section.name.starts_with(".note")).find_map(|section| {
        let description = note(elf, section.data()?)?;
        let end = description.iter().position(|byte| *byte == 0).unwrap_or(description.len());
        Some(String::from_utf8_lossy(&description[..end]).into_owned())
    })
}

/// The description of our note among those of a section.
fn note<'d>(elf: &Elf<'_>, mut notes: &'d [u8]) -> Option<&'d [u8]> {
    const HEADER: usize = 12;
    loop {
        let word = |index: usize| elf.u32(notes.get(index * 4..)?);
        let (name_size, size, kind) = (word(0)? as usize, word(1)? as usize, word(2)?);
        let name = notes.get(HEADER..HEADER.checked_add(name_size)?)?;
        // Names and descriptions fill words.
        let start = HEADER.checked_add(name_size.checked_next_multiple_of(4)?)?;
        let description = notes.get(start..start.checked_add(size)?)?;
        if kind == TYPE && name == OWNER {
            return Some(description);
        }
        notes = notes.get(start.checked_add(size.checked_next_multiple_of(4)?)?..)?;
    }
}

/// Reads a record's text, and lists it.
pub(super) fn read(text: &str, listing: &mut Listing) -> Result<AbiRecord, RecordError> {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    listing.plain(format_args!("/* the ABI record:"));
    let span = listing.line(format_args!("{first}"), 0..first.len());
    if first != FIRST_LINE {
        return Err(RecordError::Version(shown(first)));
    }
    let mut record = AbiRecord { span, commands: Vec::new(), records: Vec::new() };
    for line in lines {
        let span = listing.line(format_args!("{line}"), 0..line.len());
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let read = match word {
            "command" => command(rest, span).map(|command| record.commands.push(command)),
            "struct" | "union" | "typedef" => line.rsplit_once(' ').and_then(|(name, size)| {
                let size = Number::read(size)?.known();
                let name = name.strip_prefix("typedef ").unwrap_or(name).to_owned();
                record.records.push(RecordedRecord { name, size, members: Vec::new(), span });
                Some(())
            }),
            "member" => record.records.last_mut().and_then(|record| {
                record.members.push(member(rest, span)?);
                Some(())
            }),
            _ => None,
        };
        read.ok_or_else(|| RecordError::Line(shown(line)))?;
    }
    listing.plain(format_args!("*/"));
    Ok(record)
}

/// A line as a message quotes it.
fn shown(line: &str) -> String {
    const LONGEST: usize = 60;
    line.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

fn command(text: &str, span: ioctlkit_model::Span) -> Option<RecordedCommand> {
    let mut words = text.split(' ');
    let name = words.next()?.to_owned();
    let direction = words.next()?;
    let direction = [Direction::None, Direction::Read, Direction::Write, Direction::ReadWrite]
        .into_iter()
        .find(|known| known.name() == direction)?;
    let type_letter = hexadecimal(words.next()?)?;
    let nrs = words.next()?;
    let (nr, last_nr) = match nrs.split_once('-') {
        Some((first, last)) => (hexadecimal(first)?, Some(hexadecimal(last)?)),
        None => (hexadecimal(nrs)?, None),
    };
    let size = Number::read(words.next()?)?.known();
    Some(RecordedCommand { name, direction, type_letter, nr, last_nr, size, span })
}

fn member(text: &str, span: ioctlkit_model::Span) -> Option<RecordedMember> {
    let mut words = text.split(' ');
    let offset = Number::read(words.next()?)?.known();
    Some(RecordedMember { name: words.next()?.to_owned(), offset, span })
}

fn hexadecimal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// A number, or the word for one that differs between ABIs.
#[derive(Debug, Clone, Copy)]
enum Number {
    Varies,
    Is(u64),
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        if text == "varies" { Some(Self::Varies) } else { text.parse().ok().map(Self::Is) }
    }

    fn known(self) -> Option<u64> {
        match self {
            Self::Varies => None,
            Self::Is(number) => Some(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AbiRecord, RecordError> {
        super::read(text, &mut Listing::new("a.ko".as_ref()))
    }

    #[test]
    fn every_kind_of_line_is_read() {
        let record = read(
            "ioctlkit-abi 1\n\
             command ECHO_READ read 0xe9 0x02 24 pointer struct echo_config\n\
             command ECHO_SLOT none 0xe9 0x10-0x1f varies value __u32\n\
             struct echo_config 24\n\
             member 0 repeat __u32 range=1..8\n\
             member varies delay __u64\n\
             typedef echo_t 4\n",
        )
        .unwrap();
        let [read, slot] = &record.commands[..] else { panic!("two commands") };
        assert_eq!((read.name.as_str(), read.direction), ("ECHO_READ", Direction::Read));
        assert_eq!((read.type_letter, read.nr, read.last_nr, read.size), (0xe9, 2, None, Some(24)));
        assert_eq!((slot.nr, slot.last_nr, slot.size), (0x10, Some(0x1f), None));
        assert_eq!(record.records[0].name, "struct echo_config");
        assert_eq!((record.records[1].name.as_str(), record.records[1].size), ("echo_t", Some(4)));
        let offsets: Vec<_> = record.records[0].members.iter().map(|one| one.offset).collect();
        assert_eq!(offsets, [Some(0), None]);
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_line() {
        assert_eq!(read("ioctlkit-abi 2\n"), Err(RecordError::Version("ioctlkit-abi 2".into())));
        for line in ["member 0 a int", "command X sideways 0x1 0x1 4", "struct x", "what else"] {
            let text = format!("ioctlkit-abi 1\n{line}\n");
            assert_eq!(read(&text), Err(RecordError::Line(line.into())));
        }
    }
}
