//! A constant of the header, as the file has it.

use std::collections::BTreeMap;

use ioctlkit_abi::spelling::is_c_name;
use ioctlkit_model::{Among, expected};

use super::Break;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Constant {
    line: String,
    /// In decimal, or `varies`.
    value: String,
    among: Among,
}

impl Constant {
    /// `NAME value [among]`.
    pub(super) fn parse(line: &str) -> Option<(String, Self)> {
        let mut words = line.split(' ');
        let name = words.next().filter(|name| is_c_name(name))?.to_owned();
        let value = words.next()?.to_owned();
        let is_known = value == "varies" || value.parse::<i128>().is_ok();
        let among = match words.next() {
            None => Among::Macros,
            Some("enumerator") => Among::Enumerators,
            Some("greatest") => Among::Smaller,
            Some("alone") => Among::Alone,
            Some(_) => return None,
        };
        let is_whole = is_known && words.next().is_none();
        is_whole.then(|| (name, Self { line: line.to_owned(), value, among }))
    }

    /// Whether `new` is a value that a constant of that name comes to with every version: a count, a
    /// version, a mask that has all the bits it had.
    fn is_expected(&self, name: &str, new: &Self) -> bool {
        let (Ok(was), Ok(is)) = (self.value.parse(), new.value.parse()) else { return false };
        expected(name, (was, is), self.among.in_both(new.among)).is_some()
    }
}

/// What callers would notice of other constants.
pub(super) fn broken(
    old: &BTreeMap<String, Constant>,
    new: &BTreeMap<String, Constant>,
) -> Vec<Break> {
    let mut broken = Vec::new();
    for (name, was) in old {
        let message = match new.get(name) {
            None => format!("`{name}`, which is {}, would be gone", was.value),
            Some(is) if is.value != was.value && !was.is_expected(name, is) => {
                format!("`{name}` was {}, and would be {}", was.value, is.value)
            }
            Some(_) => continue,
        };
        broken.push(Break { message, was: Some(format!("constant {}", was.line)) });
    }
    broken
}
