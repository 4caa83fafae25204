//! A command, as the file has it.

use ioctlkit_abi::spelling::is_c_name;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LockedCommand {
    pub(super) line: String,
    direction: String,
    letter: String,
    first: u32,
    last: u32,
    size: String,
    passing: String,
    pub(super) argument: String,
}

impl LockedCommand {
    /// `NAME direction letter nr[-nr] size passing [argument]`.
    pub(super) fn parse(line: &str) -> Option<(String, Self)> {
        let mut words = line.splitn(7, ' ');
        let name = words.next().filter(|name| is_c_name(name))?.to_owned();
        let direction = words.next()?.to_owned();
        let letter = words.next()?.to_owned();
        let nr = words.next()?;
        let (first, last) = nr.split_once('-').unwrap_or((nr, nr));
        let number = |text: &str| u32::from_str_radix(text.strip_prefix("0x")?, 16).ok();
        Some((
            name,
            Self {
                line: line.to_owned(),
                direction,
                letter,
                first: number(first)?,
                // A file that was edited by hand: no command has more numbers than an nr has bits for.
                last: number(last).filter(|last| *last <= 0xff)?,
                size: words.next()?.to_owned(),
                passing: words.next()?.to_owned(),
                argument: words.next().unwrap_or_default().to_owned(),
            },
        ))
    }

    pub(super) fn grows(&self) -> bool {
        self.passing.starts_with("growing")
    }

    pub(super) fn is_kept_by(&self, new: &Self) -> bool {
        let same = |part: fn(&Self) -> &String| part(self) == part(new);
        same(|c| &c.direction)
            && same(|c| &c.letter)
            && same(|c| &c.passing)
            && same(|c| &c.argument)
            && self.first == new.first
            && self.last <= new.last
            && (self.grows() || same(|c| &c.size))
    }

    /// Whether it has an nr that `former` had, and that it did not have when it was `recorded`.
    pub(super) fn takes_over(&self, former: &Self, recorded: Option<&Self>) -> bool {
        let takes = |nr| {
            let has_nr = |other: &Self| other.has(&self.letter, nr);
            has_nr(former) && !recorded.is_some_and(has_nr)
        };
        (self.first..=self.last).any(takes)
    }

    fn has(&self, letter: &str, nr: u32) -> bool {
        self.letter == letter && (self.first..=self.last).contains(&nr)
    }
}
