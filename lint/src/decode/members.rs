//! An argument taken apart, member by member.

use ioctlkit_abi::{AbiId, Placement};
use ioctlkit_model::{Layouts, Member, RecordId, Type};

use super::value;

/// A member and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it is, in bits from the start.
    pub offset_bits: u64,
    /// Its name with those of the structures around it: `regs.rax`; empty for an argument that is
    /// no structure.
    pub path: String,
    /// The type as C spells it.
    pub ty: String,
    /// The value in words; `None` where the bytes end before it.
    pub value: Option<String>,
}

/// No argument has more rows than this: what is left is reported as one.
const MOST: usize = 4096;

/// Nesting past this is taken for a structure that contains itself.
const DEEPEST: u32 = 32;

/// Takes the bytes of an argument apart. Members of a union share their bytes, and each is shown.
pub fn members(layouts: &Layouts<'_>, ty: &Type, abi: AbiId, bytes: &[u8]) -> Vec<Row> {
    let mut walk = Walk { layouts, abi, bytes, rows: Vec::new() };
    walk.ty(ty, 0, String::new(), 0);
    walk.rows
}

struct Walk<'l, 'a, 'b> {
    layouts: &'l Layouts<'a>,
    abi: AbiId,
    bytes: &'b [u8],
    rows: Vec<Row>,
}

impl Walk<'_, '_, '_> {
    fn ty(&mut self, ty: &Type, offset_bits: u64, path: String, depth: u32) {
        let resolved = self.layouts.interface().resolved(ty, self.abi);
        if depth < DEEPEST
            && let Some(Type::Record(id)) = resolved
        {
            self.record(*id, offset_bits, &path, depth);
            return;
        }
        if depth < DEEPEST
            && let Some(element) = self.record_element(resolved)
        {
            self.array(resolved, &element, offset_bits, &path, depth);
            return;
        }
        let value = value::of(self.layouts, ty, self.abi, self.bytes, offset_bits);
        self.push(offset_bits, path, ty, value);
    }

    /// The structure that an array consists of.
    fn record_element(&self, ty: Option<&Type>) -> Option<Type> {
        let (Type::Array(element, _) | Type::FlexibleArray(element)) = ty? else { return None };
        let interface = self.layouts.interface();
        let is_record = |ty: &Type| {
            let inner = interface.resolved(ty.innermost_element(), self.abi);
            matches!(inner, Some(Type::Record(_)))
        };
        is_record(element).then(|| (**element).clone())
    }

    fn array(
        &mut self,
        ty: Option<&Type>,
        element: &Type,
        offset_bits: u64,
        path: &str,
        depth: u32,
    ) {
        let Ok(size) = self.layouts.type_size(element, self.abi) else { return };
        if size.size == 0 {
            return;
        }
        let left = (self.bytes.len() as u64).saturating_sub(offset_bits / 8) / size.size;
        let count = match ty {
            Some(Type::Array(_, count)) => self.layouts.constant(count, self.abi).unwrap_or(0),
            _ => left,
        };
        // Elements that are not there are not reported one by one.
        for index in 0..count.min(left) {
            if self.rows.len() >= MOST {
                return;
            }
            let at = offset_bits.saturating_add(index.saturating_mul(size.size * 8));
            self.ty(element, at, format!("{path}[{index}]"), depth + 1);
        }
    }

    fn record(&mut self, id: RecordId, offset_bits: u64, path: &str, depth: u32) {
        let members: Vec<(&Member, Placement)> = self.layouts.members(id, self.abi).collect();
        for (member, place) in members {
            let at = offset_bits.saturating_add(place.offset_bits);
            let path = match &member.name {
                Some(name) if path.is_empty() => name.clone(),
                Some(name) => format!("{path}.{name}"),
                None if member.bits.is_some() => continue,
                None => path.to_owned(),
            };
            match member.bits {
                Some(width) => {
                    let value =
                        value::of_bits(self.layouts, member, self.abi, self.bytes, at, width);
                    self.push(at, path, &member.ty, value);
                }
                None => self.ty(&member.ty, at, path, depth + 1),
            }
        }
    }

    fn push(&mut self, offset_bits: u64, path: String, ty: &Type, value: Option<String>) {
        if self.rows.len() < MOST {
            let ty = self.layouts.interface().type_name(ty);
            self.rows.push(Row { offset_bits, path, ty, value });
        }
    }
}
