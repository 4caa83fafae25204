//! Types of debug information become those of the model, with the places that the compiler chose.

use super::ids::{IdMap, IdSet};
use std::collections::HashMap;

use ioctlkit_abi::{Abi, AbiId, AbiSet, Placement, RecordKind, Scalar};
use ioctlkit_model::{
    Constant, Differences, Enum, EnumBody, EnumId, Enumerator, Interface, Member, Observed,
    Purpose, Record as ModelRecord, RecordBody, RecordId, Representation, Span, Type, Typedef,
    TypedefBody, TypedefId, Variants,
};

use super::listing::Listing;
use super::measure::{Measure, scalar, underlying};
use super::types::{Enumeration, Member as RawMember, Record, Ty, TypeId, Types};

/// Pointers to pointers and arrays of arrays past this are damage, not types.
const DEEPEST: u32 = 64;

/// What stands behind pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Structures behind pointers are only declared: the layout that points to them does not ask.
    ByValue,
    /// They are defined, too.
    Everything,
}

/// Fills an interface with types of one object.
pub(super) struct Converter<'c, 't> {
    types: &'t dyn Types,
    abi: &'static Abi,
    abis: AbiSet,
    reach: Reach,
    measure: Measure<'t>,
    interface: &'c mut Interface,
    listing: &'c mut Listing,
    records: IdMap<RecordId>,
    /// Structures that are only declared, by their tags.
    declared: HashMap<(RecordKind, &'t str), RecordId>,
    enums: IdMap<EnumId>,
    typedefs: IdMap<TypedefId>,
    /// Typedefs whose type is being worked out: one that meets itself is damage.
    open: IdSet,
    defined: IdSet,
    queue: Vec<TypeId>,
    nowhere: Span,
}

impl<'c, 't> Converter<'c, 't> {
    pub(super) fn new(
        types: &'t dyn Types,
        abi: AbiId,
        reach: Reach,
        interface: &'c mut Interface,
        listing: &'c mut Listing,
    ) -> Self {
        let nowhere = Span { file: listing.file(), start: 0, end: 0 };
        Self {
            types,
            abi: abi.abi(),
            abis: AbiSet::only(abi),
            reach,
            measure: Measure::new(types, abi.abi()),
            interface,
            listing,
            records: IdMap::default(),
            declared: HashMap::new(),
            enums: IdMap::default(),
            typedefs: IdMap::default(),
            open: IdSet::default(),
            defined: IdSet::default(),
            queue: Vec::new(),
            nowhere,
        }
    }

    /// Adds a type and all that it is made of.
    pub(super) fn add(&mut self, id: TypeId) {
        // A structure is defined even where only pointers to it are followed no further.
        if matches!(self.types.get(id), Some(Ty::Record(_))) {
            self.want(id);
        }
        self.ty(id, 0);
        self.define_queued();
    }

    fn define_queued(&mut self) {
        while let Some(id) = self.queue.pop() {
            if let (Some(Ty::Record(record)), Some(slot)) =
                (self.types.get(id), self.records.get(&id).copied())
            {
                self.define(id, slot, record);
            }
        }
    }

    /// Puts a structure on the list of those to be defined.
    fn want(&mut self, id: TypeId) {
        if self.defined.insert(id) {
            self.queue.push(id);
        }
    }

