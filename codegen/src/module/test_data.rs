//! What the conformance test knows of structures: a valid one, and what spoils it.

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Layouts, Member, RecordId, Role, Values};

use super::checks::{is_reserved, limits, literal, mask_literal};
use super::header::same_everywhere;
use super::plan::{TestMember, TestRecord, TestValue};
use super::shape::{Refusal, Shape, record_tag, record_type};

/// The table of members of a command that takes nothing with members.
pub(crate) const NO_MEMBERS: &str = "no_members";

/// Whether a member may be zero.
pub(crate) fn allows_zero(member: &Member) -> bool {
    allows(member, 0)
}

pub(crate) fn allows(member: &Member, value: i128) -> bool {
    match &member.purpose.values {
        Values::Any => true,
        Values::Flags(mask) => value & !i128::from(*mask) == 0,
        Values::Range { first, last } => (*first..=*last).contains(&value),
        Values::Listed(values) => values.contains(&value),
    }
}

/// What a member holds in a valid structure: zero, where it may.
pub(crate) fn first_allowed(member: &Member) -> Option<i128> {
    match &member.purpose.values {
        _ if allows_zero(member) => Some(0),
        Values::Any | Values::Flags(_) => Some(0),
        Values::Range { first, .. } => Some(*first),
        Values::Listed(values) => values.first().copied(),
    }
}

/// The values beside those that are allowed, as far as an integer of that width has them.
pub(crate) fn refused_beside(values: &Values, bits: u8, signed: bool) -> Vec<i128> {
    let (least, most) = limits(bits, signed);
    let mut bad: Vec<i128> = match values {
        Values::Any | Values::Flags(_) => Vec::new(),
        Values::Range { first, last } => vec![first - 1, last + 1],
        Values::Listed(values) => {
            let near = values.iter().flat_map(|value| [value - 1, value + 1]);
            near.filter(|value| !values.contains(value)).collect()
        }
    };
    bad.sort_unstable();
    bad.dedup();
    bad.retain(|value| (least..=most).contains(value));
    bad
}

/// What the test knows of a structure.
pub(crate) fn record(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
) -> Result<TestRecord, Refusal> {
    let interface = layouts.interface();
    let tag = record_tag(interface, id);
    let element = element(layouts, abi, id)?;
    let flexible = element.is_some();
    let valid = format!("valid_{tag}");
    let mut walk = Walk {
        layouts,
        abi,
        r#type: record_type(interface, id),
        object: if flexible { format!("{valid}.head") } else { valid.clone() },
        values: Vec::new(),
        members: Vec::new(),
    };
    walk.record(id, "", Some(0))?;
    Ok(TestRecord {
        r#type: walk.r#type,
        flexible,
        element: element.unwrap_or_default(),
        valid,
        members_name: format!("{tag}_members"),
        values: walk.values,
        members: walk.members,
    })
}

struct Walk<'a> {
    layouts: &'a Layouts<'a>,
    abi: AbiId,
    /// The structure's type, and an object of it.
    r#type: String,
    object: String,
    values: Vec<TestValue>,
    members: Vec<TestMember>,
}

