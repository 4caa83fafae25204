//! Which bytes of a structure nothing has set, where some of its members were.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Gap, RecordId, Type};

use crate::context::Context;

/// Bytes that nothing has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    /// What they are.
    pub part: Part,
    /// The first of them, in bytes from the beginning of the structure.
    pub offset: u64,
    /// How many, in bytes.
    pub size: u64,
}

/// A part of a structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A member, with the path to it.
    Member(String),
    /// A member whose name says that it only takes place.
    Reserved(String),
    /// Padding behind a member.
    Hole(String),
}

/// What is not set of a structure on an ABI, where the members at the paths of `set` are. Of a union
/// nothing is said once a part of it is set, for which part counts is not known.
pub fn unset(cx: &Context<'_>, id: RecordId, abi: AbiId, set: &BTreeSet<String>) -> Vec<Unset> {
    let mut found = Vec::new();
    if !set.contains("") {
        Search { cx, abi, set, found: &mut found }.record(id, "", 0, 0);
    }
    found
}

/// Nesting past this is not looked at.
const DEEPEST: u32 = 16;

struct Search<'s, 'a> {
    cx: &'s Context<'a>,
    abi: AbiId,
    set: &'s BTreeSet<String>,
    found: &'s mut Vec<Unset>,
}

impl Search<'_, '_> {
    fn record(&mut self, id: RecordId, prefix: &str, base: u64, depth: u32) {
        let interface = self.cx.interface;
        let Ok(layout) = self.cx.layouts.record(id, self.abi) else { return };
        let Some(body) = interface.body(id, self.abi) else { return };
        if depth > DEEPEST {
            return;
        }
        let mut after = String::new();
        let gaps: Vec<Gap> = layout.gaps().into_iter().chain(layout.tail()).collect();
        for (index, (member, placement)) in body.members.iter().zip(&layout.members).enumerate() {
            if let Some(gap) = gaps.iter().find(|gap| gap.before == Some(index)) {
                self.hole(gap, &after, base);
            }
            let offset = base + placement.offset_bits / 8;
            let Some(name) = &member.name else {
                if let Some(Type::Record(inner)) = interface.resolved(&member.ty, self.abi) {
                    self.anonymous(*inner, prefix, offset, depth);
                }
                continue;
            };
            let path = format!("{prefix}{name}");
            let size = placement.size_bits.div_ceil(8);
            if !self.covers(&path) && size > 0 {
                self.member(&path, member.is_reserved(), &member.ty, offset, size, depth);
            }
            after = path;
        }
        // A union's alternatives differ in length, and only one of them was meant.
        if layout.kind == RecordKind::Struct
            && let Some(tail) = gaps.iter().find(|gap| gap.before.is_none())
        {
            self.hole(tail, &after, base);
        }
    }

    fn anonymous(&mut self, id: RecordId, prefix: &str, offset: u64, depth: u32) {
        let is_union = self.cx.interface.record(id).kind == RecordKind::Union;
        if !is_union {
            self.record(id, prefix, offset, depth + 1);
        }
    }

    fn member(
        &mut self,
        path: &str,
        is_reserved: bool,
        ty: &Type,
        offset: u64,
        size: u64,
        depth: u32,
    ) {
        let interface = self.cx.interface;
        if let Some(Type::Record(inner)) = interface.resolved(ty, self.abi)
            && self.has_part(path)
        {
            if interface.record(*inner).kind == RecordKind::Struct {
                self.record(*inner, &format!("{path}."), offset, depth + 1);
            }
            return;
        }
        if self.has_part(path) {
            return;
        }
        let part = if is_reserved {
            Part::Reserved(path.to_owned())
        } else {
            Part::Member(path.to_owned())
        };
        self.found.push(Unset { part, offset, size });
    }

    fn hole(&mut self, gap: &Gap, after: &str, base: u64) {
        let first = gap.offset_bits.div_ceil(8);
        let size = ((gap.offset_bits + gap.bits) / 8).saturating_sub(first);
        if size > 0 {
            self.found.push(Unset {
                part: Part::Hole(after.to_owned()),
                offset: base + first,
                size,
            });
        }
    }

    /// Whether the member, or something that it is a part of, is set.
    fn covers(&self, path: &str) -> bool {
        let mut path = path;
        loop {
            if self.set.contains(path) {
                return true;
            }
            let Some((outer, _)) = path.rsplit_once('.') else { return false };
            path = outer;
        }
    }

    /// Whether a part of the member is set.
    fn has_part(&self, path: &str) -> bool {
        self.set
            .iter()
            .any(|set| set.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '['])))
    }
}
