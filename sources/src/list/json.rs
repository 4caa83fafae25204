//! JSON: an object of names and numbers, or a list of objects with a name and a number each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::number::{LeadingZero, NOT_A_NUMBER, parse};
use super::{Broken, Entry, is_name, place};

/// The names, each with its number: a JSON number, or a text such as `"0x5401"`.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, Broken> {
    let broken = |error: serde_json::Error| Broken {
        message: format!("this is no JSON list of numbers: {error}"),
        line: None,
    };
    if text.trim_start().starts_with('[') {
        let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
        return Ok(rows.into_iter().filter_map(|row| of_row(text, row)).collect());
    }
    let Members(members) = serde_json::from_str(text).map_err(broken)?;
    let mut found = Vec::new();
    let mut behind = 0;
    for (name, value) in members {
        let of_value = place(text, value.get());
        // Between the value before it and its own; one that is spelled with escapes is at its value.
        let between = text.get(behind..of_value.start).unwrap_or_default();
        let at = between.rfind(&*name).map(|at| behind + at..behind + at + name.len());
        behind = of_value.end;
        if is_name(&name) {
            let at = at.unwrap_or(of_value);
            found.push(Entry { value: number(value), name: name.into_owned(), at });
        }
    }
    Ok(found)
}

/// `{"name": "TCGETS", "number": 21505}`.
fn of_row(text: &str, row: &RawValue) -> Option<Entry> {
    let row: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(row.get()).ok()?;
    let quoted = row.get("name")?;
    let name: String = serde_json::from_str(quoted.get()).ok()?;
    let value = row.get("number").or_else(|| row.get("value"));
    let value = value.map_or(Err(NOT_A_NUMBER), |value| number(value));
    let at = place(text, quoted.get());
    // Between the quotes.
    is_name(&name).then(|| Entry { name, at: at.start + 1..at.end.saturating_sub(1), value })
}

fn number(value: &RawValue) -> Result<u32, &'static str> {
    match serde_json::from_str::<Cow<'_, str>>(value.get()) {
        Ok(text) => parse(&text, LeadingZero::Refused),
        Err(_) => parse(value.get(), LeadingZero::Refused),
    }
}

/// The members of an object, in the order of the text.
struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of names and numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Object)
    }
}