impl Walk<'_> {
    fn record(&mut self, id: RecordId, prefix: &str, base: Option<u64>) -> Result<(), Refusal> {
        let interface = self.layouts.interface();
        let Some(body) = interface.body(id, self.abi) else { return Ok(()) };
        let count = body.members.iter().find_map(|member| match &member.purpose.role {
            Role::Flexible { count } => Some(count),
            _ => None,
        });
        for (member, at) in self.layouts.members(id, self.abi) {
            let offset = base.map(|base| base + at.offset());
            let (Some(name), None) = (&member.name, member.bits) else {
                self.nameless(id, offset, at.size_bits.div_ceil(8))?;
                continue;
            };
            let place = format!("{prefix}{name}");
            let shape = Shape::of(self.layouts, self.abi, &member.ty)?;
            if count == Some(name) {
                self.values.push(TestValue { place: place.clone(), value: "1".into() });
            }
            self.member(&place, offset, member, &shape)?;
        }
        Ok(())
    }

    /// What has no name, or is a bit-field, is known by its offset.
    fn nameless(&mut self, id: RecordId, offset: Option<u64>, size: u64) -> Result<(), Refusal> {
        let (Some(offset), true) = (offset, same_everywhere(self.layouts, id)) else {
            let r#type = record_type(self.layouts.interface(), id);
            return Err(format!(
                "`{type}` has a member without a name, or a bit-field, and is not laid out the \
                 same everywhere: give the member a name"
            ));
        };
        self.members.push(TestMember {
            name: format!("byte {offset}"),
            offset: offset.to_string(),
            size: size.to_string(),
            rule: "ANYTHING",
            operand: "0".into(),
        });
        Ok(())
    }

    fn member(
        &mut self,
        place: &str,
        offset: Option<u64>,
        member: &Member,
        shape: &Shape,
    ) -> Result<(), Refusal> {
        if is_reserved(member) {
            self.row(place, "RESERVED", "0".into());
            return Ok(());
        }
        match shape {
            Shape::Integer { bits, signed } => self.integer(place, member, *bits, *signed),
            Shape::Record(id) if self.is_structure(*id) => {
                self.record(*id, &format!("{place}."), offset)?;
            }
            Shape::Array(element, count) => match &**element {
                Shape::Record(id) if self.is_structure(*id) && *count > 0 => {
                    for index in 0..*count.min(&4) {
                        self.record(*id, &format!("{place}[{index}]."), None)?;
                    }
                    if *count > 4 {
                        self.row(place, "ANYTHING", "0".into());
                    }
                }
                _ => self.row(place, "ANYTHING", "0".into()),
            },
            Shape::Flexible(element) => match &**element {
                Shape::Record(id) if self.is_structure(*id) => {
                    self.record(*id, &format!("{place}[0]."), None)?;
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
        if member.purpose.role == Role::Size {
            let value = "SIZE".to_owned();
            self.values.push(TestValue { place: place.to_owned(), value });
        }
        if member.purpose.role == Role::Fd && signed && allows(member, -1) {
            // No file, rather than the program's own standard input.
            self.values.push(TestValue { place: place.to_owned(), value: "-1".into() });
        }
        if let Values::Flags(mask) = &member.purpose.values {
            self.row(place, "FLAGS", mask_literal(*mask, bits));
            return;
        }
        if let Some(first) = first_allowed(member).filter(|first| *first != 0) {
            self.values.push(TestValue { place: place.to_owned(), value: number(first) });
        }
        let bad = refused_beside(&member.purpose.values, bits, signed);
        if bad.is_empty() {
            self.row(place, "ANYTHING", "0".into());
        }
        for value in bad {
            self.row(place, "NOT_VALID", number(value));
        }
    }

    fn row(&mut self, place: &str, rule: &'static str, operand: String) {
        self.members.push(TestMember {
            name: place.to_owned(),
            offset: format!("offsetof({}, {place})", self.r#type),
            size: format!("sizeof({}.{place})", self.object),
            rule,
            operand,
        });
    }
}

/// The type of the elements of an array at the end.
fn element(layouts: &Layouts<'_>, abi: AbiId, id: RecordId) -> Result<Option<String>, Refusal> {
    let interface = layouts.interface();
    let last = interface.body(id, abi).and_then(|body| body.members.last());
    let Some(last) = last else { return Ok(None) };
    Ok(match Shape::of(layouts, abi, &last.ty) {
        Ok(Shape::Flexible(element)) => {
            let (front, behind) = element.uapi(interface, false);
            Some(format!("{front}{behind}"))
        }
        Ok(_) => None,
        Err(refusal) => return Err(refusal),
    })
}