    fn ty(&mut self, id: TypeId, depth: u32) -> Type {
        if depth > DEEPEST {
            return unknown("a type without end");
        }
        let Some(ty) = self.types.get(id) else { return unknown("a type that is not there") };
        match ty {
            Ty::Void => Type::Void,
            Ty::Integer(integer) => match scalar(integer, self.abi) {
                Some(scalar) => Type::Scalar(scalar),
                None => unknown(integer.name),
            },
            Ty::Float { name, size } => match (name.contains("long"), size) {
                (false, 4) => Type::Scalar(Scalar::Float),
                (false, 8) => Type::Scalar(Scalar::Double),
                (true, _) => Type::Scalar(Scalar::LongDouble),
                _ => unknown(name),
            },
            Ty::Pointer(to) => Type::Pointer(Box::new(self.pointed(to, depth))),
            Ty::Array { element, count } => {
                let element = Box::new(self.ty(element, depth + 1));
                match count {
                    Some(count) => Type::Array(element, Constant::Known(count)),
                    None => Type::FlexibleArray(element),
                }
            }
            Ty::Record(record) => {
                self.want(id);
                Type::Record(self.slot(id, record.kind, record.name))
            }
            Ty::Declared { kind, name } => Type::Record(self.declaration(kind, name)),
            Ty::Enumeration(enumeration) => Type::Enum(self.enumeration(id, enumeration)),
            Ty::Typedef { name, ty, align } => self.typedef(id, name, ty, align, depth),
            Ty::Qualified(ty) => self.ty(ty, depth + 1),
            Ty::Prototype { .. } => Type::Function,
            Ty::Function { name, .. } => unknown(name),
            Ty::Other => unknown("what is no type"),
        }
    }

    /// What a pointer points to: not defined unless all is.
    fn pointed(&mut self, id: TypeId, depth: u32) -> Type {
        // What a module takes from its kernel is the kernel's to show.
        if self.reach == Reach::ByValue || !self.types.own_ids().contains(&id) {
            let mut id = id;
            for _ in 0..DEEPEST {
                match self.types.get(id) {
                    Some(Ty::Record(record)) if !self.records.contains_key(&id) => {
                        return Type::Record(self.declaration(record.kind, record.name));
                    }
                    // Names of typedefs are kept only where what they stand for is read anyway.
                    Some(Ty::Qualified(to) | Ty::Typedef { ty: to, .. }) => id = to,
                    _ => break,
                }
            }
            return self.ty(id, depth + 1);
        }
        self.ty(id, depth + 1)
    }

    fn slot(&mut self, id: TypeId, kind: RecordKind, name: &str) -> RecordId {
        if let Some(known) = self.records.get(&id) {
            return *known;
        }
        let slot = self.push_record(kind, name);
        self.records.insert(id, slot);
        slot
    }

    fn declaration(&mut self, kind: RecordKind, name: &'t str) -> RecordId {
        if let Some(known) = self.declared.get(&(kind, name)) {
            return *known;
        }
        let slot = self.push_record(kind, name);
        self.declared.insert((kind, name), slot);
        slot
    }

    fn push_record(&mut self, kind: RecordKind, name: &str) -> RecordId {
        let id = RecordId(self.interface.records.len() as u32);
        self.interface.records.push(ModelRecord {
            kind,
            name: (!name.is_empty()).then(|| name.to_owned()),
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: self.nowhere,
            variants: Variants::default(),
        });
        id
    }

    fn enumeration(&mut self, id: TypeId, enumeration: Enumeration<'_>) -> EnumId {
        if let Some(known) = self.enums.get(&id) {
            return *known;
        }
        let slot = EnumId(self.interface.enums.len() as u32);
        self.enums.insert(id, slot);
        let Enumeration { name, size, signed } = enumeration;
        let enumerators = self
            .types
            .values(id)
            .into_iter()
            .map(|(name, value)| Enumerator { name: name.to_owned(), value })
            .collect();
        let body = EnumBody { underlying: underlying(size, signed), enumerators };
        self.interface.enums.push(Enum {
            name: (!name.is_empty()).then(|| name.to_owned()),
            span: self.nowhere,
            variants: Variants::one(self.abis, body),
        });
        slot
    }

