//! The file that remembers the ABI: a number or an offset that was given away is not given to
//! another, and what callers could do they can do. What was changed all the same, with `--break-abi`,
//! stays in the file as it was.

mod command;
mod constant;
mod needs;
mod record;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use ioctlkit_abi::spelling::is_c_name;

use super::plan::Plan;
use command::LockedCommand;
use constant::Constant;
use needs::Needs;
use record::{Member, Record};

/// What the file begins with.
pub(crate) const FIRST_LINE: &str = "ioctlkit-abi 2";

/// What one of an earlier version began with, which said nothing of constants and of what callers need.
const WITHOUT_PROMISES: &str = "ioctlkit-abi 1";

/// An ABI, as the lock file has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    /// The lines that say what there is, without the first.
    lines: Vec<String>,
    commands: BTreeMap<String, LockedCommand>,
    retired: BTreeMap<String, LockedCommand>,
    records: BTreeMap<String, Record>,
    /// Constants, and what each command needs; `None` where the file is too old to say.
    promises: Option<Promises>,
    /// What was changed although callers would notice: the lines, behind `was`.
    was: Vec<String>,
    /// Those of them that are commands, which had numbers.
    former_commands: Vec<(String, LockedCommand)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Promises {
    constants: BTreeMap<String, Constant>,
    needs: BTreeMap<String, Needs>,
}

/// A change that callers would notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// What changes, for people.
    pub message: String,
    /// The line that says how it was, where no other line of the new file does.
    was: Option<String>,
}

impl Lock {
    /// The ABI of a plan.
    ///
    /// # Errors
    /// The number, from 1, of a line that does not describe a part of an ABI.
    pub fn of(plan: &Plan) -> Result<Self, usize> {
        let lines = plan.abi.iter().skip(1).chain(&plan.promises).map(String::as_str);
        Self::parse(std::iter::once(FIRST_LINE).chain(lines))
    }

    /// Reads the lines of a lock file.
    ///
    /// # Errors
    /// The number, from 1, of a line that does not describe a part of an ABI.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, usize> {
        let mut lines = lines.into_iter();
        let promises = match lines.next() {
            Some(FIRST_LINE) => Some(Promises::default()),
            Some(WITHOUT_PROMISES) => None,
            _ => return Err(1),
        };
        let mut lock = Self { promises, ..Self::default() };
        let mut record: Option<String> = None;
        for (line, number) in lines.zip(2_usize..) {
            // Lines appear in messages and are copied to the next version of the file.
            let is_text = line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            let read = Some(()).filter(|()| is_text).and_then(|()| lock.read(line, &mut record));
            read.ok_or(number)?;
        }
        Ok(lock)
    }

    /// Takes in a line behind the first; members belong to the `record` before them.
    fn read(&mut self, line: &str, record: &mut Option<String>) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "struct" | "union" | "typedef" => {
                let (name, body) = Record::parse(line)?;
                self.records.insert(name.clone(), body);
                *record = Some(name);
            }
            "member" => {
                let body = self.records.get_mut(record.as_ref()?)?;
                let (name, member) = Member::parse(rest)?;
                body.members.insert(name, member);
            }
            "command" => {
                let (name, command) = LockedCommand::parse(rest)?;
                self.commands.insert(name, command);
            }
            "constant" => {
                let (name, constant) = Constant::parse(rest)?;
                self.promises.as_mut()?.constants.insert(name, constant);
            }
            "needs" => {
                let (name, needs) = Needs::parse(rest)?;
                self.promises.as_mut()?.needs.insert(name, needs);
            }
            "retired" => {
                let (name, command) = LockedCommand::parse(rest)?;
                self.retired.insert(name, command);
                return Some(());
            }
            "was" => return self.remember(rest),
            _ => return None,
        }
        self.lines.push(line.to_owned());
        Some(())
    }

    /// Takes in what is behind `was`.
    fn remember(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "command" => self.former_commands.push(LockedCommand::parse(rest)?),
            "constant" => drop(Constant::parse(rest)?),
            "needs" => drop(Needs::parse(rest)?),
            "struct" | "union" | "typedef" => drop(Record::parse(line)?),
            "member" => {
                // The member of which structure comes first.
                let keywords = ["struct ", "union ", "typedef "];
                let rest = keywords.iter().find_map(|keyword| rest.strip_prefix(keyword))?;
                let (_, member) = rest.split_once(' ').filter(|(tag, _)| is_c_name(tag))?;
                Member::parse(member)?;
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
        for (name, old) in &self.commands {
            if !next.commands.contains_key(name) {
                let message = format!("`{name}`, which is `{}`, would be gone", old.line);
                broken.push(Break { message, was: None });
            }
        }
        for (name, new) in &next.commands {
            let recorded = self.commands.get(name);
            let old = recorded.or_else(|| self.retired.get(name));
            if let Some(old) = old.filter(|old| !old.is_kept_by(new)) {
                let message = format!("`{name}` was `{}`, and would be `{}`", old.line, new.line);
                broken.push(Break { message, was: Some(format!("command {}", old.line)) });
            }
            if let Some(other) = self.former_owner((name, new), recorded, next) {
                let message = format!("`{name}` would have the nr that `{other}` had");
                broken.push(Break { message, was: None });
            }
        }
        for (name, old) in &self.records {
            if let Some(new) = next.records.get(name) {
                let mut commands = next.commands.values();
                let tag = name.strip_prefix("typedef ").unwrap_or(name);
                let grows = commands.any(|command| command.argument == tag && command.grows());
                broken.extend(old.broken_by(name, new, grows));
            }
        }
        if let (Some(old), Some(new)) = (&self.promises, &next.promises) {
            broken.extend(constant::broken(&old.constants, &new.constants));
            let kept = self.commands.keys().filter(|name| next.commands.contains_key(*name));
            broken.extend(
                kept.flat_map(|name| needs::broken(name, old.needs.get(name), new.needs.get(name))),
            );
        }
        broken
    }

    /// The command that had an nr of `new` before it, which `old` did not have.
    fn former_owner(
        &self,
        (name, new): (&String, &LockedCommand),
        old: Option<&LockedCommand>,
        next: &Self,
    ) -> Option<&str> {
        let gone = self.commands.iter().chain(&self.retired);
        let gone = gone.filter(|(other, _)| !next.commands.contains_key(*other));
        let moved = self.former_commands.iter().map(|(other, former)| (other, former));
        let mut owners = gone.chain(moved).filter(|(other, _)| *other != name);
        let (other, _) = owners.find(|(_, former)| new.takes_over(former, old))?;
        Some(other)
    }

    /// The commands of this ABI that `next` does not have.
    pub fn gone_from(&self, next: &Self) -> Vec<String> {
        self.commands.keys().filter(|name| !next.commands.contains_key(*name)).cloned().collect()
    }

    /// The file's text when `next` takes this ABI's place: with the commands that are gone, and what
    /// was before each change that callers notice.
    pub fn followed_by(&self, next: &Self) -> String {
        let mut lines = vec![FIRST_LINE.to_owned()];
        lines.extend(next.lines.iter().cloned());
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
