//! The unit test of a check: a structure that passes, and what spoils it.

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Layouts, Member, RecordId, Values};

use super::checks::{is_reserved, literal, mask_literal};
use super::plan::{Filling, Tried, UnitMember, UnitTest};
use super::shape::{Refusal, Shape};
use super::test_data::{first_allowed, refused_beside};

/// The test of the check of a structure, under that name.
pub(crate) fn unit_test(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
    function: String,
) -> Result<UnitTest, Refusal> {
    let mut walk = Walk { layouts, abi, filling: Vec::new(), members: Vec::new() };
    walk.record(id, "arg->")?;
    let Walk { filling, members, .. } = walk;
    let any = |is: fn(&UnitMember) -> bool| members.iter().any(is);
    let has_flags = any(|member| matches!(member, UnitMember::Flags { .. }));
    let has_reserved = any(|member| matches!(member, UnitMember::Reserved { .. }));
    let has_copies = filling.iter().any(|one| matches!(one, Filling::Copies { .. }));
    Ok(UnitTest { function, filling, members, has_flags, has_reserved, has_copies })
}

struct Walk<'a> {
    layouts: &'a Layouts<'a>,
    abi: AbiId,
    filling: Vec<Filling>,
    members: Vec<UnitMember>,
}

impl Walk<'_> {
    fn record(&mut self, id: RecordId, prefix: &str) -> Result<(), Refusal> {
        let interface = self.layouts.interface();
        // Which member of a union counts, only the driver knows: none is checked.
        if interface.record(id).kind == RecordKind::Union {
            return Ok(());
        }
        let Some(body) = interface.body(id, self.abi) else { return Ok(()) };
        for member in &body.members {
            // No address leads to a bit-field, and nothing without a name is checked.
            let (Some(name), None) = (&member.name, member.bits) else { continue };
            self.member(format!("{prefix}{name}"), member)?;
        }
        Ok(())
    }

    fn member(&mut self, place: String, member: &Member) -> Result<(), Refusal> {
        if is_reserved(member) {
            self.members.push(UnitMember::Reserved { place });
            return Ok(());
        }
        match Shape::of(self.layouts, self.abi, &member.ty)? {
            Shape::Integer { bits, signed } => self.integer(place, member, bits, signed),
            Shape::Record(id) => self.record(id, &format!("{place}."))?,
            Shape::Array(element, count) => {
                let Shape::Record(id) = *element else { return Ok(()) };
                if count == 0 {
                    return Ok(());
                }
                let before = self.filling.len();
                self.record(id, &format!("{place}[0]."))?;
                let filled = self.filling.len();
                if count > 1 {
                    self.record(id, &format!("{place}[{}].", count - 1))?;
                    // The last one is filled with all others.
                    self.filling.truncate(filled);
                    if filled > before {
                        self.filling.push(Filling::Copies { place });
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn integer(&mut self, place: String, member: &Member, bits: u8, signed: bool) {
        let number = |value: i128| literal(value, bits, signed);
        let values = &member.purpose.values;
        if let Values::Flags(mask) = values {
            self.members.push(UnitMember::Flags { place, mask: mask_literal(*mask, bits) });
            return;
        }
        let valid = first_allowed(member).unwrap_or(0);
        if valid != 0 {
            self.filling.push(Filling::Value { place: place.clone(), value: number(valid) });
        }
        let allowed = match values {
            Values::Any | Values::Flags(_) => Vec::new(),
            Values::Range { first, last } => vec![*first, *last],
            Values::Listed(values) => values.clone(),
        };
        let tried = |values: Vec<i128>, passes: bool| {
            values.into_iter().map(move |value| Tried { value: number(value), passes })
        };
        let refused = tried(refused_beside(values, bits, signed), false);
        let tried: Vec<Tried> = tried(allowed, true).chain(refused).collect();
        if !tried.is_empty() {
            self.members.push(UnitMember::Values { place, valid: number(valid), tried });
        }
    }
}
