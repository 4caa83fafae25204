//! What the conformance test knows of structures: a valid one, and what spoils it.

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Layouts, Member, RecordId, Role, Values};

use super::checks::{is_reserved, limits, literal, mask_literal};
use super::plan::{TestMember, TestRecord, TestValue};
use super::shape::{Refusal, Shape, record_tag, record_type};

/// The table of members of a command that takes nothing with members.
pub(crate) const NO_MEMBERS: &str = "no_members";

/// Whether a member may be zero.
pub(crate) fn allows_zero(member: &Member) -> bool {
    match &member.purpose.values {
        Values::Any | Values::Flags(_) => true,
        Values::Range { first, last } => *first <= 0 && 0 <= *last,
        Values::Listed(values) => values.contains(&0),
    }
}

/// What the test knows of a structure.
pub(crate) fn record(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
) -> Result<TestRecord, Refusal> {
    let interface = layouts.interface();
    let tag = record_tag(interface, id);
    let mut walk = Walk { layouts, abi, values: Vec::new(), members: Vec::new() };
    walk.record(id, "")?;
    let element = walk.element(id)?;
    let flexible = element.is_some();
    let valid = format!("valid_{tag}");
    Ok(TestRecord {
        r#type: record_type(interface, id),
        flexible,
        element: element.unwrap_or_default(),
        object: if flexible { format!("{valid}.head") } else { valid.clone() },
        valid,
        members_name: format!("{tag}_members"),
        values: walk.values,
        members: walk.members,
    })
}

struct Walk<'a> {
    layouts: &'a Layouts<'a>,
    abi: AbiId,
    values: Vec<TestValue>,
    members: Vec<TestMember>,
}

impl Walk<'_> {
    fn record(&mut self, id: RecordId, prefix: &str) -> Result<(), Refusal> {
        let interface = self.layouts.interface();
        let Some(body) = interface.body(id, self.abi) else { return Ok(()) };
        let count = body.members.iter().find_map(|member| match &member.purpose.role {
            Role::Flexible { count } => Some(count),
            _ => None,
        });
        for member in &body.members {
            let Some(name) = &member.name else { continue };
            let place = format!("{prefix}{name}");
            let shape = Shape::of(self.layouts, self.abi, &member.ty)?;
            if count == Some(name) {
                self.values.push(TestValue { place: place.clone(), value: "1".into() });
            }
            self.member(&place, member, &shape)?;
        }
        Ok(())
    }

    fn member(&mut self, place: &str, member: &Member, shape: &Shape) -> Result<(), Refusal> {
        if is_reserved(member) {
            self.row(place, "RESERVED", "0".into());
            return Ok(());
        }
        match shape {
            Shape::Integer { bits, signed } => self.integer(place, member, *bits, *signed),
            Shape::Record(id) if self.is_structure(*id) => {
                self.record(*id, &format!("{place}."))?;
            }
            Shape::Array(element, count) => match &**element {
                Shape::Record(id) if self.is_structure(*id) && *count > 0 => {
                    for index in 0..*count.min(&4) {
                        self.record(*id, &format!("{place}[{index}]."))?;
                    }
                    if *count > 4 {
                        self.row(place, "ANYTHING", "0".into());
                    }
                }
                _ => self.row(place, "ANYTHING", "0".into()),
            },
            Shape::Flexible(element) => match &**element {
                Shape::Record(id) if self.is_structure(*id) => {
                    self.record(*id, &format!("{place}[0]."))?;
                }
                _ => self.row(&format!("{place}[0]"), "ANYTHING", "0".into()),
            },
            _ => self.row(place, "ANYTHING", "0".into()),
        }
        Ok(())
    }

    fn is_structure(&self, id: RecordId) -> bool {
        self.layouts.interface().record(id).kind == RecordKind::Struct
    }

    fn integer(&mut self, place: &str, member: &Member, bits: u8, signed: bool) {
        let number = |value: i128| literal(value, bits, signed);
        let (least, most) = limits(bits, signed);
        if member.purpose.role == Role::Size {
            let value = "SIZE".to_owned();
            self.values.push(TestValue { place: place.to_owned(), value });
        }
        let mut bad: Vec<i128> = Vec::new();
        match &member.purpose.values {
            Values::Any => {}
            Values::Flags(mask) => {
                self.row(place, "FLAGS", mask_literal(*mask, bits));
                return;
            }
            Values::Range { first, last } => {
                bad.extend([first - 1, last + 1]);
                if !allows_zero(member) {
                    self.values.push(TestValue { place: place.to_owned(), value: number(*first) });
                }
            }
            Values::Listed(values) => {
                let near = values.iter().flat_map(|value| [value - 1, value + 1]);
                bad.extend(near.filter(|value| !values.contains(value)));
                bad.sort_unstable();
                bad.dedup();
                if let Some(first) = values.first().filter(|_| !allows_zero(member)) {
                    self.values.push(TestValue { place: place.to_owned(), value: number(*first) });
                }
            }
        }
        bad.retain(|value| (least..=most).contains(value));
        if bad.is_empty() {
            self.row(place, "ANYTHING", "0".into());
        }
        for value in bad {
            self.row(place, "NOT_VALID", number(value));
        }
    }

    fn row(&mut self, place: &str, rule: &'static str, operand: String) {
        self.members.push(TestMember { place: place.to_owned(), rule, operand });
    }

    /// The type of the elements of an array at the end.
    fn element(&self, id: RecordId) -> Result<Option<String>, Refusal> {
        let interface = self.layouts.interface();
        let last = interface.body(id, self.abi).and_then(|body| body.members.last());
        let Some(last) = last else { return Ok(None) };
        Ok(match Shape::of(self.layouts, self.abi, &last.ty)? {
            Shape::Flexible(element) => {
                let (front, behind) = element.uapi(interface, false);
                Some(format!("{front}{behind}"))
            }
            _ => None,
        })
    }
}
