//! Which members are checked, and how.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Interface, Layouts, Member, RecordId, Role, Values};

use super::in_rust::identifier;
use super::names;
use super::plan::{Check, Define, Rule};
use super::shape::{Refusal, Shape, record_tag, record_type};
use super::unit_tests::unit_test;

/// The functions that check structures, each behind those that it calls.
#[derive(Debug)]
pub(crate) struct Checks<'a> {
    layouts: &'a Layouts<'a>,
    abi: AbiId,
    symbol: &'a str,
    known: BTreeMap<u32, Option<String>>,
    /// The functions so far.
    pub(crate) functions: Vec<Check>,
}

impl<'a> Checks<'a> {
    pub(crate) fn new(layouts: &'a Layouts<'a>, abi: AbiId, symbol: &'a str) -> Self {
        Self { layouts, abi, symbol, known: BTreeMap::new(), functions: Vec::new() }
    }

    /// The function that checks a structure; `None` where there is nothing to check.
    pub(crate) fn of(&mut self, id: RecordId) -> Result<Option<String>, Refusal> {
        if let Some(known) = self.known.get(&id.0) {
            return Ok(known.clone());
        }
        // A structure that held itself would have no layout, and is refused before.
        self.known.insert(id.0, None);
        let interface = self.layouts.interface();
        let Some(body) = interface.body(id, self.abi) else { return Ok(None) };
        if interface.record(id).kind == RecordKind::Union {
            // Which of the members counts is for the driver to know.
            return Ok(None);
        }
        let tag = record_tag(interface, id);
        let (mut rules, mut masks) = (Vec::new(), Vec::new());
        for member in &body.members {
            let Some(name) = &member.name else { continue };
            let shape = Shape::of(self.layouts, self.abi, &member.ty)?;
            rules.extend(self.member(&tag, name, member, &shape)?);
            masks.extend(mask(interface, &tag, member, &shape));
        }
        if rules.is_empty() {
            return Ok(None);
        }
        let short = tag.strip_prefix(&format!("{}_", self.symbol)).unwrap_or(&tag);
        let check = format!("{}_check_{short}", self.symbol);
        let declares = rules.iter().any(|rule| matches!(rule, Rule::NestedArray { .. }));
        let r#type = record_type(interface, id);
        let function = check.clone();
        let test = format!("{}_kunit_{short}", self.symbol);
        let test = unit_test(self.layouts, self.abi, id, test)?;
        self.functions.push(Check { function, r#type, masks, declares, rules, test });
        self.known.insert(id.0, Some(check.clone()));
        Ok(Some(check))
    }

    fn member(
        &mut self,
        tag: &str,
        name: &str,
        member: &Member,
        shape: &Shape,
    ) -> Result<Vec<Rule>, Refusal> {
        let place = format!("arg->{name}");
        if is_reserved(member) {
            return Ok(vec![match shape {
                Shape::Integer { .. } | Shape::Word { .. } | Shape::Char => Rule::Condition {
                    condition: place,
                    in_rust: format!("self.{} != 0", identifier(name)),
                },
                Shape::Array(..) => {
                    Rule::ReservedBytes { place: place.clone(), whole: place, member: name.into() }
                }
                _ => Rule::ReservedBytes {
                    place: format!("&{place}"),
                    whole: place,
                    member: name.into(),
                },
            }]);
        }
        match shape {
            Shape::Integer { bits, signed } => {
                let spell =
                    |value| names::value(self.layouts.interface(), member, value, *bits, *signed);
                Ok(condition(&valid_bits(tag, name), &place, member, (*bits, *signed), spell))
            }
            Shape::Record(id) => {
                let nested = |check| Rule::Nested { check, place, member: name.into() };
                Ok(self.of(*id)?.map(nested).into_iter().collect())
            }
            Shape::Array(element, _) => match &**element {
                Shape::Record(id) => Ok(self
                    .of(*id)?
                    .map(|check| Rule::NestedArray { check, place, member: name.into() })
                    .into_iter()
                    .collect()),
                Shape::Array(..) => match element.element() {
                    Shape::Record(id) if self.of(*id)?.is_some() => Err(format!(
                        "`{name}` is an array of arrays: what its structures may hold cannot be checked"
                    )),
                    _ => Ok(Vec::new()),
                },
                _ if member.purpose.values != Values::Any => Err(format!(
                    "`{name}` is an array: only single integers can be limited to some values"
                )),
                _ => Ok(Vec::new()),
            },
            _ if member.purpose.values != Values::Any => {
                Err(format!("`{name}` is no integer of fixed size: its values cannot be limited"))
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Whether a member must be zero.
pub(crate) fn is_reserved(member: &Member) -> bool {
    member.purpose.role == Role::Reserved
}

/// The macro of the bits that a member may have, with them.
pub(crate) fn mask(
    interface: &Interface,
    tag: &str,
    member: &Member,
    shape: &Shape,
) -> Option<Define> {
    let (Values::Flags(mask), Shape::Integer { bits, .. }) = (&member.purpose.values, shape) else {
        return None;
    };
    let name = valid_bits(tag, member.name.as_deref()?);
    let value = names::mask(interface, member, *mask, *bits);
    Some(Define { name, value, docs: Vec::new() })
}

/// The name of that macro.
pub(crate) fn valid_bits(tag: &str, member: &str) -> String {
    format!("{}_{}_VALID", tag.to_uppercase(), member.to_uppercase())
}

fn condition(
    valid_bits: &str,
    place: &str,
    member: &Member,
    (bits, signed): (u8, bool),
    number: impl Fn(i128) -> String,
) -> Vec<Rule> {
    let (least, most) = limits(bits, signed);
    let condition = match &member.purpose.values {
        Values::Any => return Vec::new(),
        Values::Flags(mask) => {
            let all = most.unsigned_abs() | least.unsigned_abs();
            if u128::from(*mask) & all == all {
                return Vec::new();
            }
            format!("{place} & ~{valid_bits}")
        }
        Values::Range { first, last } => {
            let mut parts = Vec::new();
            // A comparison that always holds is a mistake to the compiler.
            if *first > least {
                parts.push(format!("{place} < {}", number(*first)));
            }
            if *last < most {
                parts.push(format!("{place} > {}", number(*last)));
            }
            parts.join(" || ")
        }
        Values::Listed(values) => {
            let parts: Vec<String> =
                values.iter().map(|value| format!("{place} != {}", number(*value))).collect();
            parts.join(" && ")
        }
    };
    if condition.is_empty() {
        return Vec::new();
    }
    let in_rust = member.name.as_deref().map(|name| in_rust(name, member, (bits, signed)));
    vec![Rule::Condition { condition, in_rust: in_rust.unwrap_or_default() }]
}

/// The same condition of Rust, in which the member's type gives the numbers theirs.
fn in_rust(name: &str, member: &Member, (bits, signed): (u8, bool)) -> String {
    let place = format!("self.{}", identifier(name));
    let (least, most) = limits(bits, signed);
    match &member.purpose.values {
        Values::Any => String::new(),
        // A mask with the sign's bit is a negative number of a signed type.
        Values::Flags(mask) if i128::from(*mask) > most => {
            format!("{place} & !({}) != 0", i128::from(*mask) - (1 << bits))
        }
        Values::Flags(mask) => format!("{place} & !{mask:#x} != 0"),
        Values::Range { first, last } => match (*first > least, *last < most) {
            (true, true) => format!("!({first}..={last}).contains(&{place})"),
            (true, false) => format!("{place} < {first}"),
            _ => format!("{place} > {last}"),
        },
        Values::Listed(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("!matches!({place}, {})", values.join(" | "))
        }
    }
}

/// The least and the largest value of an integer.
pub(crate) fn limits(bits: u8, signed: bool) -> (i128, i128) {
    if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}

/// The value as C spells it, of the type that it is compared with.
pub(crate) fn literal(value: i128, bits: u8, signed: bool) -> String {
    let suffix = match (bits, signed) {
        (64, true) => "LL",
        (64, false) => "ULL",
        (32, false) if value > i128::from(i32::MAX) => "U",
        _ => "",
    };
    // The least value has no literal of its own: the minus comes behind the number.
    if bits >= 32 && signed && value == limits(bits, signed).0 {
        return format!("(-{}{suffix} - 1)", -(value + 1));
    }
    format!("{value}{suffix}")
}

/// A mask as wide as what it is applied to: its complement has no bits missing.
pub(crate) fn mask_literal(mask: u64, bits: u8) -> String {
    if bits == 64 {
        format!("0x{mask:016x}ULL")
    } else {
        format!("0x{mask:0w$x}", w = bits as usize / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_of_the_type_that_they_are_compared_with() {
        for (value, bits, signed, text) in [
            (-10, 32, true, "-10"),
            (i128::from(i32::MIN), 32, true, "(-2147483647 - 1)"),
            (i128::from(i64::MIN), 64, true, "(-9223372036854775807LL - 1)"),
            (4_000_000_000, 32, false, "4000000000U"),
            (1, 64, false, "1ULL"),
        ] {
            assert_eq!(literal(value, bits, signed), text);
        }
        assert_eq!(mask_literal(3, 64), "0x0000000000000003ULL");
        assert_eq!(mask_literal(3, 8), "0x03");
    }
}
