//! The file that remembers the ABI: a number or an offset that was given away is not given to
//! another.

use std::collections::BTreeMap;

use ioctlkit_abi::spelling::is_c_name;

/// What the file begins with.
pub(crate) const FIRST_LINE: &str = "ioctlkit-abi 1";

/// An ABI, as the lock file has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    commands: BTreeMap<String, Command>,
    retired: BTreeMap<String, Command>,
    records: BTreeMap<String, Record>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    line: String,
    direction: String,
    letter: String,
    first: u32,
    last: u32,
    size: String,
    passing: String,
    argument: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Record {
    size: String,
    members: BTreeMap<String, Member>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    offset: String,
    ty: String,
    reserved: bool,
}

impl Lock {
    /// Reads the lines of a lock file, or of a plan.
    ///
    /// # Errors
    /// The number, from 1, of a line that does not describe a part of an ABI.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, usize> {
        let mut lock = Self::default();
        let mut record: Option<String> = None;
        for (index, line) in lines.into_iter().enumerate() {
            let wrong = index + 1;
            // Lines of it are told, and kept in the next version of the file.
            if !line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                return Err(wrong);
            }
            let (word, rest) = line.split_once(' ').ok_or(wrong)?;
            match word {
                "ioctlkit-abi" if index == 0 && line == FIRST_LINE => {}
                "struct" | "union" => {
                    let (tag, size) = rest.rsplit_once(' ').ok_or(wrong)?;
                    let tag = Some(tag).filter(|tag| is_c_name(tag)).ok_or(wrong)?;
                    let name = format!("{word} {tag}");
                    let body = Record { size: size.into(), members: BTreeMap::new() };
                    lock.records.insert(name.clone(), body);
                    record = Some(name);
                }
                "member" => {
                    let body = record.as_ref().and_then(|name| lock.records.get_mut(name));
                    let (name, member) = Member::parse(rest).ok_or(wrong)?;
                    body.ok_or(wrong)?.members.insert(name, member);
                }
                "command" => {
                    let (name, command) = Command::parse(rest).ok_or(wrong)?;
                    lock.commands.insert(name, command);
                }
                "retired" => {
                    let (name, command) = Command::parse(rest).ok_or(wrong)?;
                    lock.retired.insert(name, command);
                }
                _ => return Err(wrong),
            }
        }
        Ok(lock)
    }

    /// What callers of this ABI would meet under `next`, a sentence each.
    pub fn broken_by(&self, next: &Self) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, new) in &next.commands {
            if let Some(old) = self.commands.get(name).filter(|old| !old.is_kept_by(new)) {
                broken.push(format!("`{name}` was `{}`, and would be `{}`", old.line, new.line));
            }
            let given = self.commands.iter().chain(&self.retired).find(|(other, old)| {
                *other != name && !next.commands.contains_key(*other) && old.shares_nr_with(new)
            });
            if let Some((other, _)) = given {
                broken.push(format!("`{name}` would have the nr that `{other}` had"));
            }
        }
        for (name, old) in &self.records {
            if let Some(new) = next.records.get(name) {
                let grows = next
                    .commands
                    .values()
                    .any(|command| command.argument == *name && command.grows());
                broken.extend(old.broken_by(name, new, grows));
            }
        }
        broken
    }

    /// The commands of this ABI that `next` does not have.
    pub fn gone_from(&self, next: &Self) -> Vec<String> {
        self.commands.keys().filter(|name| !next.commands.contains_key(*name)).cloned().collect()
    }

    /// The file's text for an ABI that takes this one's place.
    pub fn followed_by(&self, lines: &[String], next: &Self) -> String {
        let mut text = lines.join("\n");
        text.push('\n');
        for (name, command) in self.commands.iter().chain(&self.retired) {
            if !next.commands.contains_key(name) {
                text.push_str("retired ");
                text.push_str(&command.line);
                text.push('\n');
            }
        }
        text
    }
}

impl Command {
    /// `NAME direction letter nr[-nr] size passing [argument]`.
    fn parse(line: &str) -> Option<(String, Self)> {
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
                last: number(last)?,
                size: words.next()?.to_owned(),
                passing: words.next()?.to_owned(),
                argument: words.next().unwrap_or_default().to_owned(),
            },
        ))
    }

    fn grows(&self) -> bool {
        self.passing.starts_with("growing")
    }

    fn is_kept_by(&self, new: &Self) -> bool {
        let same = |part: fn(&Self) -> &String| part(self) == part(new);
        same(|c| &c.direction)
            && same(|c| &c.letter)
            && same(|c| &c.passing)
            && same(|c| &c.argument)
            && self.first == new.first
            && self.last <= new.last
            && (self.grows() || same(|c| &c.size))
    }

    fn shares_nr_with(&self, other: &Self) -> bool {
        self.letter == other.letter && self.first <= other.last && other.first <= self.last
    }
}

