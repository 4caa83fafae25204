//! Structures and unions as Rust can have them, so that every member is where C puts it.
//!
//! Rust has no bit-fields and no alignment of a single member. What can be said instead is tried in
//! the order of plainness, and taken where the fold of its members yields C's layout.

use std::collections::HashMap;

use ioctlkit_abi::{AbiId, AbiSet, MemberAlign, Placement, RecordFold, RecordKind};
use ioctlkit_model::{Interface, Layouts, RecordBody, RecordId, TypeSize};

use super::rust_type::RustType;

/// What `#[repr(…)]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Repr {
    /// `C`.
    C,
    /// `C, packed(n)`, in bytes.
    Packed(u64),
    /// `C, align(n)`, in bytes.
    Align(u64),
}

/// A member of the module's structure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RustMember {
    /// The name, before keywords are cared for.
    pub(crate) name: String,
    /// The type.
    pub(crate) ty: RustType,
    /// What of C it stands for.
    pub(crate) origin: Origin,
}

/// What of C a member stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// A member of that name.
    Member(String),
    /// An anonymous structure or union, the n-th of its structure.
    Anonymous(usize),
    /// Bit-fields.
    BitFields,
    /// Nothing: it makes padding visible.
    Padding,
}

/// One definition of a structure, and where it holds.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    /// The ABIs that the header was read for and on which this is C's layout.
    pub(crate) abis: AbiSet,
    /// What `#[repr(…)]` says.
    pub(crate) repr: Repr,
    /// The members in order.
    pub(crate) members: Vec<RustMember>,
}

/// Whether padding is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Padding {
    /// As C has it: unnamed.
    #[default]
    Implicit,
    /// As members of their own.
    Explicit,
}

/// Every structure that was asked about, and what it depends on.
#[derive(Debug)]
pub(crate) struct Definitions<'a> {
    layouts: &'a Layouts<'a>,
    pub(super) padding: Padding,
    known: HashMap<RecordId, Vec<Definition>>,
    /// Why a structure has no definition on some ABIs.
    missing: Vec<(RecordId, AbiSet, String)>,
}

impl<'a> Definitions<'a> {
    pub(crate) fn new(layouts: &'a Layouts<'a>, padding: Padding) -> Self {
        Self { layouts, padding, known: HashMap::new(), missing: Vec::new() }
    }

    pub(crate) fn interface(&self) -> &'a Interface {
        self.layouts.interface()
    }

    pub(crate) fn layouts(&self) -> &'a Layouts<'a> {
        self.layouts
    }

    /// The definitions of a structure; none where it was not asked for or Rust cannot have it.
    pub(crate) fn of(&self, id: RecordId) -> &[Definition] {
        self.known.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Why structures have no definition on some ABIs.
    pub(crate) fn missing(&self) -> &[(RecordId, AbiSet, String)] {
        &self.missing
    }

    /// Size and alignment of a structure in Rust, in bytes.
    pub(crate) fn size(&self, id: RecordId, abi: AbiId) -> Option<TypeSize> {
        let definitions = self.of(id);
        let on_abi = definitions.iter().find(|definition| definition.abis.contains(abi));
        // Where there is but one, it is the same on ABIs that the header was not read for.
        let definition = on_abi.or(match definitions {
            [only] => Some(only),
            _ => None,
        })?;
        let kind = self.interface().record(id).kind;
        let (_, size) = self.fold(kind, definition, abi)?;
        Some(size)
    }

    /// Where the members of a definition are on an ABI, with the size and alignment of the whole.
    pub(crate) fn fold(
        &self,
        kind: RecordKind,
        definition: &Definition,
        abi: AbiId,
    ) -> Option<(Vec<Placement>, TypeSize)> {
        let attributes = match definition.repr {
            Repr::C => MemberAlign::NATURAL,
            Repr::Packed(1) => MemberAlign::PACKED,
            Repr::Packed(pack) => MemberAlign { pack: Some(pack), ..MemberAlign::NATURAL },
            Repr::Align(align) => MemberAlign::NATURAL.with_aligned(align),
        };
        let mut fold = RecordFold::new(abi.abi(), kind, attributes);
        let mut places = Vec::with_capacity(definition.members.len());
        for member in &definition.members {
            let TypeSize { size, align } = member.ty.size(self, abi)?;
            let (next, place) = fold.member(size, align, MemberAlign::NATURAL).ok()?;
            fold = next;
            places.push(place);
        }
        let whole = fold.finish().ok()?;
        Some((places, TypeSize { size: whole.size, align: whole.align }))
    }

    /// Works out the definitions of a structure and of all that it holds.
    pub(crate) fn add(&mut self, id: RecordId) {
        if self.known.contains_key(&id) {
            return;
        }
        // Against structures that contain themselves, which no compiler accepts.
        self.known.insert(id, Vec::new());
        let interface = self.interface();
        let record = interface.record(id);
        let mut found: Vec<Definition> = Vec::new();
        for (abis, body) in record.variants.iter() {
            for inner in body.members.iter().flat_map(|m| interface.records_within(&m.ty)) {
                self.add(inner);
            }
            self.define(id, record.kind, body, abis, &mut found);
        }
        self.known.insert(id, found);
    }

    fn define(
        &mut self,
        id: RecordId,
        kind: RecordKind,
        body: &'a RecordBody,
        abis: AbiSet,
        found: &mut Vec<Definition>,
    ) {
        let mut left = abis;
        while let Some(abi) = left.first() {
            let best = match self.candidates(id, kind, body, abi) {
                Ok(candidates) => candidates
                    .into_iter()
                    .map(|candidate| {
                        let holds = left
                            .iter()
                            .filter(|id_of_abi| self.is_c(id, kind, body, &candidate, *id_of_abi));
                        Definition { abis: holds.collect(), ..candidate }
                    })
                    // The first of those that hold on as many ABIs.
                    .rev()
                    .max_by_key(|candidate| candidate.abis.len()),
                Err(why) => {
                    self.miss(id, AbiSet::only(abi), &why);
                    left = left.difference(AbiSet::only(abi));
                    continue;
                }
            };
            let Some(best) = best.filter(|best| best.abis.contains(abi)) else {
                self.miss(id, AbiSet::only(abi), "Rust cannot lay it out as C does");
                left = left.difference(AbiSet::only(abi));
                continue;
            };
            left = left.difference(best.abis);
            let same =
                |known: &&mut Definition| known.repr == best.repr && known.members == best.members;
            match found.iter_mut().find(same) {
                Some(known) => known.abis = known.abis.union(best.abis),
                None => found.push(best),
            }
        }
    }

    fn miss(&mut self, id: RecordId, abis: AbiSet, why: &str) {
        match self.missing.iter_mut().find(|(of, _, known)| *of == id && known == why) {
            Some((_, known, _)) => *known = known.union(abis),
            None => self.missing.push((id, abis, why.to_owned())),
        }
    }
}

/// `name` for the first, `name2` for the second.
pub(crate) fn numbered(name: &str, count: usize) -> String {
    if count == 1 { name.to_owned() } else { format!("{name}{count}") }
}
