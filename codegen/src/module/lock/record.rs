//! A structure or union, as the file has it.

use std::collections::BTreeMap;

use ioctlkit_abi::spelling::is_c_name;

use super::Break;
use super::values::Taken;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record {
    size: String,
    pub(super) members: BTreeMap<String, Member>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    line: String,
    offset: String,
    ty: String,
    reserved: bool,
    taken: Taken,
    /// What is behind the address, where the file says so.
    to: Option<String>,
}

impl Member {
    /// `offset name type [words]`.
    pub(super) fn parse(line: &str) -> Option<(String, Self)> {
        let (offset, rest) = line.split_once(' ')?;
        let (name, rest) = rest.split_once(' ').filter(|(name, _)| is_c_name(name))?;
        let (mut taken, mut to) = (Taken::Any, None);
        let mut ty: Vec<&str> = Vec::new();
        for word in rest.split(' ') {
            match word.split_once('=') {
                None | Some(("count" | "creates" | "handle" | "destroys", _)) => ty.push(word),
                Some(("to", what)) => to = Some(what.to_owned()),
                Some((kind, values)) => taken = Taken::parse(kind, values)?,
            }
        }
        let reserved = ty.last() == Some(&"reserved");
        let ty = ty.join(" ");
        let member = Self { line: line.into(), offset: offset.into(), ty, reserved, taken, to };
        Some((name.to_owned(), member))
    }

    /// The integers that its type holds, where it is one of fixed size.
    fn limits(&self) -> Option<(i128, i128)> {
        let ty = self.ty.split(' ').next()?.strip_prefix("__")?;
        let bits: u8 = ty.get(1..)?.parse().ok().filter(|bits| matches!(bits, 8 | 16 | 32 | 64))?;
        Some(super::super::checks::limits(bits, ty.starts_with('s')))
    }
}

impl Record {
    /// `struct echo_config 24`, without its members.
    pub(super) fn parse(line: &str) -> Option<(String, Self)> {
        let (name, size) = line.rsplit_once(' ')?;
        let (_, tag) = name.split_once(' ').filter(|(_, tag)| is_c_name(tag))?;
        debug_assert!(!tag.is_empty());
        Some((name.to_owned(), Self { size: size.into(), members: BTreeMap::new() }))
    }

    /// What callers would notice of `new` in this one's place; `grows` where commands take more bytes
    /// than callers know of.
    pub(super) fn broken_by(&self, name: &str, new: &Self, grows: bool) -> Vec<Break> {
        let mut broken = Vec::new();
        let is_larger = || match (self.size.parse::<u64>(), new.size.parse::<u64>()) {
            (Ok(old), Ok(new)) => old <= new,
            _ => false,
        };
        if self.size != new.size && !(grows && is_larger()) {
            let message = format!("`{name}` had {} bytes, and would have {}", self.size, new.size);
            broken.push(Break { message, was: Some(format!("{name} {}", self.size)) });
        }
        for (member, old) in self.members.iter().filter(|(_, old)| !old.reserved) {
            let message = match new.members.get(member) {
                None => format!("`{name}` would lose `{member}`"),
                Some(new) if new.offset != old.offset || new.ty != old.ty => format!(
                    "`{member}` of `{name}` was `{}` at {}, and would be `{}` at {}",
                    old.ty, old.offset, new.ty, new.offset
                ),
                Some(new) if !new.taken.takes_all_of(&old.taken, new.limits()) => format!(
                    "`{member}` of `{name}` took {}, and would take {}",
                    old.taken, new.taken
                ),
                // A file of an earlier version does not say what was there.
                Some(new) if old.to.is_some() && new.to != old.to => format!(
                    "`{member}` of `{name}` pointed to `{}`, and would point to `{}`",
                    old.to.as_deref().unwrap_or_default(),
                    new.to.as_deref().unwrap_or("void")
                ),
                Some(_) => continue,
            };
            broken.push(Break { message, was: Some(format!("member {name} {}", old.line)) });
        }
        let is_new = |member: &&String| self.members.get(*member).is_none_or(|old| old.reserved);
        for (member, new) in new.members.iter().filter(|(member, _)| is_new(member)) {
            // Callers that were built before leave a 0 in what was reserved.
            if !new.reserved && !new.taken.takes(0) {
                let message = format!(
                    "`{member}` of `{name}` is new, and would take {}, but not the 0 that callers \
                     pass until now",
                    new.taken
                );
                broken.push(Break { message, was: None });
            }
        }
        broken
    }
}
