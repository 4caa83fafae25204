//! Why a structure is not the same everywhere, as the derive would find it.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, AbiSet, Placement, RecordKind};
use ioctlkit_model::{RecordId, TypeSize, abi_words};

use super::definition::{Definition, Definitions, Origin, RustMember};
use super::rust_type::RustType;

/// Judges structures, and remembers the answers.
#[derive(Debug)]
pub(crate) struct Portability<'d, 'a> {
    definitions: &'d Definitions<'a>,
}

impl<'d, 'a> Portability<'d, 'a> {
    pub(crate) fn new(definitions: &'d Definitions<'a>) -> Self {
        Self { definitions }
    }

    /// Whether every definition of a structure is the same, without padding, on every ABI.
    fn is_portable(&self, id: RecordId) -> bool {
        let definitions = self.definitions.of(id);
        !definitions.is_empty() && definitions.iter().all(|one| self.reason(id, one).is_none())
    }

    /// Why a definition is not the same, without padding, on every ABI; the derive compares on
    /// all, wherever the definition holds.
    pub(crate) fn reason(&self, id: RecordId, definition: &Definition) -> Option<String> {
        let kind = self.definitions.interface().record(id).kind;
        let members = &definition.members;
        let of_type = members.iter().find_map(|member| self.type_reason(member));
        if of_type.is_some() {
            return of_type;
        }
        if members.iter().any(|member| member.origin == Origin::BitFields) {
            return Some("bit-fields are placed by byte order".into());
        }
        let layouts: Vec<(AbiId, Vec<Placement>, TypeSize)> = AbiSet::ALL
            .iter()
            .filter_map(|abi| {
                let (places, size) = self.definitions.fold(kind, definition, abi)?;
                Some((abi, places, size))
            })
            .collect();
        match kind {
            RecordKind::Struct => padding(members, &layouts),
            RecordKind::Union => short_member(members, &layouts),
        }
        .or_else(|| difference(members, &layouts))
    }

    fn type_reason(&self, member: &RustMember) -> Option<String> {
        let name = &member.name;
        match member.ty.element() {
            RustType::Pointer(_) => Some(format!("`{name}` is a pointer")),
            RustType::Scalar(scalar) if scalar.is_word_sized() => {
                Some(format!("`{name}` is a long"))
            }
            RustType::Record(inner) if !self.is_portable(*inner) => {
                let inner = self.definitions.interface().record(*inner);
                if inner.is_anonymous() {
                    Some(format!("what `{name}` holds is not portable"))
                } else {
                    Some(format!("`{name}` is a `{}`, which is not", inner.display_name()))
                }
            }
            _ => None,
        }
    }
}

/// The first padding that some ABI has.
fn padding(
    members: &[RustMember],
    layouts: &[(AbiId, Vec<Placement>, TypeSize)],
) -> Option<String> {
    for (at, member) in members.iter().enumerate() {
        let mut bytes_on: BTreeMap<u64, AbiSet> = BTreeMap::new();
        for (abi, places, size) in layouts {
            let end = places[at].end_bits() / 8;
            let next = places.get(at + 1).map_or(size.size, |place| place.offset());
            let bytes = next.saturating_sub(end);
            bytes_on.entry(bytes).or_default().insert(*abi);
        }
        let most = bytes_on.iter().rev().find(|(bytes, _)| **bytes > 0);
        if let Some((bytes, abis)) = most {
            let unit = if *bytes == 1 { "byte" } else { "bytes" };
            let place = abi_words::on(*abis, AbiSet::ALL);
            return Some(format!("{bytes} {unit} of padding behind `{}` {place}", member.name));
        }
    }
    None
}

/// The first member of a union that does not fill it.
fn short_member(
    members: &[RustMember],
    layouts: &[(AbiId, Vec<Placement>, TypeSize)],
) -> Option<String> {
    let (_, places, size) = layouts.first()?;
    members.iter().zip(places).find_map(|(member, place)| {
        let bytes = place.size_bits / 8;
        let is_short = bytes < size.size && !matches!(member.ty, RustType::Flexible(_));
        is_short
            .then(|| format!("`{}` has {bytes} of the union's {} bytes", member.name, size.size))
    })
}

/// What is elsewhere, or of another size, on some ABI.
fn difference(
    members: &[RustMember],
    layouts: &[(AbiId, Vec<Placement>, TypeSize)],
) -> Option<String> {
    let (_, first, size) = layouts.first()?;
    let differing = |differs: &dyn Fn(&Vec<Placement>, &TypeSize) -> bool| -> AbiSet {
        layouts.iter().filter(|(_, p, s)| differs(p, s)).map(|(abi, _, _)| *abi).collect()
    };
    for (at, member) in members.iter().enumerate() {
        let moved = differing(&|places, _| places[at] != first[at]);
        if !moved.is_empty() {
            let place = abi_words::on(moved, AbiSet::ALL);
            return Some(format!("`{}` is elsewhere {place}", member.name));
        }
    }
    let resized = differing(&|_, whole| whole.size != size.size);
    (!resized.is_empty())
        .then(|| format!("the size is another {}", abi_words::on(resized, AbiSet::ALL)))
}