    fn typedef(
        &mut self,
        id: TypeId,
        name: &str,
        stands_for: TypeId,
        align: Option<u64>,
        depth: u32,
    ) -> Type {
        if self.open.contains(&id) {
            return unknown(name);
        }
        if let Some(known) = self.typedefs.get(&id) {
            return Type::Typedef(*known);
        }
        self.open.insert(id);
        let ty = self.ty(stands_for, depth + 1);
        self.open.remove(&id);
        if let Type::Record(record) = &ty {
            let record = &mut self.interface.records[record.index()];
            if record.is_anonymous() {
                record.typedef_name = Some(name.to_owned());
            }
        }
        let slot = TypedefId(self.interface.typedefs.len() as u32);
        self.typedefs.insert(id, slot);
        self.interface.typedefs.push(Typedef {
            name: name.to_owned(),
            span: self.nowhere,
            variants: Variants::one(
                self.abis,
                TypedefBody { ty, aligned: align.map(Constant::Known) },
            ),
        });
        Type::Typedef(slot)
    }

    fn define(&mut self, id: TypeId, slot: RecordId, record: Record<'t>) {
        let raw = self.types.members(id);
        let align = self.measure.align(id);
        let mut packed = false;
        let mut members = Vec::with_capacity(raw.len());
        let mut places = Vec::with_capacity(raw.len());
        for member in &raw {
            let place = self.place(member);
            let wanted = self.measure.align(member.ty);
            packed |= member.bits.is_none() && !place.offset_bits.is_multiple_of(wanted * 8);
            let ty = self.ty(member.ty, 0);
            places.push(place);
            members.push(Member {
                name: (!member.name.is_empty()).then(|| member.name.to_owned()),
                span: self.nowhere,
                name_span: self.nowhere,
                ty,
                bits: self.width(member),
                packed: false,
                aligned: None,
                condition: None,
                purpose: Purpose::default(),
            });
        }
        let span = self.list(slot, record.size, &mut members, &places);
        let body = RecordBody {
            span,
            representation: Representation::C,
            packed,
            aligned: record.align.map(Constant::Known),
            pack: None,
            members,
            observed: Some(Observed { size: record.size, align, members: places }),
        };
        let defined = &mut self.interface.records[slot.index()];
        defined.span = span;
        defined.variants = Variants::one(self.abis, body);
    }

    /// The width of a bit-field: older writers say it of its type.
    fn width(&self, member: &RawMember<'_>) -> Option<u64> {
        member.bits.or_else(|| self.integer_bits(member).map(|(_, width)| width))
    }

    fn integer_bits(&self, member: &RawMember<'_>) -> Option<(u64, u64)> {
        match super::types::resolved(self.types, member.ty)?.1 {
            Ty::Integer(integer) => integer.bits,
            _ => None,
        }
    }

    fn place(&self, member: &RawMember<'_>) -> Placement {
        let offset_bits = member.offset_bits;
        if let Some(width) = member.bits {
            return Placement { offset_bits, size_bits: width };
        }
        if let Some((distance, width)) = self.integer_bits(member) {
            return Placement { offset_bits: offset_bits + distance, size_bits: width };
        }
        let size = self.measure.size(member.ty).unwrap_or(0);
        Placement { offset_bits, size_bits: size.saturating_mul(8) }
    }

    /// Writes the structure into the listing, and gives each member its line.
    fn list(
        &mut self,
        slot: RecordId,
        size: u64,
        members: &mut [Member],
        places: &[Placement],
    ) -> Span {
        let head = self.interface.records[slot.index()].display_name();
        let text = format!("{head} {{ /* {size} bytes */");
        let span = self.listing.line(format_args!("{text}"), 0..head.len());
        for (member, place) in members.iter_mut().zip(places) {
            let ty = self.interface.type_name(&member.ty);
            let name = member.name.as_deref().unwrap_or_default();
            (member.span, member.name_span) = self.listing.member(&ty, name, member.bits, *place);
        }
        self.listing.plain(format_args!("}};"));
        span
    }
}

fn unknown(what: &str) -> Type {
    Type::Unknown(what.into())
}
