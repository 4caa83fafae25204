//! The file that remembers the ABI: a number or an offset that was given away is not given to
//! another. What was changed all the same, with `--break-abi`, stays in the file as it was.

use std::collections::BTreeMap;

use ioctlkit_abi::spelling::is_c_name;

/// What the file begins with.
pub(crate) const FIRST_LINE: &str = "ioctlkit-abi 1";

/// An ABI, as the lock file has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    lines: Vec<String>,
    commands: BTreeMap<String, Command>,
    retired: BTreeMap<String, Command>,
    records: BTreeMap<String, Record>,
    /// What was changed although callers would notice: the lines, behind `was`.
    was: Vec<String>,
    /// Those of them that are commands, which had numbers.
    former_commands: Vec<(String, Command)>,
}

/// A change that callers would notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// What changes, for people.
    pub message: String,
    /// The line that says how it was, where no other line of the new file does.
    was: Option<String>,
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
    line: String,
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
            if word == "was" {
                lock.remember(rest).ok_or(wrong)?;
                continue;
            }
            if word != "retired" {
                lock.lines.push(line.to_owned());
            }
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

    /// Takes in what is behind `was`.
    fn remember(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "command" => self.former_commands.push(Command::parse(rest)?),
            "struct" | "union" => {}
            "member" => {
                // The member of which structure comes first.
                let rest = rest.strip_prefix("struct ").or_else(|| rest.strip_prefix("union "))?;
                let (tag, member) = rest.split_once(' ').filter(|(tag, _)| is_c_name(tag))?;
                Member::parse(member).filter(|_| !tag.is_empty())?;
            }
            _ => return None,
        }
        self.was.push(line.to_owned());
        Some(())
    }

    /// What callers of this ABI would meet under `next`. A change that this ABI holds already was
    /// accepted when it was recorded.
    pub fn broken_by(&self, next: &Self) -> Vec<Break> {
        let mut broken = Vec::new();
        for (name, new) in &next.commands {
            let old = self.commands.get(name);
            if let Some(old) = old.filter(|old| !old.is_kept_by(new)) {
                let message = format!("`{name}` was `{}`, and would be `{}`", old.line, new.line);
                broken.push(Break { message, was: Some(format!("command {}", old.line)) });
            }
            if let Some(other) = self.former_owner((name, new), old, next) {
                let message = format!("`{name}` would have the nr that `{other}` had");
                broken.push(Break { message, was: None });
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

    /// The command that had an nr of `new` before it, which `old` did not have.
    fn former_owner(
        &self,
        (name, new): (&String, &Command),
        old: Option<&Command>,
        next: &Self,
    ) -> Option<&str> {
        let gone = self.commands.iter().chain(&self.retired);
        let gone = gone.filter(|(other, _)| !next.commands.contains_key(*other));
        let moved = self.former_commands.iter().map(|(other, former)| (other, former));
        gone.chain(moved).filter(|(other, _)| *other != name).find_map(|(other, former)| {
            let takes = |nr| {
                let has_nr = |command: &Command| command.has(&new.letter, nr);
                has_nr(former) && !old.is_some_and(has_nr)
            };
            (new.first..=new.last).any(takes).then_some(other.as_str())
        })
    }

    /// The commands of this ABI that `next` does not have.
    pub fn gone_from(&self, next: &Self) -> Vec<String> {
        self.commands.keys().filter(|name| !next.commands.contains_key(*name)).cloned().collect()
    }

    /// The file's text when `next` takes this ABI's place: with the commands that are gone, and what
    /// was before each change that callers notice.
    pub fn followed_by(&self, next: &Self) -> String {
        let mut lines = next.lines.clone();
        for (name, command) in self.commands.iter().chain(&self.retired) {
            if !next.commands.contains_key(name) {
                lines.push(format!("retired {}", command.line));
            }
        }
        let mut was = self.was.clone();
        for line in self.broken_by(next).into_iter().filter_map(|broken| broken.was) {
            if !was.contains(&line) {
                was.push(line);
            }
        }
        lines.extend(was.into_iter().map(|line| format!("was {line}")));
        lines.push(String::new());
        lines.join("\n")
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
                // A file that was edited by hand: no command has more numbers than an nr has bits for.
                last: number(last).filter(|last| *last <= 0xff)?,
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

    fn has(&self, letter: &str, nr: u32) -> bool {
        self.letter == letter && (self.first..=self.last).contains(&nr)
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
        Some((
            name.to_owned(),
            Self { line: line.into(), offset: offset.into(), ty: ty.join(" "), reserved },
        ))
    }
}

impl Record {
    fn broken_by(&self, name: &str, new: &Self, grows: bool) -> Vec<Break> {
        let mut broken = Vec::new();
        let larger = || match (self.size.parse::<u64>(), new.size.parse::<u64>()) {
            (Ok(old), Ok(new)) => old <= new,
            _ => false,
        };
        if self.size != new.size && !(grows && larger()) {
            let message = format!("`{name}` had {} bytes, and would have {}", self.size, new.size);
            broken.push(Break { message, was: Some(format!("{name} {}", self.size)) });
        }
        for (member, old) in self.members.iter().filter(|(_, old)| !old.reserved) {
            let message = match new.members.get(member) {
                None => format!("`{name}` would lose `{member}`"),
                Some(new) if new.offset != old.offset || new.ty != old.ty => {
                    format!(
                        "`{member}` of `{name}` was `{}` at {}, and would be `{}` at {}",
                        old.ty, old.offset, new.ty, new.offset
                    )
                }
                Some(_) => continue,
            };
            broken.push(Break { message, was: Some(format!("member {name} {}", old.line)) });
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
        let broken = Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(new).unwrap());
        broken.into_iter().map(|broken| broken.message).collect()
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
        let new = Lock::parse([FIRST_LINE]).unwrap();
        let text = old.followed_by(&new);
        assert!(text.contains("retired X_A read 0x45 0x01 16 pointer struct a\n"), "{text}");
        assert!(text.contains("retired X_C "), "{text}");
        let next = Lock::parse(text.lines()).unwrap();
        assert_eq!(next.followed_by(&new), text);
    }

    #[test]
    fn what_was_accepted_is_kept_as_it_was_and_not_refused_again() {
        for (replace, by, was) in [
            ("X_A read", "X_A write", "was command X_A read 0x45 0x01 16 pointer struct a\n"),
            ("X_A read 0x45 0x01", "X_A read 0x45 0x06", "was command X_A read 0x45 0x01 16"),
            ("command X_A", "command X_D", "retired X_A read 0x45 0x01 16 pointer struct a\n"),
            ("X_A read 0x45 0x01", "X_A read 0x45 0x08", "retired X_C none 0x45 0x08 0 nothing\n"),
            ("struct a 16\n", "struct a 12\n", "was struct a 16\n"),
            ("length __u64", "length __s64", "was member struct a 8 length __u64\n"),
            ("member 8 length __u64\n", "", "was member struct a 8 length __u64\n"),
        ] {
            let new = OLD.replace(replace, by);
            assert_ne!(new, OLD);
            let new: Vec<&str> = new.lines().filter(|line| !line.starts_with("retired")).collect();
            let new = Lock::parse(new).unwrap();
            let old = Lock::parse(OLD.lines()).unwrap();
            assert_ne!(old.broken_by(&new), [], "{by}");
            let text = old.followed_by(&new);
            assert!(text.contains(was), "{by}: {text}");
            let recorded = Lock::parse(text.lines()).unwrap();
            assert_eq!(recorded.broken_by(&new), [], "{by}: {text}");
            assert_eq!(recorded.followed_by(&new), text);
        }
    }

    #[test]
    fn a_number_that_a_command_moved_away_from_stays_taken() {
        let moved = OLD.replace("X_A read 0x45 0x01", "X_A read 0x45 0x06");
        let recorded = format!("{moved}was command X_A read 0x45 0x01 16 pointer struct a\n");
        let recorded = Lock::parse(recorded.lines()).unwrap();
        let again = format!("{moved}command X_E read 0x45 0x01 16 pointer struct a\n");
        let said = recorded.broken_by(&Lock::parse(again.lines()).unwrap());
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].message, "`X_E` would have the nr that `X_A` had");
    }

    #[test]
    fn a_family_that_grows_over_a_number_that_was_given_away_is_told() {
        let wider = OLD.replace("0x02-0x05", "0x02-0x08");
        let said =
            Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(wider.lines()).unwrap());
        assert_eq!(said[0].message, "`X_B` would have the nr that `X_C` had");
    }

    #[test]
    fn a_line_of_no_abi_is_told() {
        for (text, line) in [
            ("ioctlkit-abi 2", 1),
            ("ioctlkit-abi 1\nmember 0 a b", 2),
            ("ioctlkit-abi 1\nwas nothing", 2),
            ("ioctlkit-abi 1\nwas command X", 2),
            ("ioctlkit-abi 1\nwas member 0 a b", 2),
            ("ioctlkit-abi 1\ncommand A none 0x45 0x01-0xffffffff 0 nothing", 2),
        ] {
            assert_eq!(Lock::parse(text.lines()), Err(line), "{text}");
        }
    }
}