impl Member {
    /// `offset name type [words]`.
    fn parse(line: &str) -> Option<(String, Self)> {
        let (offset, rest) = line.split_once(' ')?;
        let (name, rest) = rest.split_once(' ').filter(|(name, _)| is_c_name(name))?;
        let words: Vec<&str> = rest.split(' ').collect();
        let limits = |word: &&str| !word.contains('=');
        let ty: Vec<&str> = words.iter().copied().filter(limits).collect();
        let reserved = ty.last() == Some(&"reserved");
        Some((name.to_owned(), Self { offset: offset.into(), ty: ty.join(" "), reserved }))
    }
}

impl Record {
    fn broken_by(&self, name: &str, new: &Self, grows: bool) -> Vec<String> {
        let mut broken = Vec::new();
        let larger = || match (self.size.parse::<u64>(), new.size.parse::<u64>()) {
            (Ok(old), Ok(new)) => old <= new,
            _ => false,
        };
        if self.size != new.size && !(grows && larger()) {
            broken.push(format!("`{name}` had {} bytes, and would have {}", self.size, new.size));
        }
        for (member, old) in self.members.iter().filter(|(_, old)| !old.reserved) {
            match new.members.get(member) {
                None => broken.push(format!("`{name}` would lose `{member}`")),
                Some(new) if new.offset != old.offset || new.ty != old.ty => {
                    broken.push(format!(
                        "`{member}` of `{name}` was `{}` at {}, and would be `{}` at {}",
                        old.ty, old.offset, new.ty, new.offset
                    ));
                }
                Some(_) => {}
            }
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "ioctlkit-abi 1\n\
        struct a 16\n\
        member 0 flags __u32 flags=0x3\n\
        member 4 _reserved __u32 reserved\n\
        member 8 length __u64\n\
        command X_A read 0x45 0x01 16 pointer struct a\n\
        command X_B write 0x45 0x02-0x05 16 growing-number struct a\n\
        retired X_C none 0x45 0x08 0 nothing\n";

    fn broken(replace: &str, by: &str) -> Vec<String> {
        let new = OLD.replace(replace, by);
        assert_ne!(new, OLD);
        let new: Vec<&str> = new.lines().filter(|line| !line.starts_with("retired")).collect();
        Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(new).unwrap())
    }

    #[test]
    fn what_callers_would_notice_is_said() {
        for (replace, by, said) in [
            ("X_A read", "X_A write", "`X_A` was"),
            ("X_A read 0x45 0x01", "X_A read 0x45 0x06", "`X_A` was"),
            ("command X_A", "command X_D", "`X_D` would have the nr that `X_A` had"),
            ("0x45 0x01 16", "0x45 0x08 16", "the nr that `X_C` had"),
            ("member 8 length", "member 8 size", "would lose `length`"),
            ("length __u64", "length __s64", "was `__u64` at 8, and would be `__s64`"),
            ("0x02-0x05", "0x02-0x04", "`X_B` was"),
        ] {
            let broken = broken(replace, by);
            assert!(broken.iter().any(|line| line.contains(said)), "{by}: {broken:?}");
        }
    }

    #[test]
    fn what_callers_would_not_notice_is_let_be() {
        for (replace, by) in [
            ("command X_A read 0x45 0x01 16 pointer struct a\n", ""),
            ("_reserved __u32 reserved", "more __u32"),
            ("flags=0x3", "flags=0x7"),
            ("0x02-0x05", "0x02-0x06"),
            ("struct a 16", "struct a 24"),
        ] {
            assert_eq!(broken(replace, by), Vec::<String>::new(), "{by}");
        }
    }

    #[test]
    fn a_command_that_is_gone_stays_in_the_file() {
        let old = Lock::parse(OLD.lines()).unwrap();
        let lines = vec![FIRST_LINE.to_owned()];
        let new = Lock::parse(lines.iter().map(String::as_str)).unwrap();
        let text = old.followed_by(&lines, &new);
        assert!(text.contains("retired X_A read 0x45 0x01 16 pointer struct a\n"), "{text}");
        assert!(text.contains("retired X_C "), "{text}");
        let next = Lock::parse(text.lines()).unwrap();
        assert_eq!(next.followed_by(&lines, &new), text);
    }

    #[test]
    fn a_line_of_no_abi_is_told() {
        for (text, line) in [("ioctlkit-abi 2", 1), ("ioctlkit-abi 1\nmember 0 a b", 2)] {
            assert_eq!(Lock::parse(text.lines()), Err(line), "{text}");
        }
    }
}
